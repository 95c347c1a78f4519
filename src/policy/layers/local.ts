/** Names that the configuration has records for, `localRecords`: hosts of the site that no upstream knows. */

import type { Verdict } from '../../decision/verdict.ts';
import type { Query } from '../../wire/query.ts';
import type { Layer } from '../layer.ts';
import type { PolicyParts } from '../layer-parts.ts';
import { LOCAL_TTL } from '../local/local-table.ts';
import { negativeSoa } from '../soa.ts';

/**
 * Of a name without records of the type asked. Without an SOA nobody may remember that (RFC 2308
 * section 5), and dual-stack clients would ask for AAAA each time that they ask for A. It belongs
 * to the very name that was asked: the denial holds for no name beside or below it.
 */
const SOA = negativeSoa(LOCAL_TTL);

export function compileLocal({ localRecords: { table, sources }, verdicts }: PolicyParts): Layer {
  if (table.count === 0) {
    const why = 'no local records are configured';
    return { name: 'local', judge: () => undefined, account: () => ({ why }) };
  }
  const answers = sources.map(({ file }) =>
    verdicts.add({
      layer: 'local',
      action: 'answer',
      rule: { id: 'localRecords ', file, line: 0, implicit: false },
      named: true,
      authoritative: true,
      soa: SOA,
      recordsOf: (entry) => table.recordsOf(entry),
      inside: { find: (_target, entry, qtype) => table.answerBehind(entry, qtype, SOA) },
    }),
  );
  const judge = (query: Query): Verdict | undefined => {
    // A transfer is about a zone, and not about one name of it.
    if (!query.isLookup || query.isTransfer) return undefined;
    const entry = table.find(query);
    return entry < 0 ? undefined : answers[table.placeOf(entry).source];
  };
  return {
    name: 'local',
    judge,
    account: (query) => (judge(query) === undefined ? { why: 'not a local record' } : {}),
  };
}
