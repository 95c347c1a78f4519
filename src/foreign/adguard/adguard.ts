/** AdGuard Home: AdGuardHome.yaml as a policy of ours, by its documentation and source (0.107). */

import { dirname } from 'node:path';
import { below, readPlacedYaml } from '../../config/placed-yaml.ts';
import { ConfigError } from '../../config/problem.ts';
import { type Endpoint, parseAddress } from '../../net/address.ts';
import type { Layer } from '../../policy/layer.ts';
import { parseName } from '../../wire/name.ts';
import { Malformed, type Query } from '../../wire/query.ts';
import { Rcode, RrType } from '../../wire/registry.ts';
import type { ForeignServer } from '../foreign-policy.ts';
import type { Left } from '../left.ts';
import { Problems, readForeign } from '../problems.ts';
import { ruleAt, Verdicts } from '../verdicts.ts';
import type { Forward } from '../ways.ts';
import { compileAccess } from './access.ts';
import { compileFilters } from './filtering.ts';
import { type AdguardParts, flagOf, listOf, textAt } from './parts.ts';
import { compileRewrites } from './rewrites.ts';

const DNS_PORT = 53;

/** Reads an AdGuardHome.yaml. Throws a ConfigError with all that is wrong. */
export function readAdguard(file: string): ForeignServer {
  const read = readForeign(file, 'an AdGuardHome.yaml');
  const text = 'text' in read ? read.text : '';
  if ('problem' in read)
    throw new ConfigError([{ file, line: 1, column: 1, message: read.problem }]);
  const { value: root, problems: found } = readPlacedYaml(file, text);
  if (found.length > 0) throw new ConfigError(found);
  const problems = new Problems();
  const left: Left[] = [...leftIn(root)];
  const verdicts = new Verdicts();
  const parts: AdguardParts = { root, problems, left, verdicts, folder: dirname(file), names: [] };
  const access = compileAccess(parts);
  const forwards = forwardsIn(parts);
  const layers = [
    access.layer,
    compileProtocol(parts),
    compileRewrites(parts),
    compileFilters(parts),
    compileUpstreams(parts, forwards),
  ];
  problems.throwIfAny();
  const domains = forwards.map(({ domain }) => parseName(domain));
  return {
    ...{ program: 'AdGuard Home', listen: listenersOf(parts), verdicts, left },
    views: [{ name: 'AdGuard Home', layers, ways: { forwards, own: [], ...bootstrapOf(parts) } }],
    viewOf: () => 0,
    cuts: {
      names: [...parts.names, ...domains.filter((name) => typeof name !== 'string')],
      prefixes: access.prefixes,
      types: [RrType.A, RrType.AAAA, RrType.HTTPS],
    },
    texts: [text],
  };
}

/** Of all opcodes; only ANY may have an answer of its own (dnsproxy: validateRequest). */
function compileProtocol({ root, verdicts }: AdguardParts): Layer {
  const rule = (id: string) => ruleAt(id, undefined);
  const judge = ({ malformed, qtype }: Query) => {
    if (malformed === Malformed.QUESTION_COUNT) {
      return verdicts.of({ layer: 'protocol', action: 'fail', rule: rule('one question') });
    }
    if (malformed !== Malformed.NONE) {
      return verdicts.of({ layer: 'protocol', action: 'drop', rule: rule('a whole message') });
    }
    const refused = below(root, 'dns', 'refuse_any');
    if (qtype !== RrType.ANY || refused?.text !== 'true') return undefined;
    const own = ruleAt('refuse_any', refused.place);
    return verdicts.of({ layer: 'protocol', action: 'reject', rcode: Rcode.NOTIMP, rule: own });
  };
  return { name: 'protocol', judge };
}

/** `[/corp.example/lan/]10.0.0.53`: servers by domain. */
function forwardsIn({ root, problems, left }: AdguardParts): readonly Forward[] {
  const file = below(root, 'dns', 'upstream_dns_file');
  if (file?.text) {
    const instead = 'servers in a file of their own: name them in upstreams';
    left.push({
      place: file.place,
      what: `upstream_dns_file: ${file.text}`,
      instead,
      decides: false,
    });
  }
  const groups = new Map<string, { servers: string[]; place: Forward['place'] }>();
  for (const { text = '', place } of listOf(root, 'dns', 'upstream_dns')) {
    const { domains, servers } = upstreamOf(text);
    for (const domain of domains) {
      if (typeof parseName(domain) === 'string') {
        problems.add(
          place,
          `upstream_dns: "${domain}" is no domain; expect [/example.com/]192.0.2.1`,
        );
      }
      const group = groups.get(domain) ?? { servers: [], place };
      group.servers.push(...servers);
      groups.set(domain, group);
    }
  }
  return [...groups].map(([domain, group]) => ({ domain, ...group }));
}

/** Without any, the servers of the host are asked. */
function bootstrapOf({ root }: AdguardParts) {
  const bootstrap = listOf(root, 'dns', 'bootstrap_dns').flatMap(({ text }) => text ?? []);
  return bootstrap.length === 0 ? {} : { bootstrap };
}

/** A comment is for no domain. */
function upstreamOf(text: string) {
  if (text === '' || text.startsWith('#')) return { domains: [], servers: [] };
  const [, list = '', rest = text] = /^\[\/(.*)\/\](.*)$/.exec(text) ?? [];
  const servers = rest.trim().split(/\s+/);
  return {
    domains: list.split('/').map((domain) => domain.replace(/^\*\./, '') || '.'),
    servers: servers.filter((server) => server !== '#' && server !== '').map(ourServer),
  };
}

/** `udp://` is what a server without a word before it is; HTTP/3 is HTTPS too. */
function ourServer(server: string): string {
  return server.replace(/^udp:\/\//, '').replace(/^h3:/, 'https:');
}

function compileUpstreams({ verdicts }: AdguardParts, forwards: readonly Forward[]): Layer {
  const first = forwards.find(({ domain }) => domain === '.');
  const rule = ruleAt('upstream_dns', first?.place);
  const forwarded = verdicts.of({ layer: 'upstream', action: 'forward', rule });
  return { name: 'route', judge: () => forwarded };
}

function listenersOf({ root }: AdguardParts): readonly Endpoint[] {
  const port = Number(textAt(root, 'dns', 'port') ?? DNS_PORT) || DNS_PORT;
  const hosts = listOf(root, 'dns', 'bind_hosts').flatMap(({ text = '' }) =>
    parseAddress(text) === undefined || text === '0.0.0.0' || text === '::' ? [] : [text],
  );
  return (hosts.length === 0 ? ['127.0.0.1'] : hosts).map((address) => ({ address, port }));
}

/** Sections that decide more, and what to do about them. */
const LEFT: readonly (readonly [readonly string[], string])[] = [
  [['filtering', 'blocked_services', 'ids'], 'lists of names of services; write them as policies'],
  [['clients', 'persistent'], 'settings for clients by themselves; write them as views'],
];
const SWITCHES: readonly (readonly [readonly string[], string])[] = [
  [['filtering', 'safebrowsing_enabled'], 'asks AdGuard whether names are malicious'],
  [['filtering', 'parental_enabled'], 'asks AdGuard whether names are for adults'],
  [
    ['filtering', 'safe_search', 'enabled'],
    'other addresses for search engines; write them as rules',
  ],
  [['dns', 'aaaa_disabled'], 'no AAAA records: a rule with types: [AAAA] comes near'],
];

/** Answers of others that are changed, and limits: who is served does not depend on them. */
const PASSED: readonly (readonly [string, string])[] = [
  ['ratelimit', 'silence for a client with more questions a second: set rateLimit'],
  [
    'bogus_nxdomain',
    'NXDOMAIN for answers with these addresses: write rules on addresses, as rpz-ip',
  ],
  ['enable_dnssec', 'SERVFAIL for answers with a wrong signature: let the upstreams validate'],
];

function passedIn(root: AdguardParts['root']): readonly Left[] {
  return PASSED.flatMap(([key, instead]) => {
    const value = below(root, 'dns', key);
    const isSet = value?.items?.length ?? (['0', 'false', undefined].includes(value?.text) ? 0 : 1);
    if (value === undefined || isSet === 0) return [];
    const what = `dns.${key}${value.text === undefined ? '' : `: ${value.text}`}`;
    return [{ place: value.place, what, instead, decides: false }];
  });
}

function leftIn(root: AdguardParts['root']): readonly Left[] {
  const lists = LEFT.flatMap(([path, instead]) => {
    const [first] = listOf(root, ...path);
    return first === undefined
      ? []
      : [{ place: first.place, what: path.join('.'), instead, decides: true }];
  });
  const switches = SWITCHES.filter(([path]) => flagOf(root, ...path) === true);
  return [
    ...passedIn(root),
    ...lists,
    ...switches.map(([path, instead]) => ({
      place: root.place,
      what: path.join('.'),
      instead,
      decides: true,
    })),
  ];
}
