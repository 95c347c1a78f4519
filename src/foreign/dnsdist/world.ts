/** All that one configuration of dnsdist says, in the order in which it is said. */

import type { Place } from '../../config/problem.ts';
import { type Endpoint, parseEndpoint } from '../../net/address.ts';
import type { Left } from '../left.ts';
import type { Problems } from '../problems.ts';
import { type Action, actionOf } from './actions.ts';
import type { Evaluated } from './evaluation.ts';
import { decides, leftOf } from './functions.ts';
import { Netmasks, type Selector, selectorOf } from './selectors.ts';
import { type Call, textsIn, type Value } from './values.ts';

/** `addAction(selector, action)` */
export interface DnsdistRule {
  readonly selector: Selector;
  readonly action: Action;
  readonly place: Place;
  readonly source: string;
}

export interface Backend {
  readonly address: string;
  /** Names of pools; the empty one is for queries that no rule sends to another. */
  readonly pools: readonly string[];
  /** Those that it was in at some time: they stay when it has left. */
  readonly everIn: readonly string[];
  readonly isDown: boolean;
  readonly place: Place;
}

/** Netmasks of the ACL that dnsdist starts with. */
const PRIVATE = [
  ...['127.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '169.254.0.0/16', '192.168.0.0/16'],
  ...['172.16.0.0/12', '::1/128', 'fc00::/7', 'fe80::/10'],
];

const DNS_PORT = 53;

export class DnsdistWorld {
  readonly rules: DnsdistRule[] = [];
  readonly left: Left[];
  acl: Netmasks = new Netmasks();
  /** The call that made it; undefined for the ACL that nobody wrote. */
  aclPlace: Place | undefined;
  listen: Endpoint[] = [{ address: '127.0.0.1', port: DNS_PORT }];
  /** Whether a query for a pool whose servers are all down is SERVFAIL; else it is dropped. */
  failsWithoutServer = false;
  readonly #servers: Call[] = [];
  /** Of `getPool`, which makes those that are not there. */
  readonly #made: Set<string> = new Set(['']);
  readonly #problems: Problems;

  constructor({ calls, left }: Evaluated, problems: Problems) {
    this.#problems = problems;
    for (const mask of PRIVATE) this.acl.add(mask);
    this.left = left.map(({ place, source }) => ({
      ...{ place, what: source, decides: true },
      instead: 'a program: what it does is seen only when it runs',
    }));
    for (const call of calls) this.#take(call);
  }

  /** With all that later calls did to them. */
  get servers(): readonly Backend[] {
    return this.#servers.flatMap((call) => backendOf(call) ?? []);
  }

  /** Whether there is such a pool, with servers or without. */
  hasPool(name: string): boolean {
    return this.#made.has(name) || this.servers.some(({ everIn }) => everIn.includes(name));
  }

  #take(call: Call): void {
    const { name, args } = call;
    switch (name) {
      case 'setLocal':
      case 'addLocal':
        return this.#listen(call);
      case 'setACL':
        this.acl = new Netmasks();
        return this.#admit(call);
      case 'addACL':
        return this.#admit(call);
      case 'newServer':
        if (backendOf(call) === undefined) this.#leave(call, 'a server: its address is not seen');
        else this.#servers.push(call);
        return;
      case 'addAction':
        return this.#rule(call);
      case 'clearRules':
        this.rules.length = 0;
        return;
      case 'setServFailWhenNoServer':
        this.failsWithoutServer = args[0]?.kind === 'flag' && args[0].flag;
        return;
      case 'getPool':
        this.#made.add(textOf(args[0]) ?? '');
        return;
      default:
        this.#others(call);
    }
  }

  #others(call: Call): void {
    const instead = leftOf(call.name);
    if (instead !== undefined) this.#leave(call, instead);
  }

  #leave({ place, name, source }: Call, instead: string): void {
    // Arguments of functions that are not known may be secrets.
    const what = name === 'addAction' || name === 'newServer' ? source : `${name}(…)`;
    this.left.push({ place, what, instead, decides: decides(name) });
  }

  #listen({ name, args: [address], place }: Call): void {
    if (address?.kind !== 'text') return;
    const endpoint = parseEndpoint(address.text, DNS_PORT);
    if (endpoint === undefined) {
      const expected = 'expect "192.0.2.1:53"';
      this.#problems.add(place, `"${address.text}" is not an address to listen on; ${expected}`);
    } else this.listen = name === 'setLocal' ? [endpoint] : [...this.listen, endpoint];
  }

  #admit(call: Call): void {
    const texts = textsIn(call.args[0]);
    if (texts === undefined) {
      this.#leave(call, 'who may ask is not seen: expect netmasks in quotation marks');
      return;
    }
    this.aclPlace = call.place;
    for (const { text, place } of texts) {
      if (!this.acl.add(text))
        this.#problems.add(place, `"${text}" is not a netmask; expect 192.0.2.0/24`);
    }
  }

  #rule(call: Call): void {
    const { args, place, source } = call;
    const selector = selectorOf(args[0], this.#problems);
    const action = args[1]?.kind === 'call' ? actionOf(args[1], this.#problems) : undefined;
    if (selector === undefined || action === undefined) {
      const part = selector === undefined ? 'selector' : 'action';
      this.#leave(call, `a rule with a ${part} that is not modelled: explain passes over it`);
      return;
    }
    this.rules.push({ selector, action, place, source });
    if (selector.isCut) return;
    const instead = 'diff does not see where this selector begins and ends; explain does';
    this.left.push({ place, what: source, instead, decides: true, isExplained: true });
  }
}

/** `newServer("192.0.2.1")`, `newServer({address="192.0.2.1", pool={"a", "b"}})` */
function backendOf({ args: [value], methods, place }: Call): Backend | undefined {
  const fields = value?.kind === 'table' ? value.fields : undefined;
  const address = value?.kind === 'text' ? value : fields?.get('address');
  if (address?.kind !== 'text') return undefined;
  const written = textsIn(fields?.get('pool'))?.map(({ text }) => text);
  const pools = methods.reduce(withMethod, written ?? ['']);
  const last = methods.findLast(({ name }) => ['setDown', 'setUp', 'setAuto'].includes(name));
  const everIn = [
    ...(written ?? ['']),
    ...methods.flatMap(({ name, args }) => (name === 'addPool' ? (textOf(args[0]) ?? []) : [])),
  ];
  return { address: address.text, pools, everIn, isDown: last?.name === 'setDown', place };
}

/** The pools of a server when the method was called. */
function withMethod(pools: readonly string[], { name, args }: Call['methods'][number]) {
  const pool = textOf(args[0]);
  if (pool === undefined || !['addPool', 'rmPool'].includes(name)) return pools;
  const others = pools.filter((one) => one !== pool);
  return name === 'addPool' ? [...others, pool] : others;
}

function textOf(value: Value | undefined): string | undefined {
  return value?.kind === 'text' ? value.text : undefined;
}
