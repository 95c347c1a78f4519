/** CoreDNS: a Corefile as a policy of ours, by its documentation and source (1.12). */

import type { Endpoint } from '../../net/address.ts';
import { type Prefix, parsePrefix } from '../../net/prefix.ts';
import type { Layer } from '../../policy/layer.ts';
import { Malformed, type Query } from '../../wire/query.ts';
import { Opcode, Rcode, RrClass } from '../../wire/registry.ts';
import type { ForeignServer } from '../foreign-policy.ts';
import type { Left } from '../left.ts';
import { Problems } from '../problems.ts';
import { ruleAt, Verdicts } from '../verdicts.ts';
import type { Ways } from '../ways.ts';
import { type Directive, readCorefile, type ServerBlock } from './corefile.ts';
import { folderOf } from './plugin-parts.ts';
import { compilePlugins, serversOf } from './plugins.ts';
import { readView, type ViewFilter } from './view-plugin.ts';
import { depthIn, type Zone, zoneOf } from './zones.ts';

interface Block {
  readonly name: string;
  readonly zones: readonly Zone[];
  readonly ports: readonly number[];
  readonly layers: readonly Layer[];
  readonly filter: ViewFilter | undefined;
  readonly ways: Ways;
  /** Questions of class CH are asked of others, or answered. */
  readonly takesChaos: boolean;
}

const DNS_PORT = 53;

/** Reads a Corefile. Throws a ConfigError with all that is wrong. */
export function readCoredns(file: string): ForeignServer {
  const problems = new Problems();
  const left: Left[] = [];
  const names: Uint8Array[] = [];
  const verdicts = new Verdicts();
  const written = readCorefile(file, problems);
  const blocks = written.map((block) => {
    const { zones, ports } = keysOf(block, problems);
    names.push(...zones);
    const parts = { verdicts, problems, left, zones, folder: folderOf(file), names };
    return {
      ...{ zones, ports, name: block.keys.map(({ text }) => text).join(' ') },
      layers: [compileProtocol(verdicts), ...compilePlugins(block.directives, parts)],
      filter: readView(block.directives, left),
      ways: waysOf(block),
      takesChaos: block.directives.some(
        ({ name }) => name.text === 'forward' || name.text === 'chaos',
      ),
    };
  });
  problems.throwIfAny();
  const refuse = (why: string): readonly Layer[] => {
    const verdict = verdicts.of({
      layer: 'route',
      action: 'refuse',
      rule: ruleAt(why, undefined),
      recursionAvailable: false,
    });
    return [compileProtocol(verdicts), { name: 'route', judge: () => verdict }];
  };
  const listen = listenersOf(blocks);
  const ways = {
    forwards: blocks.flatMap((block) => block.ways.forwards),
    own: blocks.flatMap((block) => block.ways.own),
  };
  return {
    ...{ program: 'CoreDNS', listen, verdicts, left },
    views: [
      // Which block it is goes by the name: a client is led by all of them.
      ...blocks.map(({ name, layers }) => ({ name, layers, ways })),
      {
        name: 'no server block',
        layers: refuse('no server block has the name'),
        ways: { forwards: [], own: [] },
      },
      { name: 'class', layers: refuse('class IN'), ways: { forwards: [], own: [] } },
    ],
    viewOf: (query) => findBlock(blocks, query, listen[query.listener]?.port ?? DNS_PORT),
    cuts: { names, prefixes: prefixesIn(written), types: [] },
    texts: [JSON.stringify(written.map(content))],
  };
}

/** The library that CoreDNS reads messages with lets through queries and notifications with one question. */
function compileProtocol(verdicts: Verdicts): Layer {
  const add = (id: string, rcode: number) =>
    verdicts.of({
      layer: 'protocol',
      action: 'reject',
      rule: ruleAt(id, undefined),
      rcode,
      recursionAvailable: false,
    });
  return {
    name: 'protocol',
    judge(query) {
      if (query.opcode !== Opcode.QUERY && query.opcode !== Opcode.NOTIFY)
        return add('opcodes QUERY and NOTIFY', Rcode.NOTIMP);
      if (query.malformed !== Malformed.NONE)
        return add('a whole message with one question', Rcode.FORMERR);
      return query.ednsVersion > 0 ? add('EDNS version 0', Rcode.BADVERS) : undefined;
    },
  };
}

/** The block with the longest zone that the name is in, and whose view takes the query. */
function findBlock(blocks: readonly Block[], query: Query, port: number): number {
  const none = blocks.length;
  let best = none;
  let length = -1;
  for (const [i, { zones, ports, filter }] of blocks.entries()) {
    if (!ports.includes(port) || filter?.(query) === false) continue;
    const depth = depthIn(query, zones);
    if (depth <= length) continue;
    best = i;
    length = depth;
  }
  const isOdd = query.qclass !== RrClass.IN && blocks[best]?.takesChaos !== true;
  return isOdd ? none + 1 : best;
}

/** `dns://example.com:1053`: the zone and its port. */
function keysOf({ keys }: ServerBlock, problems: Problems) {
  const read = keys.map(({ text, place }) => {
    const plain = text.replace(/^[a-z+]+:\/\//, '');
    const scheme = /^([a-z+]+):\/\//.exec(text)?.[1] ?? 'dns';
    const [, zone = '.', digits] = /^(.*?)(?::(\d+))?$/.exec(plain)!;
    const wire = zoneOf(zone === '' ? '.' : zone);
    if (typeof wire === 'string') problems.add(place, wire);
    const port =
      digits === undefined
        ? scheme === 'tls'
          ? 853
          : scheme === 'https'
            ? 443
            : DNS_PORT
        : Number(digits);
    return { wire, port };
  });
  return {
    zones: read.flatMap(({ wire }) => (typeof wire === 'string' ? [] : [wire])),
    ports: [...new Set(read.map(({ port }) => port))],
  };
}

function listenersOf(blocks: readonly Block[]): readonly Endpoint[] {
  const ports = [...new Set(blocks.flatMap((block) => block.ports))];
  return (ports.length === 0 ? [DNS_PORT] : ports).map((port) => ({ address: '127.0.0.1', port }));
}

/** Plugins with zones of their own, and how many arguments stand before the names of these. */
const ZONES_BEHIND: Readonly<Record<string, number>> = {
  ...{ file: 1, auto: 0, secondary: 0, kubernetes: 0, etcd: 0 },
};

function waysOf({ directives, keys }: ServerBlock): Ways {
  const domains = keys.map(
    ({ text }) => text.replace(/^[a-z+]+:\/\//, '').replace(/:\d+$/, '') || '.',
  );
  const forwards = directives
    .filter(({ name }) => name.text === 'forward')
    .flatMap((directive) => {
      const from = directive.args[0]?.text ?? '.';
      return (from === '.' ? domains : [from]).map((domain) => ({
        ...{ domain, servers: serversOf(directive) },
        place: directive.name.place,
      }));
    });
  const own = directives.flatMap(({ name, args }) => {
    const before = ZONES_BEHIND[name.text];
    if (before === undefined) return [];
    const zones = args.slice(before).map(({ text }) => text);
    const { place } = name;
    return (zones.length > 0 ? zones : domains).map((domain) => ({ domain, place, isZone: true }));
  });
  return { forwards, own };
}

function prefixesIn(blocks: readonly ServerBlock[]): readonly Prefix[] {
  const texts = JSON.stringify(blocks).match(/[\da-fA-F.:]+\/\d+|\d+\.\d+\.\d+\.\d+/g) ?? [];
  return texts.map(parsePrefix).filter((prefix) => typeof prefix !== 'string');
}

function content({ keys, directives }: ServerBlock): unknown {
  const of = ({ name, args, block }: Directive): unknown => [
    name.text,
    args.map(({ text }) => text),
    block.map(of),
  ];
  return [keys.map(({ text }) => text), directives.map(of)];
}
