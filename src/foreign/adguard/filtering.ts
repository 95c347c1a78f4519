/** Filters and user rules: what is answered in place of asking others. */

import { join } from 'node:path';
import type { PlacedValue } from '../../config/placed-yaml.ts';
import type { Verdict, VerdictSpec } from '../../decision/verdict.ts';
import type { Layer } from '../../policy/layer.ts';
import type { Query } from '../../wire/query.ts';
import { RrClass, RrType } from '../../wire/registry.ts';
import { parseOctets } from '../addresses.ts';
import { readForeign } from '../problems.ts';
import { ruleAt } from '../verdicts.ts';
import { type FilterRule, FilterRules } from './filter-rules.ts';
import { type AdguardParts, flagOf, isFiltering, listOf, textAt } from './parts.ts';

const TTL = 10;
const ADDRESSES: readonly number[] = [RrType.A, RrType.AAAA];
/** Types for which the blocking mode counts; others are NODATA. */
const MODAL: readonly number[] = [...ADDRESSES, RrType.HTTPS];

/** Rules of the lists in use: those that let names through, and those that deny them. */
export function compileFilters(parts: AdguardParts): Layer {
  const { root, verdicts, left, names } = parts;
  const allowing = new FilterRules();
  const rules = new FilterRules();
  if (isFiltering(root)) {
    for (const { text = '', place } of listOf(root, 'user_rules')) rules.add(text, place, left);
    for (const filter of listOf(root, 'filters')) readFilter(filter, rules, parts);
    for (const filter of listOf(root, 'whitelist_filters')) readFilter(filter, allowing, parts);
  }
  names.push(...allowing.names, ...rules.names);
  const judge = (query: Query): Verdict | undefined => {
    if (query.qclass !== RrClass.IN) return undefined;
    const name = query.name.subarray(0, query.nameLength);
    if (allowing.find(name) !== undefined) return undefined;
    const rule = rules.find(name);
    if (rule === undefined || rule.isException) return undefined;
    const spec = denial(rule, query, parts);
    return verdicts.of({ layer: 'policy', rule: ruleAt(rule.text, rule.place), ...spec });
  };
  return { name: 'policy', judge };
}

/** `data/filters/ID.txt`, as AdGuard Home has fetched it; without it, nobody knows its rules. */
function readFilter(filter: PlacedValue, rules: FilterRules, parts: AdguardParts): void {
  if (flagOf(filter, 'enabled') === false) return;
  const file = join(parts.folder, 'data', 'filters', `${textAt(filter, 'id')}.txt`);
  const read = readForeign(file, 'a filter');
  if ('problem' in read) {
    const instead = `a list whose copy is not there (${file}): add it as adblock to policies`;
    parts.left.push({
      place: filter.place,
      what: `filter ${textAt(filter, 'url')}`,
      instead,
      decides: true,
    });
    return;
  }
  const lines = read.text.split('\n');
  for (const [i, line] of lines.entries()) {
    rules.add(line, { file, line: i + 1, column: 1 }, parts.left);
  }
}

type Denial = Pick<VerdictSpec, 'action' | 'records'>;

/** As `genDNSFilterMessage` and `genForBlockingMode` of AdGuard Home have it. */
function denial({ address }: FilterRule, { qtype }: Query, { root }: AdguardParts): Denial {
  if (!MODAL.includes(qtype)) return { action: 'nodata' };
  const mode = textAt(root, 'filtering', 'blocking_mode') ?? 'default';
  if (mode === 'nxdomain') return { action: 'nxdomain' };
  if (mode === 'refused') return { action: 'refuse' };
  const custom = parseOctets(
    textAt(root, 'filtering', qtype === RrType.A ? 'blocking_ipv4' : 'blocking_ipv6') ?? '',
  );
  const length = qtype === RrType.A ? 4 : 16;
  if (!ADDRESSES.includes(qtype)) return { action: 'nodata' };
  const answer = mode === 'custom_ip' ? custom : mode === 'default' ? address : undefined;
  const rdata = answer ?? new Uint8Array(length);
  if (rdata.length !== length) return { action: 'nodata' };
  return { action: 'answer', records: [{ type: qtype, ttl: TTL, rdata }] };
}
