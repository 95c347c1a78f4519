/** Access lists as they were meant: groups resolved to prefixes, every default filled in. */

import { type Prefix, parsePrefix } from '../net/prefix.ts';
import type { Entry, Located } from './kind.ts';
import type { Place } from './problem.ts';

export interface ClientGroup {
  readonly name: string;
  readonly prefixes: readonly Prefix[];
}

export type AccessAction = 'allow' | 'refuse' | 'drop' | 'truncate';

/** The ways in which a client can ask. */
export const CLIENT_TRANSPORTS = ['udp', 'tcp', 'dot', 'doh'] as const;
type ClientTransport = (typeof CLIENT_TRANSPORTS)[number];

/** Notes on any rule: its owner, its reason and its last day. */
export interface RuleOrigin {
  readonly owner: string | undefined;
  readonly reason: string | undefined;
  /** Milliseconds since the epoch from which on it does not count; undefined is never. */
  readonly expires: number | undefined;
  readonly mode: 'enforce' | 'shadow';
}

/** One line of an access list: a group or a prefix and what its clients may. */
export interface AccessEntry extends RuleOrigin {
  readonly key: string;
  readonly prefixes: readonly Prefix[];
  readonly action: AccessAction;
  /** For clients that ask so; undefined is all. */
  readonly transports?: readonly ClientTransport[] | undefined;
  /** Undefined for an entry that is a default and not written anywhere. */
  readonly place: Place | undefined;
}

/** An access list and how rules name it: `acl.query`, `views.guests.acl.query`. */
export interface AccessList {
  readonly section: string;
  readonly entries: readonly AccessEntry[];
}

/** These rules have no notes. */
export const NO_ORIGIN: RuleOrigin = {
  owner: undefined,
  reason: undefined,
  expires: undefined,
  mode: 'enforce',
};

const LOOPBACK = ['127.0.0.0/8', '::1/128'].map((text) => parsePrefix(text) as Prefix);
const EVERYBODY = ['0.0.0.0/0', '::/0'].map((text) => parsePrefix(text) as Prefix);

interface WrittenEntry extends RuleOrigin {
  readonly action: AccessAction;
  readonly transports?: readonly Located<ClientTransport>[] | undefined;
}

type Line = Entry<AccessAction | WrittenEntry>;

export function readAccessList(
  section: string,
  lines: readonly Line[],
  groups: readonly ClientGroup[],
): AccessList {
  const entries = lines.map(({ key, place, value }) => ({
    key,
    place,
    prefixes: prefixesOf(key, groups),
    ...(typeof value === 'string' ? { action: value, ...NO_ORIGIN } : entryOf(value)),
  }));
  return { section, entries };
}

function entryOf({
  transports,
  ...rest
}: WrittenEntry): Omit<AccessEntry, 'key' | 'prefixes' | 'place'> {
  return transports === undefined
    ? rest
    : { ...rest, transports: transports.map(({ value }) => value) };
}

/** A key was found to be a prefix when it was read, unless it is the name of a group. */
export function prefixesOf(key: string, groups: readonly ClientGroup[]): readonly Prefix[] {
  return groups.find(({ name }) => name === key)?.prefixes ?? [parsePrefix(key) as Prefix];
}

/** Who may ask when nothing is configured. */
export const LOOPBACK_ONLY: readonly AccessEntry[] = [
  { key: 'loopback', prefixes: LOOPBACK, action: 'allow', place: undefined, ...NO_ORIGIN },
];

/** One rule for all clients. */
export function everybody(action: AccessAction, place: Place): AccessEntry {
  return { key: action, prefixes: EVERYBODY, action, place, ...NO_ORIGIN };
}
