/** Unbound: unbound.conf as a policy of ours. The semantics are those of 1.17, measured against it. */

import { dirname } from 'node:path';
import { type Endpoint, formatAddress } from '../../net/address.ts';
import type { Layer } from '../../policy/layer.ts';
import type { PolicyZone as ShownZone } from '../../policy/policy-zones.ts';
import type { ForeignServer } from '../foreign-policy.ts';
import type { Left } from '../left.ts';
import { Problems } from '../problems.ts';
import { Verdicts } from '../verdicts.ts';
import { compileAuthZones, compileChaos, compilePolicies } from './answer-layers.ts';
import { type LocalParts, readLocalZones } from './local-data.ts';
import { compileLocalZones } from './local-layer.ts';
import {
  compileAccess,
  compileNonLocal,
  compileNotify,
  compileProtocol,
  compileTransfer,
} from './message-layers.ts';
import { readAccess } from './netblocks.ts';
import { compileRecursion, compileResolution } from './resolution-layers.ts';
import { Settings, wordsIn } from './settings.ts';
import { type Clause, readClauses } from './statements.ts';
import { leftIn } from './unmodelled.ts';
import { waysOf } from './ways.ts';
import type { UnboundView, UnboundWorld } from './world.ts';
import { readAuthZone, readDelegated, readPolicyZone, readUnasked } from './zones.ts';

/** Flags that nobody looks at before a question comes: what is wrong with them is to be known now. */
const LATE_FLAGS = ['deny-any', 'hide-identity', 'hide-version', 'hide-trustanchor'];

/** Reads a configuration of Unbound. Throws a ConfigError with all that is wrong. */
export function readUnbound(file: string): ForeignServer {
  const problems = new Problems();
  const clauses = readClauses(file, problems);
  const left: Left[] = [...leftIn(clauses)];
  const of = (kind: string) => clauses.filter((clause) => clause.kind === kind);
  const server = new Settings(of('server'), problems, { file, line: 1, column: 1 });
  const tags = server.all('define-tag').flatMap(({ values }) => wordsIn(values[0]!.text));
  const parts = { problems, left, tags, folder: server.text('directory') || dirname(file) };
  const unblockLan = server.flag('unblock-lan-zones', false);
  const isTls = ['tls-upstream', 'ssl-upstream'].some((one) => server.flag(one, false));
  const views = of('view').flatMap((clause) => readView(clause, parts) ?? []);
  const access = readAccess(server, views, parts);
  const world: UnboundWorld = {
    verdicts: new Verdicts(),
    ...{ access, views, server },
    zones: readLocalZones(server, { hasDefaults: true, unblockLan }, parts),
    authZones: of('auth-zone').flatMap((clause) => readAuthZone(clause, parts) ?? []),
    policies: of('rpz').flatMap((clause) => readPolicyZone(clause, parts) ?? []),
    delegated: (['forward-zone', 'stub-zone'] as const).flatMap((kind) =>
      of(kind).flatMap((clause) => readDelegated(clause, kind, { problems, isTls }) ?? []),
    ),
    isUnasked: readUnasked(server, left),
  };
  for (const flag of LATE_FLAGS) server.flag(flag, false);
  problems.throwIfAny();
  const zones: ShownZone[] = [];
  const policies = compilePolicies(world, zones);
  return {
    ...{ program: 'Unbound', listen: listenersOf(server), verdicts: world.verdicts, left, zones },
    views: [undefined, ...views].map((view) => ({
      ...{ name: view?.name ?? 'server', layers: layersOf(view, world, policies) },
      ways: waysOf(view, world),
    })),
    viewOf: (query) => {
      const name = access.of(query)?.view;
      return 1 + views.findIndex((view) => view.name === name);
    },
    cuts: cutsOf(world),
    texts: [JSON.stringify(clauses.map(content))],
  };
}

function layersOf(view: UnboundView | undefined, world: UnboundWorld, policies: Layer) {
  return [
    compileAccess(world),
    compileProtocol(world),
    compileTransfer(world),
    compileNotify(world),
    compileChaos(world),
    compileLocalZones(view, world),
    policies,
    compileAuthZones(world),
    compileNonLocal(world),
    compileRecursion(world),
    compileResolution(world),
  ];
}

function readView(clause: Clause, parts: LocalParts): UnboundView | undefined {
  const settings = new Settings([clause], parts.problems, clause.place);
  const name = settings.text('name');
  if (name === undefined) {
    return parts.problems.add(clause.place, 'the view has no name; expect name: "guests"');
  }
  const isFirst = settings.flag('view-first', false);
  const hasOwn = ['local-zone', 'local-data', 'local-data-ptr'].some(
    (option) => settings.all(option).length > 0,
  );
  // The server's unblock-lan-zones opens nothing here.
  const defaults = { hasDefaults: !isFirst, unblockLan: false };
  const zones = hasOwn ? readLocalZones(settings, defaults, parts) : undefined;
  return { name, zones, isFirst };
}

function cutsOf({ access, zones, views, authZones, delegated }: UnboundWorld) {
  const local = [zones, ...views.flatMap((view) => view.zones ?? [])].flatMap(({ all }) =>
    all.flatMap(({ wire, names }) => [
      wire,
      ...[...names.keys()].map((key) => Buffer.from(key, 'latin1')),
    ]),
  );
  const served = authZones.flatMap(({ wire, data }) => [wire, ...(data?.names() ?? [])]);
  return {
    // No client has an address within ::ffff:0:0/96: it comes as the IPv4 address that it is.
    prefixes: access.all.flatMap(({ prefix, text }) =>
      text.toLowerCase().startsWith('::ffff:') ? [] : [prefix],
    ),
    names: [...local, ...served, ...delegated.map(({ wire }) => wire)],
    types: [],
  };
}

/** `interface: 192.0.2.1@5353`; without one, this host. */
function listenersOf(server: Settings): readonly Endpoint[] {
  const port = Number(server.text('port') ?? 53);
  const written = [...server.all('interface'), ...server.all('ip-address')].flatMap(
    ({ values }) => {
      const [address = '', at] = values[0]!.text.split('@');
      return /^[\d.]+$|:/.test(address) ? [{ address, port: Number(at ?? port) }] : [];
    },
  );
  const loopback = formatAddress(4, Uint32Array.of(0x7f000001, 0, 0, 0));
  return written.length > 0 ? written : [{ address: loopback, port }];
}

/** What a clause says, without its places. */
function content({ kind, options }: Clause): unknown {
  const isSecret = /secret|key-file|cert-file/;
  return [
    kind,
    options
      .filter(({ name }) => !isSecret.test(name))
      .map(({ name, values }) => [name, values.map(({ text }) => text)]),
  ];
}
