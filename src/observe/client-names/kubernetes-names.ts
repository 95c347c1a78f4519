/** Names of pods and services: followed by a watch for as long as somebody looks at names. */

import { setTimeout as sleep } from 'node:timers/promises';
import { formatAddress, parseAddress } from '../../net/address.ts';
import {
  Gone,
  type KubernetesAccess,
  type KubernetesObject,
  listObjects,
  watchObjects,
} from './kubernetes-api.ts';

/** Milliseconds that whoever asks first waits for the lists. */
const FIRST_MS = 1000;
/** Milliseconds after which nobody looks any more, and the watches end. */
const IDLE_MS = 600_000;
/** Milliseconds until the server is asked again that could not be; twice as many each time. */
const AGAIN_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;
/** Objects of a kind that are kept. */
const MOST = 200_000;

/** A name and the addresses that go by it; `undefined` for what has none of its own. */
type Naming = (object: KubernetesObject) => { readonly name: string; readonly ips: string[] };

/** As cluster DNS orders them: `web-0.shop`, and `web.shop.svc`. */
const KINDS: readonly { readonly path: string; readonly naming: Naming }[] = [
  { path: '/api/v1/pods', naming: namePod },
  { path: '/api/v1/services', naming: nameService },
];

export class KubernetesNames {
  readonly #kinds: readonly ObjectNames[];
  readonly #access: KubernetesAccess;
  readonly #failed: (why: string) => void;
  #stop: AbortController | undefined;
  #idle: NodeJS.Timeout | undefined;
  #hasFailed = false;
  #first: Promise<unknown> = Promise.resolve();

  /** `failed` is told why there are no names, once until there are. */
  constructor(access: KubernetesAccess, failed: (why: string) => void) {
    this.#access = access;
    this.#failed = failed;
    this.#kinds = KINDS.map(({ naming }) => new ObjectNames(naming));
  }

  async nameOf(address: string): Promise<string | undefined> {
    await this.#look();
    for (const kind of this.#kinds) {
      const name = kind.nameOf(address);
      if (name !== undefined) return name;
    }
    return undefined;
  }

  async addressesOf(name: string): Promise<readonly string[]> {
    await this.#look();
    return this.#kinds.flatMap((kind) => kind.addressesOf(name));
  }

  /** Ends the watches; whoever looks again begins them again. */
  close(): void {
    clearTimeout(this.#idle);
    this.#stop?.abort();
    this.#stop = undefined;
  }

  #look(): Promise<unknown> {
    clearTimeout(this.#idle);
    this.#idle = setTimeout(() => this.close(), IDLE_MS).unref();
    if (this.#stop === undefined) {
      const stop = new AbortController();
      this.#stop = stop;
      const listed = Promise.all(
        this.#kinds.map(
          (kind, i) =>
            new Promise<void>((resolve) => {
              void this.#follow(kind, KINDS[i]!.path, stop.signal, resolve);
            }),
        ),
      );
      this.#first = Promise.race([listed, sleep(FIRST_MS, undefined, { ref: false })]);
    }
    return this.#first;
  }

  /** `tried` is called when there is a list, or none can be had. */
  async #follow(
    kind: ObjectNames,
    path: string,
    signal: AbortSignal,
    tried: () => void,
  ): Promise<void> {
    let pause = AGAIN_MS;
    while (!signal.aborted) {
      try {
        const { items, version } = await listObjects(this.#access, path, signal);
        kind.replace(items);
        this.#hasFailed = false;
        pause = AGAIN_MS;
        tried();
        await this.#watch(kind, path, version, signal);
      } catch (error) {
        tried();
        if (signal.aborted) return;
        if (error instanceof Gone) continue;
        const why = `clientNames: ${this.#access.server}${path}: ${(error as Error).message}`;
        if (!this.#hasFailed) this.#failed(why);
        this.#hasFailed = true;
        await sleep(pause, undefined, { ref: false, signal }).catch(() => {});
        pause = Math.min(2 * pause, LONGEST_PAUSE_MS);
      }
    }
  }

  /** Watches on and on from where the last watch has ended. Throws when that is not possible. */
  async #watch(kind: ObjectNames, path: string, from: string, signal: AbortSignal): Promise<never> {
    let version = from;
    for (;;) {
      const before = version;
      for await (const { type, object } of watchObjects(this.#access, path, version, signal)) {
        version = object.metadata?.resourceVersion ?? version;
        if (type === 'DELETED') kind.remove(object);
        else if (type !== 'BOOKMARK') kind.set(object);
      }
      // A server that ends each watch at once is not asked all the time.
      if (version === before) await sleep(AGAIN_MS, undefined, { ref: false, signal });
    }
  }
}

/** The names of one kind of objects, by their addresses. */
class ObjectNames {
  readonly #naming: Naming;
  readonly #ips: Map<string, readonly string[]> = new Map();
  readonly #byAddress: Map<string, { readonly uid: string; readonly name: string }> = new Map();

  constructor(naming: Naming) {
    this.#naming = naming;
  }

  nameOf(address: string): string | undefined {
    return this.#byAddress.get(address)?.name;
  }

  addressesOf(wanted: string): readonly string[] {
    return [...this.#byAddress].flatMap(([address, { name }]) =>
      name.toLowerCase() === wanted ? address : [],
    );
  }

  replace(objects: readonly KubernetesObject[]): void {
    this.#ips.clear();
    this.#byAddress.clear();
    for (const object of objects) this.set(object);
  }

  set(object: KubernetesObject): void {
    this.remove(object);
    const uid = object.metadata?.uid;
    if (uid === undefined || this.#ips.size >= MOST) return;
    const { name, ips } = this.#naming(object);
    const addresses = ips.flatMap((ip) => {
      const parsed = parseAddress(ip);
      return parsed === undefined ? [] : formatAddress(parsed.family, parsed.words);
    });
    if (addresses.length === 0) return;
    this.#ips.set(uid, addresses);
    for (const address of addresses) this.#byAddress.set(address, { uid, name });
  }

  /** An address that another object has by now stays that one's. */
  remove({ metadata: { uid = '' } = {} }: KubernetesObject): void {
    for (const address of this.#ips.get(uid) ?? []) {
      if (this.#byAddress.get(address)?.uid === uid) this.#byAddress.delete(address);
    }
    this.#ips.delete(uid);
  }
}

/** A pod in its node's network has the node's address; one that has ended has none any more. */
function namePod({ metadata, spec, status }: KubernetesObject) {
  const { podIP = '', podIPs = [], phase = '' } = status ?? {};
  const isOwn = spec?.hostNetwork !== true && !['Succeeded', 'Failed'].includes(phase);
  const ips = isOwn ? [podIP, ...podIPs.map(({ ip = '' }) => ip)] : [];
  return { name: `${metadata?.name}.${metadata?.namespace}`, ips };
}

/** A headless service has the text None for an address. */
function nameService({ metadata, spec }: KubernetesObject) {
  const ips = [spec?.clusterIP ?? '', ...(spec?.clusterIPs ?? [])];
  return { name: `${metadata?.name}.${metadata?.namespace}.svc`, ips };
}
