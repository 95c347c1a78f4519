/** A first configuration for a host, from what the host knows of its network. */

import { parseResolvConf } from '../forward/resolv-conf.ts';
import { formatEndpoint, isLoopback, parseAddress } from '../net/address.ts';
import { firstWords, formatPrefix, type Prefix, parsePrefix } from '../net/prefix.ts';
import { isPrivate } from '../policy/access/private-ranges.ts';

/** What is known of the host. */
export interface Host {
  /** Addresses of the interfaces with their prefix lengths: `10.0.0.53/24`, `fe80::1/64`. */
  readonly interfaces: readonly string[];
  /** The resolv.conf of the host, and its text; undefined where there is none. */
  readonly resolvConf?: { readonly file: string; readonly text: string } | undefined;
}

interface Network {
  readonly address: string;
  readonly prefix: string;
  readonly isPrivate: boolean;
}

/**
 * YAML with comments. Only private prefixes are let in: a host with a public address would else be an
 * open resolver for everybody in its provider's network.
 */
export function formatFirstConfig(host: Host): string {
  const networks = host.interfaces.flatMap(toNetwork);
  const inside = networks.filter((network) => network.isPrivate);
  const outside = networks.filter((network) => !network.isPrivate);
  return [
    '# A first configuration. `rcode5 check -c FILE` reports what is wrong with it;',
    '# docs/configuration.md lists every key.',
    '',
    '# The addresses that clients ask. Ports below 1024 need the capability CAP_NET_BIND_SERVICE.',
    'listen:',
    ...['127.0.0.1', ...inside.map(({ address }) => address)].map(
      (address) => `  - ${quote(formatEndpoint({ address, port: 53 }))}`,
    ),
    ...outside.map(
      ({ address }) =>
        `  # - ${quote(formatEndpoint({ address, port: 53 }))} # a public address: the whole Internet reaches it`,
    ),
    '',
    '# Health, metrics and decisions over HTTP.',
    'admin:',
    '  listen: 127.0.0.1:8053',
    '',
    '# Who may ask. The most specific prefix wins; a client that matches none is refused.',
    'acl:',
    '  query:',
    '    127.0.0.0/8: allow',
    '    "::1": allow',
    ...unique(inside).map((prefix) => `    ${quote(prefix)}: allow`),
    ...unique(outside).map(
      (prefix) => `    # ${quote(prefix)}: allow # a public prefix: only if all of it is yours`,
    ),
    '',
    ...formatUpstreams(host, new Set(['127.0.0.1', '::1', ...networks.map((n) => n.address)])),
    '',
    '# One JSON object a line for each refusal, and for whatever policy did.',
    'decisionLog:',
    '  to: stdout',
    '  record: policy',
    '',
  ].join('\n');
}

function formatUpstreams({ resolvConf }: Host, own: ReadonlySet<string>): readonly string[] {
  const servers = resolvConf === undefined ? [] : parseResolvConf(resolvConf.text);
  const usable = servers.filter(({ address }) => !own.has(address) && !isLoopbackText(address));
  const left = servers.filter((server) => !usable.includes(server)).map(formatEndpoint);
  const from = resolvConf?.file ?? '/etc/resolv.conf';
  return [
    '# Where permitted queries go. The addresses stand here and not the file: it may soon name this server.',
    ...left.map((server) => `# ${from} also names ${server}, which is this host.`),
    ...(usable.length > 0
      ? []
      : [
          `# ${from} names no server beyond this host. 192.0.2.53 stands for the one that you use:`,
          '# nothing is forwarded until you replace it.',
        ]),
    'upstreams:',
    '  default:',
    '    servers:',
    ...(usable.length > 0 ? usable.map(formatEndpoint) : ['192.0.2.53:53']).map(
      (server) => `      - ${quote(server)}`,
    ),
  ];
}

/** Loopback has its lines anyway; a link-local address is no use without an interface. */
function toNetwork(cidr: string): readonly Network[] {
  const [address = '', length = ''] = cidr.split('/');
  const parsed = parseAddress(address);
  if (parsed === undefined || isLoopback(parsed) || LINK_LOCAL.test(address)) return [];
  const whole: Prefix = { ...parsed, length: Number(length) };
  const prefix = formatPrefix({ ...whole, words: firstWords(whole) });
  return [{ address, prefix, isPrivate: isPrivate(parsePrefix(prefix) as Prefix) }];
}

const LINK_LOCAL = /^(fe[89ab]|169\.254\.)/i;

function isLoopbackText(text: string): boolean {
  const address = parseAddress(text);
  return address !== undefined && isLoopback(address);
}

function unique(networks: readonly Network[]): readonly string[] {
  return [...new Set(networks.map(({ prefix }) => prefix))];
}

/** A colon means something in YAML. */
function quote(text: string): string {
  return text.includes(':') ? `"${text}"` : text;
}
