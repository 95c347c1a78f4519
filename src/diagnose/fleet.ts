/** Several servers asked over DNS which node, version and policy they are, and compared. */

import { type Endpoint, formatEndpoint } from '../net/address.ts';
import { parseName } from '../wire/name.ts';
import { RrClass, RrType } from '../wire/registry.ts';
import { ask } from './ask.ts';
import type { Exchange, Reply } from './reply.ts';
import { findRoutes } from './routes.ts';

/** Datagrams get lost: a question is sent so often before silence counts. */
const TRIES = 2;

/** The identity of one server. */
export interface NodeAccount {
  readonly host: string;
  readonly node?: string;
  readonly version?: string;
  /** Hash of the policy in force. */
  readonly policy?: string;
  /** Serials of policy zones, by the names of their policies. */
  readonly zones: Readonly<Record<string, number>>;
  readonly nsid?: string;
  readonly ms: number;
  /** Why it cannot be compared. */
  readonly problem?: string;
}

/** Something that is not the same everywhere. */
export interface Difference {
  /** `version`, `policy`, or `zone` and the name of a policy. */
  readonly what: string;
  /** Each value with its hosts; a zone that is not there is `none`. The most frequent is first. */
  readonly values: readonly { readonly value: string; readonly hosts: readonly string[] }[];
}

export interface Fleet {
  readonly alike: boolean;
  readonly nodes: readonly NodeAccount[];
  readonly differences: readonly Difference[];
}

/** Asks all of them side by side. */
export async function askFleet(hosts: readonly Endpoint[], timeoutMs: number): Promise<Fleet> {
  const nodes = await Promise.all(hosts.map((host) => askNode(host, timeoutMs)));
  const differences = compareNodes(nodes);
  const answer = nodes.every(({ problem }) => problem === undefined);
  return { alike: answer && differences.length === 0, nodes, differences };
}

async function askNode(host: Endpoint, timeoutMs: number): Promise<NodeAccount> {
  const routes = await findRoutes([host], [], timeoutMs);
  const [route] = routes as Exclude<typeof routes, string>;
  const take = async (name: string): Promise<Exchange> => {
    const question = {
      name: parseName(name) as Uint8Array,
      ...{ type: RrType.TXT, rrClass: RrClass.CH, rd: false, edns: true },
    };
    const outcome = await ask({ ...question, transport: 'udp' }, route!, TRIES);
    const isCut = 'reply' in outcome && outcome.reply.tc;
    return isCut ? ask({ ...question, transport: 'tcp' }, route!) : outcome;
  };
  const first = await take('id.server');
  const start = { host: formatEndpoint(host), ms: first.ms };
  // Who met silence once would only wait for more of it.
  if ('silence' in first) return { ...start, zones: {}, problem: first.silence };
  const [version, policy] = await Promise.all([take('version.server'), take('policy.rcode5')]);
  return { ...start, ...accountOf(first.reply, version, policy) };
}

function accountOf(
  first: Reply,
  version: Exchange,
  policy: Exchange,
): Omit<NodeAccount, 'host' | 'ms'> {
  const [node] = first.texts;
  const versionText = textOf(version);
  const policyText = textOf(policy);
  const { hash, zones } = readPolicy(policyText ?? '');
  return {
    ...(node !== undefined && { node }),
    ...(versionText !== undefined && { version: versionText }),
    ...(hash !== '' && { policy: hash }),
    zones,
    ...(first.nsid !== undefined && { nsid: first.nsid }),
    ...(hash === '' && { problem: problemOf(first, policy) }),
  };
}

function textOf(outcome: Exchange): string | undefined {
  return 'reply' in outcome ? outcome.reply.texts[0] : undefined;
}

function problemOf(first: Reply, policy: Exchange): string {
  if ('silence' in policy) return `policy.rcode5: ${policy.silence}`;
  const { rcode } = policy.reply;
  const codes = policy.reply.ede.map(({ code }) => ` EDE ${code}`).join('');
  if (first.rcode === 'REFUSED') return `REFUSED${codes}: acl.query there does not allow this host`;
  return `${rcode}${codes} to policy.rcode5: it does not seem to be rcode5`;
}

/** `3f2a9c11 malware=2026112001`: names of policies may have spaces in them. */
function readPolicy(text: string): Pick<NodeAccount, 'zones'> & { readonly hash: string } {
  const [hash = ''] = text.split(' ', 1);
  const rest = text.slice(hash.length + 1);
  const zones = [...rest.matchAll(/(.+?)=(\d+)(?: |$)/g)];
  return { hash, zones: Object.fromEntries(zones.map(([, name, serial]) => [name, +serial!])) };
}

/** What is not the same with all that have answered. */
export function compareNodes(nodes: readonly NodeAccount[]): Difference[] {
  const sound = nodes.filter(({ problem }) => problem === undefined);
  const names = new Set(sound.flatMap(({ zones }) => Object.keys(zones)));
  const aspects: readonly (readonly [string, (node: NodeAccount) => string])[] = [
    ['version', ({ version = 'none' }) => version],
    ['policy', ({ policy = 'none' }) => policy],
    ...[...names]
      .sort()
      .map(
        (name) =>
          [`zone ${name}`, ({ zones }: NodeAccount) => String(zones[name] ?? 'none')] as const,
      ),
  ];
  return aspects.flatMap(([what, read]) => {
    const groups = Map.groupBy(sound, read);
    if (groups.size < 2) return [];
    const values = [...groups].map(([value, all]) => ({
      value,
      hosts: all.map((one) => one.host),
    }));
    return [{ what, values: values.sort((a, b) => b.hosts.length - a.hosts.length) }];
  });
}
