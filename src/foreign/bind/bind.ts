/** BIND 9: named.conf as a policy of ours. The semantics are those of 9.18, measured against it. */

import type { Endpoint } from '../../net/address.ts';
import { formatAddress, parseAddress } from '../../net/address.ts';
import type { PolicyZone } from '../../policy/policy-zones.ts';
import type { ForeignServer } from '../foreign-policy.ts';
import { type HostAddress, thisHost } from '../host.ts';
import type { Left } from '../left.ts';
import { Problems } from '../problems.ts';
import { Verdicts } from '../verdicts.ts';
import { Acls } from './acls.ts';
import { prefixesOf } from './match-list.ts';
import {
  type BindWorld,
  compileBlackhole,
  compileNoView,
  compileProtocol,
  findView,
} from './message-layers.ts';
import { compileOwnZones } from './own-zones.ts';
import { compileResponsePolicy } from './policy-layer.ts';
import {
  compileCache,
  compileQueryAccess,
  compileRecursion,
  compileResolution,
} from './query-layers.ts';
import { checkStatements, Scope } from './scope.ts';
import { readStatements, type Statement } from './statements.ts';
import { unmodelledIn } from './unmodelled.ts';
import { type BindView, readViews } from './views.ts';
import { waysOf } from './ways.ts';
import { compileNotify, compileTransfer, compileUpdate } from './zone-layers.ts';

/** Reads a configuration of BIND. Throws a ConfigError with all that is wrong. */
export function readBind(file: string, host: readonly HostAddress[] = thisHost()): ForeignServer {
  const problems = new Problems();
  const statements = readStatements(file, problems);
  const left: Left[] = [...unmodelledIn(statements)];
  checkStatements(statements, 'top', problems);
  const written = statements.find(({ words: [first] }) => first?.text === 'options')?.list ?? [];
  checkStatements(written, 'options', problems);
  const options = new Scope(written);
  const acls = new Acls(statements, { problems, host, left });
  const views = readViews({ file, statements, options, acls });
  const listen = listenersOf(options, acls);
  problems.throwIfAny();
  const verdicts = new Verdicts();
  const world: BindWorld = {
    verdicts,
    listeners: listen.map(({ address }) => parseAddress(address)!),
    blackhole: acls.access(options, 'blackhole'),
  };
  const zones: PolicyZone[] = [];
  const none = [compileBlackhole(world), compileProtocol(undefined, world), compileNoView(world)];
  return {
    ...{ program: 'BIND', listen, verdicts, left, zones },
    views: [
      ...views.map((view) => ({
        name: view.name,
        layers: layersOf(view, world, zones),
        ways: waysOf(view),
      })),
      { name: 'no view', layers: none, ways: { forwards: [], own: [] } },
    ],
    viewOf: (query) => findView(views, query, world),
    cuts: {
      prefixes: [
        ...prefixesOf(statements),
        ...host.flatMap(({ address, network }) => [address, network]),
      ],
      names: views.flatMap(({ zones }) =>
        zones.all.flatMap(({ wire, data }) => [wire, ...(data?.names() ?? [])]),
      ),
      types: [],
    },
    texts: [JSON.stringify(statements.map(content))],
  };
}

function layersOf(view: BindView, world: BindWorld, zones: PolicyZone[]) {
  const policy = compileResponsePolicy(view, world, zones);
  return [
    compileBlackhole(world),
    compileProtocol(view, world),
    compileTransfer(view, world),
    compileUpdate(view, world),
    compileNotify(view, world),
    compileQueryAccess(view, world),
    compileRecursion(view, world),
    policy,
    compileCache(view, world),
    compileOwnZones(view, world, policy),
    compileResolution(view, world),
  ];
}

/** What a statement says, without its places: what the identity of the configuration is made of. */
function content({ words, list, rest, more }: Statement): unknown {
  // A secret decides nothing, and nobody shall guess it from a hash.
  if (words[0]?.text === 'secret') return ['secret'];
  const texts = (some: typeof words) => some.map(({ text }) => text);
  return [texts(words), list?.map(content), texts(rest), more.map((inner) => inner.map(content))];
}

/** The addresses of this host that `listen-on` and `listen-on-v6` take in. */
function listenersOf(options: Scope, acls: Acls): readonly Endpoint[] {
  const standard = Number(options.word('port') ?? 53);
  const of = (name: string, family: 4 | 6): readonly Endpoint[] => {
    const statements = options.all(name);
    const addresses = acls.host.filter(({ address }) => address.family === family);
    if (statements.length === 0) return addresses.map((one) => endpoint(one, standard));
    return statements.flatMap((statement) => {
      const list = acls.read(statement);
      const at = statement.words.findIndex(({ text }) => text === 'port');
      const port = at < 0 ? standard : Number(statement.words[at + 1]?.text);
      const isIn = ({ address: { words } }: HostAddress) =>
        list.match({ family, words, key: undefined }).isIn;
      return addresses.filter(isIn).map((one) => endpoint(one, port));
    });
  };
  return [...of('listen-on', 4), ...of('listen-on-v6', 6)];
}

function endpoint({ address: { family, words } }: HostAddress, port: number): Endpoint {
  return { address: formatAddress(family, words), port };
}
