/** Questions that a server and our explanation of it are asked alike. */

import type { AskedQuestion } from '../../../src/explain/question.ts';
import { parseClass, parseOpcode, parseType } from '../../../src/wire/registry.ts';
import { message, question as questionSection } from '../../world/messages.ts';
import { signed } from '../../world/tsig.ts';
import type { Chance } from './chance.ts';

export interface Question {
  readonly client: string;
  readonly name: string;
  readonly type: string;
  readonly rrClass: string;
  readonly opcode: string;
  readonly rd: boolean;
  readonly transport: 'udp' | 'tcp';
  /** The key that signs it. */
  readonly key?: string;
}

/** Eight clients, in several networks of 127/8. */
export const CLIENTS: readonly string[] = [
  '127.0.0.1',
  '127.0.0.2',
  '127.0.0.77',
  '127.0.1.5',
  '127.10.20.30',
  '127.10.99.7',
  '127.64.0.9',
  '127.200.1.1',
];

const CHAOS_NAMES = [
  'version.bind',
  'hostname.bind',
  'id.server',
  'authors.bind',
  'x.version.bind',
  'other.bind',
];
const CHAOS_TYPES = ['TXT', 'TXT', 'A', 'ANY'];
const TYPES = ['A', 'A', 'A', 'AAAA', 'TXT', 'MX', 'NS', 'SOA', 'PTR', 'DS', 'ANY', 'CNAME'];
const ODD_TYPES = ['AXFR', 'IXFR', 'MAILB', 'TYPE65280', 'TYPE200'];

/** How many questions each configuration is asked. */
const COUNT = 20;

/** The names worth asking; types and all else by chance, the usual ones mostly. */
export function questionsFor(
  names: readonly string[],
  chance: Chance,
  keys: readonly string[] = [],
): readonly Question[] {
  return Array.from({ length: COUNT }, (_, i) => {
    const opcode = chance.is(0.14)
      ? chance.one(['NOTIFY', 'NOTIFY', 'UPDATE', 'UPDATE', 'STATUS'])
      : 'QUERY';
    const rrClass = chance.is(0.08) ? chance.one(['CH', 'CH', 'HS']) : 'IN';
    const name = chance.one(rrClass === 'CH' ? CHAOS_NAMES : names);
    const type = typeFor(opcode, rrClass, chance);
    return {
      ...{ name, type, rrClass, opcode },
      client: CLIENTS[(i + chance.between(0, 1)) % CLIENTS.length]!,
      rd: chance.is(0.7),
      // BIND answers few questions of class CH a second by UDP.
      transport: rrClass === 'CH' || chance.is(0.3) ? 'tcp' : 'udp',
      ...(keys.length > 0 && chance.is(0.2) && { key: chance.one(keys) }),
    } satisfies Question;
  });
}

function typeFor(opcode: string, rrClass: string, chance: Chance): string {
  if (opcode !== 'QUERY') return chance.is(0.85) ? 'SOA' : 'A';
  if (chance.is(0.1)) return chance.one(ODD_TYPES);
  return chance.one(rrClass === 'CH' ? CHAOS_TYPES : TYPES);
}

/** As somebody would send it. */
export function octetsOf(asked: Question, id: number): Uint8Array {
  const { name, type, rrClass, rd, key } = asked;
  const plain = message({
    id,
    opcode: parseOpcode(asked.opcode)!,
    flags: rd ? 0x0100 : 0,
    questions: [questionSection(name, parseType(type)!, parseClass(rrClass)!)],
  });
  if (key === undefined) return plain;
  return signed(plain, { key, time: Math.floor(Date.now() / 1000) }).octets;
}

/** As `explain` is asked. */
export function explained(asked: Question): AskedQuestion {
  const { client, name, type, rrClass, opcode, rd, transport, key } = asked;
  return {
    ...{ client, name, transport, recursionDesired: rd, dnssecOk: false, listener: 0 },
    type: parseType(type)!,
    rrClass: parseClass(rrClass)!,
    opcode: parseOpcode(opcode)!,
    ...(key !== undefined && { key }),
  };
}

/** `127.0.0.1 www.example A IN QUERY rd udp` */
export function show({
  client,
  name,
  type,
  rrClass,
  opcode,
  rd,
  transport,
  key,
}: Question): string {
  const by = key === undefined ? '' : ` key ${key}`;
  return `${client} ${name} ${type} ${rrClass} ${opcode} ${rd ? 'rd' : 'no-rd'} ${transport}${by}`;
}
