/** Kinds of questions, as changes name them. */

import { CLIENT_TRANSPORTS } from '../wire/client-transport.ts';
import { formatOpcode, formatType, Opcode } from '../wire/registry.ts';
import type { QuestionKind } from './question-kinds.ts';

/** Which questions of a client change; without `opcode` those that are queries. */
export interface Scope {
  /** `*` are all types but those of `exceptTypes`. */
  readonly types: readonly string[];
  readonly exceptTypes?: readonly string[];
  /** Absent when it makes no difference. */
  readonly rd?: boolean;
  readonly do?: boolean;
  readonly transport?: string;
  readonly opcode?: string;
}

type Way = Pick<Scope, 'rd' | 'do' | 'transport'>;

/** Ways of asking, the wider before those that they take in. */
const WAYS: readonly Way[] = [{}, { rd: true }, { rd: false }]
  .flatMap((way): Way[] => [way, { ...way, do: true }, { ...way, do: false }])
  .flatMap((way) => [way, ...CLIENT_TRANSPORTS.map((transport) => ({ ...way, transport }))])
  .sort((a, b) => Object.keys(a).length - Object.keys(b).length);

/** Says in few scopes which of `all` kinds are in `kinds`. */
export function scopesOf(
  kinds: ReadonlySet<QuestionKind>,
  all: readonly QuestionKind[],
): readonly Scope[] {
  const opcodes = [...new Set(all.map(({ opcode }) => opcode))];
  return opcodes.flatMap((opcode) => {
    const of = all.filter((kind) => kind.opcode === opcode);
    const scopes = scopesWithin(kinds, of);
    return opcode === Opcode.QUERY
      ? scopes
      : scopes.map((scope) => ({ ...scope, opcode: formatOpcode(opcode) }));
  });
}

/** Types that change in the same ways are listed together. */
function scopesWithin(
  kinds: ReadonlySet<QuestionKind>,
  all: readonly QuestionKind[],
): readonly Scope[] {
  const types = [...new Set(all.map(({ type }) => type))];
  const byWays = new Map<string, { ways: readonly Way[]; types: (number | undefined)[] }>();
  for (const type of types) {
    const of = all.filter((kind) => kind.type === type);
    const ways = waysOf(of, kinds);
    const known = byWays.get(JSON.stringify(ways));
    if (known === undefined) byWays.set(JSON.stringify(ways), { ways, types: [type] });
    else known.types.push(type);
  }
  return [...byWays.values()].flatMap(({ ways, types: found }) =>
    ways.map((way) => ({ ...namesOf(found, types), ...way })),
  );
}

/** The fewest ways that together take in the kinds that are there, and no other. */
function waysOf(all: readonly QuestionKind[], kinds: ReadonlySet<QuestionKind>): readonly Way[] {
  const left = new Set(all.filter((kind) => kinds.has(kind)));
  const ways: Way[] = [];
  for (const way of WAYS) {
    const within = all.filter(
      ({ recursionDesired, dnssecOk, transport }) =>
        (way.rd ?? recursionDesired) === recursionDesired &&
        (way.do ?? dnssecOk) === dnssecOk &&
        (way.transport ?? transport) === transport,
    );
    if (within.length === 0 || !within.every((kind) => left.has(kind))) continue;
    ways.push(way);
    for (const kind of within) left.delete(kind);
  }
  return ways;
}

function namesOf(
  found: readonly (number | undefined)[],
  all: readonly (number | undefined)[],
): Pick<Scope, 'types' | 'exceptTypes'> {
  const names = (types: readonly (number | undefined)[]) =>
    types.flatMap((type) => (type === undefined ? [] : [formatType(type)]));
  if (!found.includes(undefined)) return { types: names(found) };
  const missed = names(all.filter((type) => !found.includes(type)));
  return { types: ['*'], ...(missed.length > 0 && { exceptTypes: missed }) };
}
