/** `rewrites`: addresses and aliases for names, before filters (internal/filtering/rewrites.go). */

import { below, type PlacedValue } from '../../config/placed-yaml.ts';
import type { Verdict } from '../../decision/verdict.ts';
import type { Layer } from '../../policy/layer.ts';
import { lowerName, parseName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { RrClass, RrType } from '../../wire/registry.ts';
import { parseOctets } from '../addresses.ts';
import { nameText } from '../name-text.ts';
import { ruleAt } from '../verdicts.ts';
import { type AdguardParts, flagOf, isFiltering, textAt } from './parts.ts';

const TTL = 10;
/** Aliases that are followed; one that leads in a circle ends there. */
const MOST_ALIASES = 16;

interface Rewrite {
  readonly domain: string;
  readonly isWildcard: boolean;
  /** Undefined for an alias. */
  readonly type: number | undefined;
  /** Undefined for an alias, and for `A` and `AAAA`, which leave the type to others. */
  readonly address: Uint8Array | undefined;
  readonly answer: string;
  readonly place: PlacedValue['place'];
}

export function compileRewrites(parts: AdguardParts): Layer {
  const { root, verdicts } = parts;
  const isOn = isFiltering(root) && flagOf(root, 'filtering', 'rewrites_enabled') !== false;
  const written = below(root, 'filtering', 'rewrites') ?? below(root, 'dns', 'rewrites');
  const all = (isOn ? (written?.items ?? []) : []).flatMap(
    (entry) => readRewrite(entry, parts) ?? [],
  );
  const judge = (query: Query): Verdict | undefined => {
    if (query.qclass !== RrClass.IN) return undefined;
    const led = follow(all, nameText(query.name.subarray(0, query.nameLength)), query.qtype);
    if (led === undefined) return undefined;
    if (led.found !== undefined) return answer(led.found, query, led.by);
    return verdicts.of({ layer: 'upstream', action: 'forward', rule: ruleOf(led.by) });
  };
  const answer = (
    found: readonly Rewrite[],
    { qtype }: Query,
    by: Rewrite,
  ): Verdict | undefined => {
    const own = found.filter(({ type }) => type === qtype);
    if (own.some(({ address }) => address === undefined)) return undefined;
    const records = own.map(({ address }) => ({ type: qtype, ttl: TTL, rdata: address! }));
    const action = records.length > 0 ? 'answer' : 'nodata';
    return verdicts.of({ layer: 'local', action, rule: ruleOf(by), records });
  };
  return { name: 'local', judge };
}

/**
 * Where aliases lead: to rewrites with an answer, or to a name that others are asked for. Undefined for a name
 * that no rewrite is about, or that leads to itself and is left alone.
 */
function follow(all: readonly Rewrite[], from: string, qtype: number) {
  let name = from;
  let by: Rewrite | undefined;
  for (let i = 0; i < MOST_ALIASES; i++) {
    const matched = all.filter((one) => matches(one, name));
    if (matched.length === 0) break;
    const found = suited(matched, qtype);
    const [first] = found;
    by ??= first ?? matched[0]!;
    if (first === undefined || first.type !== undefined) return { by, found };
    if (first.answer === name || first.answer === first.domain) return undefined;
    name = first.answer;
  }
  return by && { by, found: undefined };
}

function ruleOf({ domain, isWildcard, answer, place }: Rewrite) {
  return ruleAt(`rewrites ${isWildcard ? '*.' : ''}${domain} ${answer}`, place);
}

function matches({ domain, isWildcard }: Rewrite, name: string): boolean {
  return isWildcard ? name.endsWith(`.${domain}`) : name === domain;
}

/** Aliases first, then names before wildcards, the longest first; of wildcards, one. */
function suited(matched: readonly Rewrite[], qtype: number): readonly Rewrite[] {
  const isAddress = qtype === RrType.A || qtype === RrType.AAAA;
  const fits = ({ type, address }: Rewrite) =>
    type === undefined || (isAddress && (type === qtype || address === undefined));
  const weigh = ({ type, isWildcard, domain }: Rewrite) =>
    (type === undefined ? 0 : 2000) + (isWildcard ? 1000 : 0) - domain.length;
  const sorted = matched.filter(fits).sort((a, b) => weigh(a) - weigh(b));
  const wild = sorted.findIndex(({ isWildcard }) => isWildcard);
  return wild < 0 ? sorted : sorted.slice(0, Math.max(1, wild));
}

function readRewrite(entry: PlacedValue, parts: AdguardParts): Rewrite | undefined {
  if (flagOf(entry, 'enabled') === false) return undefined;
  const written = (textAt(entry, 'domain') ?? '').toLowerCase();
  const isWildcard = written.startsWith('*.');
  const domain = isWildcard ? written.slice(2) : written;
  const wire = parseName(domain);
  if (typeof wire === 'string' || domain === '') {
    const message = `rewrites: "${written}" is no name; expect one like nas.lan or *.lan`;
    return parts.problems.add(entry.place, message);
  }
  parts.names.push(lowerName(wire));
  const answer = textAt(entry, 'answer') ?? '';
  const address = parseOctets(answer);
  const only = answer === 'A' ? RrType.A : answer === 'AAAA' ? RrType.AAAA : undefined;
  const type = address === undefined ? only : address.length === 4 ? RrType.A : RrType.AAAA;
  return { domain, isWildcard, type, address, answer, place: entry.place };
}
