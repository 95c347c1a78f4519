/** Queries as they stand in the engine's view, for tests of what reads or keeps them. */

import { parseAddress } from '../../src/net/address.ts';
import { AliasChain } from '../../src/wire/alias-chain.ts';
import type { ClientTransport } from '../../src/wire/client-transport.ts';
import { Query } from '../../src/wire/query.ts';
import {
  Flag,
  message,
  type Octets,
  octets,
  opt,
  question,
  record,
  TYPE,
  name as toName,
  uint16,
  uint32,
  withRoom,
} from './messages.ts';

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
  readonly transport?: ClientTransport;
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

/** A query of this client; without a `name` for one that does not matter. */
export function from(
  client: string,
  { name: owner = 'www.example', ...parts }: AskedParts & { readonly name?: string } = {},
): Query {
  const { family, words } = parseAddress(client)!;
  return asked(owner, { ...parts, address: [...words].slice(0, family === 4 ? 1 : 4) });
}

/** What an answer leads to. */
export interface AnsweredParts {
  /** Names that the one asked is an alias of, one after the other. */
  readonly aliases?: readonly string[];
  readonly addresses?: readonly string[];
  /** Which of the names has a signature over what the answer says of it; the one asked is 0. */
  readonly signed?: readonly number[];
}

/** The octets of an answer to the query. */
export function answerTo(
  query: Query,
  { aliases = [], addresses = [], signed = [] }: AnsweredParts,
): Uint8Array {
  const hasData = addresses.some(
    (text) => (text.includes(':') ? TYPE.AAAA : TYPE.A) === query.qtype,
  );
  const owners = [query.name.slice(0, query.nameLength), ...aliases.map(toName)];
  return message({
    flags: Flag.QR,
    questions: [question(owners[0]!, query.qtype)],
    answers: [
      ...aliases.map((alias, i) => record(owners[i]!, TYPE.CNAME, toName(alias))),
      ...addresses.map((text) => addressRecord(owners.at(-1)!, text)),
      ...signed
        .filter((step) => step < aliases.length || hasData)
        .map((step) => signature(owners[step]!, step < aliases.length ? TYPE.CNAME : query.qtype)),
    ],
    // What is not there has its proof in the authority section.
    authorities: signed.includes(aliases.length) && !hasData ? [signature('x', TYPE.SOA)] : [],
  });
}

function signature(owner: string | Octets, covered: number): Uint8Array {
  return record(owner, TYPE.RRSIG, octets(uint16(covered), [8, 1]));
}

function addressRecord(owner: Octets, text: string): Uint8Array {
  const { family, words } = parseAddress(text)!;
  const rdata = octets(...[...words].slice(0, family === 4 ? 1 : 4).map(uint32));
  return record(owner, family === 4 ? TYPE.A : TYPE.AAAA, rdata);
}

/** An answer to the query, read. */
export function answered(query: Query, parts: AnsweredParts): AliasChain {
  const whole = answerTo(query, parts);
  const chain = new AliasChain();
  chain.read(whole, whole.length, query);
  return chain;
}
