/** What dpkg is told of the package (deb-control(5), deb-conffiles(5), deb-md5sums(5)). */

import { createHash } from 'node:crypto';
import { architecture, MAINTAINER, VERSION } from './identity.ts';
import { copyOf, octetsOf, type PackedFile, textFile } from './packed-file.ts';
import { CONFIGURATION_FILES, SCRIPTS } from './tree.ts';

const MAINTAINER_SCRIPTS = ['postinst', 'prerm', 'postrm'] as const;

/** What Node links to: glibc since 2.28, and the C++ library since GCC 6. */
const LIBRARIES = 'libc6 (>= 2.28), libgcc-s1 (>= 3.4), libstdc++6 (>= 6)';

const DESCRIPTION = `DNS forwarder that says which layer refused
 rcode5 stands in front of resolvers, applies access lists and policies of its
 own, and forwards what they permit. For each REFUSED that reaches a client it
 has written one record: the client, the layer, the rule with file and line,
 the evidence.
 .
 The package has a Node.js of its own, and needs neither npm nor a network to
 be installed.`;

export function controlFiles(files: readonly PackedFile[]): readonly PackedFile[] {
  const contents = files.map((file) => ({ path: file.path, octets: octetsOf(file) }));
  const size = contents.reduce((sum, { octets }) => sum + octets.length, 0);
  const control = `Package: rcode5
Version: ${VERSION}
Architecture: ${architecture()}
Maintainer: ${MAINTAINER}
Installed-Size: ${Math.ceil(size / 1024)}
Depends: ${LIBRARIES}, passwd
Section: net
Priority: optional
Description: ${DESCRIPTION}
`;
  const sums = contents
    .filter(({ path }) => !CONFIGURATION_FILES.includes(path))
    .map(({ path, octets }) => `${createHash('md5').update(octets).digest('hex')}  ${path}\n`);
  return [
    textFile('DEBIAN/control', control),
    textFile('DEBIAN/conffiles', CONFIGURATION_FILES.map((file) => `/${file}\n`).join('')),
    textFile('DEBIAN/md5sums', sums.join('')),
    ...MAINTAINER_SCRIPTS.map((name) => copyOf(`${SCRIPTS}/${name}`, `DEBIAN/${name}`, 0o755)),
  ];
}
