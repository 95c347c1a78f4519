/** What another server makes of a name and of the names below it, type by type. */

import type { Verdict } from '../../decision/verdict.ts';
import { formatAddress } from '../../net/address.ts';
import { SPECIAL_USE_ZONES } from '../../policy/layers/special-use.ts';
import { formatRdata } from '../../policy/rpz/transfer/rdata-text.ts';
import { formatName, lowerName, parentName, parseName } from '../../wire/name.ts';
import { formatType, RrType } from '../../wire/registry.ts';
import { placeOf } from './rule-place.ts';

/** A fate that a rule of ours can have; `unknown` for one that no rule has, or whose data nobody knows. */
export interface Outcome {
  readonly kind: 'forward' | 'refuse' | 'drop' | 'nxdomain' | 'nodata' | 'answer' | 'unknown';
  /** Of an answer, as our rules write them: `A 192.0.2.1`. */
  readonly records: readonly string[];
  /** Where the rule of the other server stands. */
  readonly from: string;
  /** Data that it has, and not a policy about a name of others. */
  readonly isData: boolean;
  /** It is what that server does when nobody has written a rule. */
  readonly isDefault: boolean;
}

/** By types, and of all types that no rule is about. */
export interface Outcomes {
  readonly types: ReadonlyMap<string, Outcome>;
  readonly others: Outcome;
}

export interface NameOutcomes {
  /** Without a dot at its end. */
  readonly name: string;
  readonly wire: Uint8Array;
  readonly self: Outcomes;
  readonly below: Outcomes;
}

type Ask = (name: Uint8Array, type: number) => Verdict;

/** A label that nobody has a name for. */
const CHILD = Uint8Array.of(12, ...Buffer.from('rcode5-child'));
const LONGEST = 255 - CHILD.length;
/** Types that local data is of. */
const USUAL = [RrType.A, RrType.AAAA, RrType.CNAME, RrType.MX, RrType.SRV, RrType.TXT];
/** Of it nobody has a rule: HINFO. */
const OTHER = 13;

/** `types` are those that rules of the other server name. */
export function outcomesOf(
  names: readonly Uint8Array[],
  types: readonly number[],
  ask: Ask,
): readonly NameOutcomes[] {
  const usual = [...new Set([...USUAL, ...types])].filter(isPlain);
  const at = (wire: Uint8Array): Outcomes => {
    const own = isReverse(wire) ? [...usual, RrType.PTR] : usual;
    return {
      types: new Map(own.map((type) => [formatType(type), outcomeOf(ask(wire, type), type)])),
      others: outcomeOf(ask(wire, OTHER), OTHER),
    };
  };
  return names
    .filter((wire) => wire.length > 1 && wire.length <= LONGEST)
    .map((wire) => ({
      name: formatName(wire).replace(/\.$/, ''),
      wire,
      self: at(wire),
      below: at(Uint8Array.of(...CHILD, ...wire)),
    }));
}

/** Types that may stand in a rule. */
function isPlain(type: number): boolean {
  return type < 128 && type !== RrType.OPT && type !== RrType.DS;
}

const ARPA = lowerName(parseName('arpa') as Uint8Array);

function isReverse(wire: Uint8Array): boolean {
  return Buffer.from(wire.subarray(-ARPA.length)).equals(ARPA);
}

export function outcomeOf(verdict: Verdict, qtype: number): Outcome {
  const { action, layer, rcode, records = [], rule } = verdict;
  const from = placeOf(rule);
  const of = (kind: Outcome['kind']): Outcome => ({
    ...{ kind, records: [], from },
    isDefault: rule.implicit,
    isData: layer === 'local',
  });
  if (action === 'drop' || action === 'forward' || action === 'nxdomain') return of(action);
  if (action === 'refuse' || rcode === 5) return of('refuse');
  if (action === 'nodata') return of('nodata');
  if (action !== 'answer') return of('unknown');
  const own = records.filter(({ type }) => type === qtype);
  // An alias leads on, to where a rule of ours does not; without records nobody knows what is answered.
  if (own.length === 0 || records.length > own.length || qtype === RrType.CNAME) {
    return of('unknown');
  }
  const texts = own.map(({ type, rdata }) => `${formatType(type)} ${dataText(type, rdata)}`);
  return { ...of('answer'), records: texts };
}

function dataText(type: number, rdata: Uint8Array): string {
  if (type !== RrType.AAAA || rdata.length !== 16) return formatRdata(type, rdata);
  const view = new DataView(rdata.buffer, rdata.byteOffset, rdata.length);
  return formatAddress(
    6,
    Uint32Array.from({ length: 4 }, (_, i) => view.getUint32(4 * i)),
  );
}

/** Fates of the same kind are equal whatever rule they are from. */
export function keyOf({ kind, records }: Outcome): string {
  return [kind, ...records].join('|');
}

export function isSame(a: Outcomes, b: Outcomes): boolean {
  if (keyOf(a.others) !== keyOf(b.others)) return false;
  const types = new Set([...a.types.keys(), ...b.types.keys()]);
  return [...types].every((type) => keyOf(typed(a, type)) === keyOf(typed(b, type)));
}

export function typed({ types, others }: Outcomes, type: string): Outcome {
  return types.get(type) ?? others;
}

export function hasUnknown({ types, others }: Outcomes): boolean {
  return [others, ...types.values()].some(({ kind }) => kind === 'unknown');
}

/** The same for all types. */
export function uniform(outcome: Outcome): Outcomes {
  return { types: new Map(), others: outcome };
}

/** Of `plain`, what all names have that no rule is about. */
export function baseOf({ verdict }: { readonly verdict: Verdict }): Outcomes {
  return uniform(outcomeOf(verdict, RrType.A));
}

const SPECIAL = new Set(SPECIAL_USE_ZONES.map((zone) => formatName(parseName(zone) as Uint8Array)));

/** In a domain that no server should ask others for. */
export function isSpecial(wire: Uint8Array): boolean {
  for (let at: Uint8Array | undefined = wire; at !== undefined; at = parentName(at)) {
    if (SPECIAL.has(formatName(at))) return true;
  }
  return false;
}
