/** Queries that policy answers with an alias, while the name that it leads to is asked for. */

import type { Verdict } from '../decision/verdict.ts';
import { HashedName } from '../wire/hashed-name.ts';
import { AD, CD, RD } from '../wire/header.ts';
import { OPT_LENGTH } from '../wire/opt.ts';
import type { Query, RuleMatch } from '../wire/query.ts';
import { formatRequest } from '../wire/request.ts';
import type { Aliases } from '../wire/response.ts';

/** What is kept of a query until its alias has an answer. */
export interface AliasResolution {
  readonly verdict: Verdict;
  /** The client's message. */
  readonly message: Uint8Array;
  readonly aliases: Aliases | undefined;
  readonly match: RuleMatch;
}

/** Keeps the query with its verdict, and asks for `target` in its place. */
export function beginResolution(
  query: Query,
  {
    verdict,
    target,
    aliases,
  }: { verdict: Verdict; target: Uint8Array; aliases?: Aliases | undefined },
): AliasResolution {
  const resolution: AliasResolution = {
    verdict,
    message: query.message.slice(0, query.length),
    aliases: aliases && { ...aliases, octets: aliases.octets.slice(0, aliases.length) },
    match: {
      ...query.match,
      name: copyName(query.match.name),
      address: query.match.address.slice(),
    },
  };
  const { qtype: type, qclass: rrClass, optAt } = query;
  const asked = formatRequest({ id: 0, name: target, type, rrClass, edns: optAt !== 0 });
  // The client's wishes are those of the new question.
  asked[2]! |= query.message[2]! & RD;
  asked[3]! |= query.message[3]! & (AD | CD);
  if (optAt !== 0) {
    const flagsAt = asked.length - OPT_LENGTH + 7;
    asked[flagsAt]! |= query.dnssecOk ? 0x80 : 0;
  }
  query.parse(asked, asked.length);
  return resolution;
}

/** The client's query is the one at hand again; `buffer` holds it then. */
export function endResolution(
  { message, match }: AliasResolution,
  query: Query,
  buffer: Uint8Array,
): void {
  buffer.set(message);
  query.parse(buffer, message.length);
  const { address, ...rest } = match;
  Object.assign(query.match, rest);
  query.match.address.set(address);
}

function copyName({ name, nameLength }: HashedName): HashedName {
  const copy = new HashedName();
  copy.take(name, 0, nameLength);
  return copy;
}
