/** The names of the Pi-hole itself, which FTL answers before all else: `pi.hole` and its host name. */

import { hostname } from 'node:os';
import type { Verdict } from '../../decision/verdict.ts';
import type { Layer } from '../../policy/layer.ts';
import type { Query } from '../../wire/query.ts';
import { Opcode, RrType } from '../../wire/registry.ts';
import { parseOctets } from '../addresses.ts';
import { nameText } from '../name-text.ts';
import { ruleAt, type Verdicts } from '../verdicts.ts';
import { answerOf } from './blocking.ts';
import type { Settings } from './settings.ts';

const TYPES: readonly number[] = [RrType.A, RrType.AAAA, RrType.ANY];

/** With the domain of the Pi-hole, and without. */
export function ownNames(suffix: string | undefined): readonly string[] {
  const names = ['pi.hole', hostname().toLowerCase()];
  return suffix === undefined ? names : [...names, ...names.map((name) => `${name}.${suffix}`)];
}

/** Of other types others are asked. */
export function compileOwnNames(
  settings: Settings,
  names: readonly string[],
  verdicts: Verdicts,
): Layer {
  const own = ['4', '6'].map((digit) =>
    settings.flag(`dns.reply.host.force${digit}`, false)
      ? parseOctets(settings.text(`dns.reply.host.IPv${digit}`))
      : undefined,
  );
  const reply = { kind: 'ip', address4: own[0], address6: own[1] } as const;
  const judge = ({ opcode, qtype, name, nameLength }: Query): Verdict | undefined => {
    if (opcode !== Opcode.QUERY || !TYPES.includes(qtype)) return undefined;
    const asked = nameText(name.subarray(0, nameLength));
    if (!names.includes(asked)) return undefined;
    const rule = ruleAt(`the Pi-hole's own name ${asked}`, undefined);
    return verdicts.of({ layer: 'local', rule, ...answerOf(reply, qtype, 0) });
  };
  return {
    name: 'local',
    judge,
    account: (query) =>
      judge(query) === undefined ? { why: 'no name of the Pi-hole itself' } : {},
  };
}
