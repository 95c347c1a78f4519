/** The licences of all that is in the package (Policy 12.5), by the format of copyright-format 1.0. */

import { globSync, readFileSync } from 'node:fs';
import { listLicensed } from '../licensed.ts';

const NODE_LICENCE = 'node_modules/node/node_modules/node-linux-*/LICENSE';

interface Stanza {
  readonly files: string;
  readonly licence: string;
  readonly text: string;
}

export function formatCopyright(): string {
  const [node] = globSync(NODE_LICENCE);
  if (node === undefined) throw new RangeError(`no file is ${NODE_LICENCE}; expect npm ci`);
  const stanzas: Stanza[] = [
    { files: '*', licence: 'Expat', text: readFileSync('LICENSE', 'utf8') },
    { files: 'usr/lib/rcode5/node', licence: 'Node.js', text: readFileSync(node, 'utf8') },
    ...listLicensed().map(({ name, version, licence, text }) => ({
      files: `usr/lib/rcode5/dist/* usr/lib/rcode5/node_modules/${name}/*`,
      licence: `${licence.replaceAll(' ', '-')}-of-${name}-${version}`,
      text,
    })),
  ];
  const head = 'Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/';
  return [`${head}\nUpstream-Name: rcode5\n`, ...stanzas.map(format)].join('\n');
}

function format({ files, licence, text }: Stanza): string {
  const lines = text.trim().split(/\r?\n/);
  const holders = lines.filter((line) => /^\W*copyright\b.*\d{4}/i.test(line));
  const copyright = holders.length > 0 ? holders : ['see the licence'];
  return `Files: ${files.split(' ').join('\n ')}
Copyright: ${copyright.map((line) => line.trim()).join('\n ')}
License: ${licence}
${lines.map((line) => (line.trim() === '' ? ' .' : ` ${line.trimEnd()}`)).join('\n')}
`;
}
