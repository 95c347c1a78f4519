/** Keys of `admin`: where operators come in, who they are, and what they may do. */

import { type Endpoint, isLoopback, parseAddress } from '../net/address.ts';
import { checkPairs, IDENTITY } from './client-keys.ts';
import type { Document } from './document.ts';
import {
  filled,
  type Located,
  list,
  located,
  optional,
  required,
  scalar,
  section,
} from './kind.ts';
import { endpoint, oneOf, text } from './scalars.ts';

/** What the holder of a token may do: look, or also reload, pause and flush. */
export const PERMISSIONS = ['read', 'reload'] as const;
export type Permission = (typeof PERMISSIONS)[number];

/** Somebody who may use the admin HTTP. */
export interface AdminToken {
  readonly name: string;
  readonly token: string;
  readonly may: Permission;
}

/** Whoever has `admin.token`. */
const TOKEN_NAME = 'admin';

const TOKEN = section({
  name: required(
    located(
      scalar('a name of letters, digits, `-`, `_` and `.`', (given) =>
        /^[\w.-]{1,64}$/.test(given) ? given : undefined,
      ),
    ),
    'who has it: in the operational log beside what was done',
  ),
  token: required(located(text), 'the bearer token'),
  may: optional(
    oneOf(...PERMISSIONS),
    'what its holder may do: look, or also reload, pause and flush',
    'read',
  ),
});

export const ADMIN = {
  listen: optional(located(endpoint), 'address of the admin HTTP', undefined, '127.0.0.1:8053'),
  token: optional(
    text,
    'bearer token whose holder may do all; this or `tokens` is required off loopback',
    undefined,
    'none',
  ),
  tokens: optional(
    filled(list(TOKEN)),
    'bearer tokens of several people; with them nobody without one may do anything, loopback included',
    undefined,
    'none',
  ),
  tls: optional(
    section(IDENTITY, checkPairs),
    'the admin HTTP is HTTPS; `admin.probes` is not',
    undefined,
    'HTTP',
  ),
  probes: optional(
    located(endpoint),
    'address where `/healthz` and `/readyz` answer anybody, by their status alone',
    undefined,
    'none',
  ),
};

interface RawAdmin {
  readonly listen: Located<Endpoint> | undefined;
  readonly token: string | undefined;
  readonly tokens:
    | readonly Located<{
        readonly name: Located<string>;
        readonly token: Located<string>;
        readonly may: Permission;
      }>[]
    | undefined;
}

/** Off loopback the admin HTTP needs a token, and each token is one person's. */
export function checkAdmin(admin: RawAdmin, document: Document): void {
  const { listen, token, tokens = [] } = admin;
  const names = new Set(token === undefined ? [] : [TOKEN_NAME]);
  const known = new Set(token === undefined ? [] : [token]);
  for (const { value } of tokens) {
    if (names.has(value.name.value)) {
      const message = `a token named ${value.name.value} is there already; expect another name`;
      document.reportAt(value.name.place, message);
    }
    if (known.has(value.token.value)) {
      document.reportAt(value.token.place, 'another name has this token; expect one for each');
    }
    names.add(value.name.value);
    known.add(value.token.value);
  }
  if (listen === undefined || known.size > 0) return;
  if (isLoopback(parseAddress(listen.value.address)!)) return;
  document.reportAt(
    listen.place,
    'admin.listen is not a loopback address; expect admin.token or admin.tokens to be set',
  );
}

/** All tokens, `admin.token` first; none when whoever comes from loopback may do all. */
export function readTokens({ token, tokens = [] }: RawAdmin): readonly AdminToken[] {
  const all = tokens.map(({ value: { name, token: secret, may } }) => ({
    ...{ name: name.value, token: secret.value, may },
  }));
  if (token === undefined) return all;
  return [{ name: TOKEN_NAME, token, may: 'reload' }, ...all];
}
