/** debian/changelog (deb-changelog(5)): the packaging has no history but that of the program. */

import { MAINTAINER, VERSION } from './identity.ts';

export function formatChangelog(date: number): string {
  // RFC 5322 with a numeric zone, which toUTCString names.
  const time = new Date(date * 1000).toUTCString().replace('GMT', '+0000');
  return `rcode5 (${VERSION}) unstable; urgency=medium

  * Version ${VERSION.replace(/-.*/, '')}: see changelog.gz beside this file.

 -- ${MAINTAINER}  ${time}
`;
}
