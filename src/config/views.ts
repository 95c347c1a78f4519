/** Views as they were meant: what a view leaves out it has from the top level. */

import type { Prefix } from '../net/prefix.ts';
import {
  type AccessList,
  type ClientGroup,
  everybody,
  LOOPBACK_ONLY,
  prefixesOf,
  readAccessList,
} from './access-list.ts';
import type { RawConfig } from './keys.ts';
import type { Entry, Located } from './kind.ts';
import type { Place, Problem } from './problem.ts';

/** The access lists of a view; without one for recursion, all who may query may recurse. */
export interface ViewAcl {
  readonly query: AccessList;
  readonly recursion: AccessList | undefined;
  readonly transfer: AccessList;
  readonly update: AccessList;
  readonly notify: AccessList;
}

/** Clients that are served alike. */
export interface ViewConfig {
  readonly name: string;
  readonly place: Place;
  /** The prefixes of its clients; the first view is for all who are in no other. */
  readonly clients: readonly Prefix[];
  readonly acl: ViewAcl;
  readonly routes: readonly Entry<string>[];
  /** Indices into `policies`, in the order in which they are asked. */
  readonly policies: readonly number[];
}

/** The name of the view for clients that are in no other. */
export const DEFAULT_VIEW = 'default';

type RawView = RawConfig['views'][number];
type RawAcl = RawConfig['acl'];

/** The default view and the views of the configuration; what is wrong is added to `problems`. */
export function readViews(
  raw: RawConfig,
  { routes, groups, start }: Defaults,
  problems: Problem[],
): readonly [ViewConfig, ...ViewConfig[]] {
  const acl = readAcl('acl', raw.acl, groups);
  const defaults: ViewConfig = {
    name: DEFAULT_VIEW,
    place: start,
    clients: [],
    acl: {
      query: acl.query ?? { section: 'acl.query', entries: LOOPBACK_ONLY },
      recursion: acl.recursion,
      transfer: acl.transfer ?? { section: 'acl.transfer', entries: [] },
      update: acl.update ?? { section: 'acl.update', entries: [] },
      notify: acl.notify ?? { section: 'acl.notify', entries: [] },
    },
    routes,
    policies: raw.policies.map((_, index) => index),
  };
  const names = raw.policies.map(({ value }) => value.name.value);
  return [
    defaults,
    ...raw.views.map((view) => readView(view, { defaults, groups, names, problems })),
  ];
}

interface Defaults {
  readonly routes: readonly Entry<string>[];
  readonly groups: readonly ClientGroup[];
  readonly start: Place;
}

interface ViewContext {
  readonly defaults: ViewConfig;
  readonly groups: readonly ClientGroup[];
  readonly names: readonly string[];
  readonly problems: Problem[];
}

function readView(
  { key, place, value }: RawView,
  { defaults, groups, names, problems }: ViewContext,
): ViewConfig {
  if (key === DEFAULT_VIEW) {
    const message = `"${key}" is the view of all who are in no other; expect another name`;
    problems.push({ ...place, message });
  }
  const own = value.acl === undefined ? {} : readAcl(`views.${key}.acl`, value.acl, groups);
  return {
    name: key,
    place,
    clients: value.clients.flatMap((item) => prefixesOf(item.value, groups)),
    acl: {
      ...defaults.acl,
      ...own,
      ...(value.recursion !== undefined && { recursion: forAll(key, value.recursion) }),
    },
    routes: value.routes ?? defaults.routes,
    policies:
      value.policies?.map((policy) => findPolicy(policy, names, problems)) ?? defaults.policies,
  };
}

function forAll(view: string, { value, place }: Located<'allow' | 'refuse'>): AccessList {
  return { section: `views.${view}.recursion`, entries: [everybody(value, place)] };
}

function findPolicy(
  { value, place }: Located<string>,
  names: readonly string[],
  problems: Problem[],
): number {
  const index = names.indexOf(value);
  if (index < 0) {
    const expected = names.join(', ') || 'one to be defined in policies';
    problems.push({ ...place, message: `"${value}" is not a policy; expect ${expected}` });
  }
  return index;
}

function readAcl(section: string, raw: RawAcl, groups: readonly ClientGroup[]): Partial<ViewAcl> {
  const lists = Object.entries(raw).flatMap(([name, lines]) =>
    lines === undefined
      ? []
      : [[name, readAccessList(`${section}.${name}`, lines, groups)] as const],
  );
  return Object.fromEntries(lists);
}
