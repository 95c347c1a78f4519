/** The kinds of questions that layers tell apart besides client and name. */

import type { Policy } from '../policy/compile.ts';
import type { Transport } from '../wire/query.ts';
import { Opcode, parseType, RrType } from '../wire/registry.ts';

export interface QuestionKind {
  /** A type that rules name; undefined stands for all others. */
  readonly type: number | undefined;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  readonly transport: Transport;
}

/** Types that layers know. */
const KNOWN: readonly number[] = [RrType.ANY, RrType.AXFR, RrType.IXFR];

/** A plain query, of a type that no rule names. */
export const PLAIN: QuestionKind = {
  type: undefined,
  opcode: Opcode.QUERY,
  recursionDesired: true,
  transport: 'udp',
};

/** Types that are treated apart, and the kinds of questions; the first is PLAIN. */
export function questionKinds(policies: readonly Policy[]): readonly QuestionKind[] {
  const types = typesOf(policies).map((type) => ({
    ...PLAIN,
    type,
    transport: isTransfer(type) ? ('tcp' as const) : ('udp' as const),
  }));
  return [
    PLAIN,
    ...types,
    { ...PLAIN, recursionDesired: false },
    { ...PLAIN, transport: 'tcp' },
    { ...PLAIN, opcode: Opcode.UPDATE },
    { ...PLAIN, opcode: Opcode.NOTIFY },
  ];
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
  return [...new Set([...KNOWN, ...named])];
}

function isTransfer(type: number): boolean {
  return type === RrType.AXFR || type === RrType.IXFR;
}
