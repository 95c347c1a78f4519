/** The text of a configuration of ours that does for each client what another server does. */

import type { Forward, Ways } from '../../foreign/ways.ts';
import { type Answered, answersOf, type Behaviour, placeOf } from './behaviours.ts';

export interface DraftParts {
  readonly program: string;
  /** The file that it was read from. */
  readonly file: string;
  readonly behaviours: readonly Behaviour[];
  /** Where the old server goes on with its own zones: `127.0.0.1:5353`. */
  readonly keep: string;
}

/** A name of a group or a view and what it stands for. */
interface Named {
  readonly name: string;
  readonly behaviour: Behaviour;
  readonly action: 'allow' | 'refuse' | 'drop';
}

/** Clients of whom a comment names no more. */
const MOST_CLIENTS = 40;

export function draft({ program, file, behaviours, keep }: DraftParts): string {
  const named = behaviours.map((behaviour, i) => ({
    ...{ name: `clients${i + 1}`, behaviour },
    action: actionOf(behaviour),
  }));
  const served = named.filter(({ action }) => action === 'allow');
  const groups = new Groups(keep);
  const views = served.map((one) => view(one, groups));
  return [
    `# Made by rcode5 import from ${file} (${program}): each rule with the line that it is from.`,
    'clientGroups:',
    ...named.map(
      ({ name, behaviour: { clients } }) => `  ${name}: [${clients.map(quoted).join(', ')}]`,
    ),
    'acl:',
    '  query:',
    ...named.map(
      ({ name, action, behaviour }) => `    ${name}: ${action} # ${reasonOf(behaviour)}`,
    ),
    'upstreams:',
    ...groups.lines(),
    // Who is in no view is refused above: this is for nobody.
    'routes: { ".": default }',
    ...(views.length === 0 ? [] : ['views:', ...views.flatMap(({ lines }) => lines)]),
    ...(views.some(({ policy }) => policy.length > 0)
      ? ['policies:', ...views.flatMap(({ policy }) => policy)]
      : []),
    '',
  ].join('\n');
}

function actionOf(behaviour: Behaviour): Named['action'] {
  const fates = answersOf(behaviour).map(({ fate }) => fate);
  if (fates.includes('served')) return 'allow';
  return fates.every((fate) => fate === 'dropped') ? 'drop' : 'refuse';
}

function reasonOf({ plain }: Behaviour): string {
  return placeOf(plain.verdict.rule);
}

/** The groups of upstreams that routes name. */
class Groups {
  readonly #keep: string;
  readonly #all: Map<string, { readonly name: string; readonly from: string }> = new Map();

  constructor(keep: string) {
    this.#keep = keep;
  }

  /** The name of the group that has these servers. */
  of(servers: readonly string[], from: string, isDefault: boolean): string {
    const key = servers.map(quoted).join(', ');
    const known = this.#all.get(key);
    if (known !== undefined) return known.name;
    const isFree = ![...this.#all.values()].some(({ name }) => name === 'default');
    const name = isDefault && isFree ? 'default' : `servers${this.#all.size + 1}`;
    this.#all.set(key, { name, from });
    return name;
  }

  get kept(): string {
    return this.of([this.#keep], 'the old server, for its own zones', false);
  }

  lines(): readonly string[] {
    const all = [...this.#all].map(
      ([servers, { name, from }]) => `  ${name}: { servers: [${servers}] } # ${from}`,
    );
    const hasDefault = [...this.#all.values()].some(({ name }) => name === 'default');
    return hasDefault
      ? all
      : [...all, `  default: { servers: [${quoted(this.#keep)}] } # the old server resolves`];
  }
}

function view({ name, behaviour }: Named, groups: Groups) {
  const { ways, plain, plainWithoutRecursion, domains } = behaviour;
  const routes = [
    ...rootRoute(behaviour, groups),
    ...domains.flatMap((answered) => routeOf(answered, ways, groups)),
  ];
  const isOpen = plain.fate === 'served';
  const rules = domains.flatMap((answered) => rulesOf(answered, isOpen));
  const policy = rules.length === 0 ? [] : [`  - name: of-${name}`, '    rules:', ...rules];
  const policies = policy.length === 0 ? '[]' : `[of-${name}]`;
  const recursion =
    !isOpen && plainWithoutRecursion.fate === 'served' ? ['    recursion: refuse'] : [];
  return {
    policy,
    lines: [
      `  ${name}:`,
      `    clients: [${name}]`,
      ...recursion,
      `    policies: ${policies}`,
      ...(routes.length === 0 ? ['    routes: {}'] : ['    routes:', ...routes]),
    ],
  };
}

/** Rules for a domain that is not served, or that the old server denies by itself. */
function rulesOf(answered: Answered, isOpen: boolean): readonly string[] {
  const { domain, fate, verdict } = answered;
  const denial = denialOf(answered);
  if (denial === undefined && !(isOpen && fate !== 'served')) return [];
  const action = denial ?? (fate === 'dropped' ? 'drop' : 'refuse');
  const from = placeOf(verdict.rule);
  return [
    `      ${quoted(domain)}: ${action} # ${from}`,
    `      ${quoted(`*.${domain}`)}: ${action}`,
  ];
}

/** The old server's denial of all names of a domain that nobody has to be asked for. */
function denialOf({ verdict: { layer, action } }: Answered): 'nxdomain' | undefined {
  const isOwn = layer === 'local' || layer === 'policy';
  return isOwn && action === 'nxdomain' ? action : undefined;
}

/** Where all goes that has no other way; a client without it is refused by its absence. */
function rootRoute(
  { plain, plainWithoutRecursion, ways }: Behaviour,
  groups: Groups,
): readonly string[] {
  if (plain.fate !== 'served' && plainWithoutRecursion.fate !== 'served') return [];
  const forward = ways.forwards.find(({ domain }) => domain === '.');
  const group =
    forward === undefined
      ? groups.kept
      : groups.of(forward.servers, `${forward.place.file}:${forward.place.line}`, true);
  return [`      ".": ${group} # ${placeOf(plain.verdict.rule)}`];
}

function routeOf(answered: Answered, ways: Ways, groups: Groups): readonly string[] {
  const { domain, fate, verdict } = answered;
  if (fate !== 'served' || denialOf(answered) !== undefined) return [];
  const forward = ways.forwards.find((one) => isSame(one, domain));
  const isForwarded = forward !== undefined && verdict.action === 'forward';
  const group = isForwarded
    ? groups.of(forward.servers, `${forward.place.file}:${forward.place.line}`, false)
    : groups.kept;
  return [`      ${quoted(domain)}: ${group} # ${placeOf(verdict.rule)}`];
}

function isSame({ domain }: Forward, other: string): boolean {
  return domain.replace(/(?<=.)\.$/, '').toLowerCase() === other;
}

/** A text that YAML reads as it is. */
export function quoted(text: string): string {
  return JSON.stringify(text);
}

/** The first clients, and how many more there are. */
export function shownClients(clients: readonly string[]): string {
  const shown = clients.slice(0, MOST_CLIENTS).join(', ');
  const more = clients.length - MOST_CLIENTS;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
