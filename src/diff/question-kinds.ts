/** The kinds of questions that layers distinguish besides client and name. */

import type { Policy } from '../policy/compile.ts';
import { DISCOVERY_TYPES } from '../policy/own-endpoints.ts';
import { CLIENT_TRANSPORTS, type ClientTransport } from '../wire/client-transport.ts';
import { Opcode, parseType, RrType } from '../wire/registry.ts';

export interface QuestionKind {
  /** A type that rules name; undefined stands for all others. */
  readonly type: number | undefined;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  /** The DO bit. */
  readonly dnssecOk: boolean;
  readonly transport: ClientTransport;
}

/** Types that layers know. */
const KNOWN: readonly number[] = [
  ...[RrType.ANY, RrType.AXFR, RrType.IXFR],
  ...[RrType.SOA, RrType.NS, RrType.DS, RrType.RESINFO],
];

/** Without entries about transports, all streams are like TCP. */
const USUAL: readonly ClientTransport[] = ['udp', 'tcp'];

/** Whether it makes a difference by which stream somebody asks. */
export function knowsTransports(policies: readonly Policy[]): boolean {
  return policies.some(({ config }) =>
    config.views.some(({ acl }) =>
      acl.query.entries.some(({ transports }) => transports !== undefined),
    ),
  );
}

/** The ways in which a question can be asked. */
function waysOf(policies: readonly Policy[]) {
  const transports = knowsTransports(policies) ? CLIENT_TRANSPORTS : USUAL;
  return [true, false].flatMap((recursionDesired) =>
    transports.map((transport) => ({ recursionDesired, transport })),
  );
}

/** Every kind of question; in each way the one without a type comes first. */
export function questionKinds(policies: readonly Policy[]): readonly QuestionKind[] {
  const ways = waysOf(policies);
  const types = [undefined, ...typesOf(policies)];
  const queries = ways.flatMap((way) =>
    types.flatMap((type) =>
      // Only of DS records it makes a difference whether the proof is wanted.
      (type === RrType.DS ? [false, true] : [false]).map((dnssecOk) => {
        return { ...way, type, dnssecOk, opcode: Opcode.QUERY };
      }),
    ),
  );
  const others = [Opcode.UPDATE, Opcode.NOTIFY].flatMap((opcode) =>
    ways.map((way) => ({ ...way, type: undefined, dnssecOk: false, opcode })),
  );
  return [...queries, ...others];
}

/** A type that stands for all that no rule names. */
export function otherType(policies: readonly Policy[]): number {
  const named = typesOf(policies);
  let type: number = RrType.A;
  while (named.includes(type)) type++;
  return type;
}

function typesOf(policies: readonly Policy[]): readonly number[] {
  const named = policies.flatMap(({ config }) =>
    config.policies.flatMap(({ value: { rules = [] } }) =>
      rules.flatMap(({ value }) =>
        typeof value === 'string'
          ? []
          : (value.types ?? []).flatMap((type) => parseType(type.value) ?? []),
      ),
    ),
  );
  const ofLists = policies.flatMap(({ zones }) =>
    zones.flatMap(({ policy }) => policy?.partialTypes ?? []),
  );
  const ofOthers = policies.flatMap(({ cuts }) => cuts?.types ?? []);
  const isFound = policies.some(({ config }) => config.discovery !== undefined);
  const ofEndpoints = isFound ? DISCOVERY_TYPES : [];
  return [...new Set([...KNOWN, ...named, ...ofLists, ...ofOthers, ...ofEndpoints])];
}
