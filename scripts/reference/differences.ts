/** How our policy zones differ from those of other servers, as a table. */

import { DIFFERENCES } from '../../test/e2e/rpz-differences.ts';
import { formatTable } from './table.ts';

export function differencesTable(): string {
  const rows = DIFFERENCES.map(({ what, ours, bind, unbound }) => [what, ours, bind, unbound]);
  return formatTable(['', 'rcode5', 'BIND', 'Unbound'], rows);
}
