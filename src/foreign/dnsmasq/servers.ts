/**
 * `server=`, `local=`, `address=`, `rev-server=`: the longest domain decides that has something for
 * the type asked. Made after what dnsmasq 2.90 does, which is not all in its manual.
 */

import type { Option } from './lines.ts';

/** In the order in which those of one domain are tried. */
const KINDS = ['address6', 'address4', 'zeros', 'standard', 'server', 'none'] as const;

/** `standard` is `#`, the servers without a domain; `none` is no server: the domain is local. */
export type ServerKind = (typeof KINDS)[number];

export interface ServerEntry {
  /** In lower case; empty for all names. */
  readonly domain: string;
  /** `*` before the domain: what ends with it, labels or not. */
  readonly isWildcard: boolean;
  /** For names without a dot. */
  readonly isForSimpleNames: boolean;
  readonly kind: ServerKind;
  /** The address that is answered. */
  readonly address?: Uint8Array;
  /** The server that is asked, as ours are written. */
  readonly server?: string;
  readonly option: Option;
}

/** What is looked for: addresses of either family count only for a question for them. */
export interface Wanted {
  readonly address4: boolean;
  readonly address6: boolean;
  /** A server with a domain, for `bogus-priv`. */
  readonly withDomain?: true;
}

export class DomainTable {
  readonly all: readonly ServerEntry[];
  readonly #plain: Map<string, ServerEntry[]> = new Map();
  readonly #wild: Map<string, ServerEntry[]> = new Map();
  readonly #simple: ServerEntry[] = [];

  constructor(entries: readonly ServerEntry[]) {
    this.all = entries;
    for (const entry of [...entries].sort((a, b) => order(a) - order(b))) {
      this.#groupOf(entry).push(entry);
    }
  }

  /** All that is said of the entry's domain. */
  siblings(entry: ServerEntry): readonly ServerEntry[] {
    return this.#groupOf(entry);
  }

  /** Those that decide for a name; undefined when nobody is to be asked. */
  find(name: string, wanted: Wanted): readonly [ServerEntry, ...ServerEntry[]] | undefined {
    const { found, isForServers } = this.#longest(name, wanted);
    const isSimple = name !== '' && !name.includes('.');
    // Names without a dot have servers of their own only where there are some for all names.
    if (isSimple && this.#simple.length > 0 && found?.[0].domain === '') {
      return narrow(this.#simple, wanted, isForServers);
    }
    return found;
  }

  #longest(name: string, wanted: Wanted) {
    const hasWildcards = this.#wild.size > 0;
    let isForServers = false;
    const step = (at: number) => (hasWildcards ? at + 1 : nextLabel(name, at));
    for (let at = 0; at <= name.length; at = step(at)) {
      const isWhole = at === 0 || at === name.length || name[at - 1] === '.';
      const rest = name.slice(at);
      const group = (isWhole ? this.#plain.get(rest) : undefined) ?? this.#wild.get(rest);
      const found = group && narrow(group, wanted, isForServers);
      if (found === undefined) continue;
      if (found[0].kind !== 'standard') return { found, isForServers };
      // `#` leads to the servers without a domain, not to addresses for all names.
      isForServers = true;
      if (at < name.length) at = name.length - 1;
    }
    return { found: undefined, isForServers };
  }

  #groupOf({ domain, isWildcard, isForSimpleNames }: ServerEntry): ServerEntry[] {
    if (isForSimpleNames) return this.#simple;
    const groups = isWildcard ? this.#wild : this.#plain;
    const group = groups.get(domain) ?? [];
    groups.set(domain, group);
    return group;
  }
}

/** Where the next label begins: after the last one there is the empty domain, and then nothing. */
function nextLabel(name: string, at: number): number {
  if (at === name.length) return at + 1;
  const dot = name.indexOf('.', at);
  return dot < 0 ? name.length : dot + 1;
}

function order({ kind }: ServerEntry): number {
  return KINDS.indexOf(kind);
}

/** The entries of the first kind in a group that suits the question; a group without one is passed over. */
function narrow(
  group: readonly ServerEntry[],
  { address4, address6, withDomain }: Wanted,
  isForServers: boolean,
): readonly [ServerEntry, ...ServerEntry[]] | undefined {
  const suits: Readonly<Record<ServerKind, boolean>> = {
    address6: address6 && !isForServers,
    address4: address4 && !isForServers,
    zeros: (address4 || address6) && !isForServers,
    standard: true,
    server: withDomain !== true || group[0]?.domain !== '',
    none: !isForServers && withDomain !== true,
  };
  const first = group.find(({ kind }) => (isAnswer(kind) ? suits[kind] : true));
  if (first === undefined || !suits[first.kind]) return undefined;
  const [head, ...rest] = group.filter(({ kind }) => kind === first.kind);
  return head && [head, ...rest];
}

export function isAnswer(kind: ServerKind): boolean {
  return kind === 'address6' || kind === 'address4' || kind === 'zeros';
}
