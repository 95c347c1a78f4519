/** Queries as they stand in the engine's view, for tests of what reads or keeps them. */

import { Query } from '../src/wire/query.ts';
import { Flag, message, type Octets, opt, question, TYPE, withRoom } from './messages.ts';

/** What is asked and by whom; every part has a value when it is left out. */
export interface AskedParts {
  readonly type?: number;
  readonly rrClass?: number;
  readonly id?: number;
  readonly opcode?: number;
  readonly flags?: number;
  readonly edns?: boolean;
  readonly dnssecOk?: boolean;
  /** Records behind the question, in place of an OPT record. */
  readonly additionals?: readonly Octets[];
  /** Words of the client's address: one of IPv4, four of IPv6. */
  readonly address?: readonly number[];
  readonly port?: number;
  readonly transport?: 'udp' | 'tcp';
  readonly receivedAt?: number;
}

/** 192.0.2.1 */
const CLIENT = [0xc0000201];

/** A query with one question, received and parsed. */
export function asked(owner: string | Octets, parts: AskedParts = {}): Query {
  const { type = TYPE.A, rrClass = 1, id = 7, opcode = 0, flags = Flag.RD } = parts;
  const { edns = false, dnssecOk = false, address = CLIENT } = parts;
  const own = edns || dnssecOk ? [opt({ dnssecOk })] : [];
  const octets = message({
    id,
    opcode,
    flags,
    questions: [question(owner, type, rrClass)],
    additionals: parts.additionals ?? own,
  });
  const query = new Query();
  query.family = address.length === 1 ? 4 : 6;
  query.address.fill(0);
  query.address.set(address);
  query.port = parts.port ?? 43_812;
  query.transport = parts.transport ?? 'udp';
  query.receivedAt = parts.receivedAt ?? 0;
  query.parse(withRoom(octets, octets.length + 16), octets.length);
  return query;
}
