/** The groups of upstreams that the routes of a draft name. */

import { parseServer } from '../../config/server-text.ts';
import type { Left } from '../../foreign/left.ts';
import type { Forward } from '../../foreign/ways.ts';
import { quoted } from './yaml-text.ts';

/** The host's own servers know the names of others. */
const SYSTEM = ['/etc/resolv.conf'];
const BOOTSTRAP = 'bootstrap';

interface Group {
  readonly name: string;
  readonly from: string;
  /** Some of its servers have a name and no address. */
  readonly isNamed: boolean;
}

export class UpstreamTexts {
  readonly left: Left[] = [];
  readonly #keep: string;
  readonly #bootstrap: readonly string[];
  /** By the texts of their servers. */
  readonly #all: Map<string, Group> = new Map();
  readonly #unspoken: Set<string> = new Set();

  /** `bootstrap` are those whom the old server asks for the addresses of others. */
  constructor(keep: string, bootstrap: readonly string[] = SYSTEM) {
    this.#keep = keep;
    this.#bootstrap = bootstrap.filter(isSpoken);
  }

  /** The name of the group that has these servers; that of the old one when ours can ask none of them. */
  of({ servers, place }: Pick<Forward, 'servers' | 'place'>, isDefault: boolean): string {
    for (const server of servers) {
      if (isSpoken(server) || this.#unspoken.has(server)) continue;
      this.#unspoken.add(server);
      const instead =
        'no address, or a transport that is not spoken here: name an address, tls:// or https://';
      this.left.push({ place, what: `server ${server}`, instead, decides: false });
    }
    const spoken = servers.filter(isSpoken);
    return spoken.length === 0
      ? this.kept
      : this.#group(spoken, `${place.file}:${place.line}`, isDefault);
  }

  get kept(): string {
    return this.#group([this.#keep], 'the old server, for its own zones', false);
  }

  lines(): readonly string[] {
    const all = [...this.#all].map(
      ([servers, { name, from, isNamed }]) =>
        `  ${name}: { servers: [${servers}]${isNamed ? `, bootstrap: ${BOOTSTRAP}` : ''} } # ${from}`,
    );
    const groups = [...this.#all.values()];
    const hasDefault = groups.some(({ name }) => name === 'default');
    const bootstrap = this.#bootstrap.length > 0 ? this.#bootstrap : SYSTEM;
    return [
      ...all,
      ...(groups.some(({ isNamed }) => isNamed)
        ? [
            `  ${BOOTSTRAP}: { servers: [${bootstrap.map(quoted).join(', ')}] } # for their addresses`,
          ]
        : []),
      ...(hasDefault
        ? []
        : [`  default: { servers: [${quoted(this.#keep)}] } # the old server resolves`]),
    ];
  }

  #group(servers: readonly string[], from: string, isDefault: boolean): string {
    const key = servers.map(quoted).join(', ');
    const known = this.#all.get(key);
    if (known !== undefined) return known.name;
    const isFree = ![...this.#all.values()].some(({ name }) => name === 'default');
    const name = isDefault && isFree ? 'default' : `servers${this.#all.size + 1}`;
    const isNamed = servers.some((server) => parseServer(server)?.kind === 'named');
    this.#all.set(key, { name, from, isNamed });
    return name;
  }
}

function isSpoken(server: string): boolean {
  return parseServer(server) !== undefined;
}
