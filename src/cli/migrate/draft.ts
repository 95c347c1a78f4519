/** The text of a configuration of ours that does for each client what another server does. */

import type { Left } from '../../foreign/left.ts';
import { type Answered, answersOf, type Behaviour } from './behaviours.ts';
import type { NameRule } from './name-rules.ts';
import { PolicyTexts, recordLines, sharedRecords } from './policy-texts.ts';
import { placeOf } from './rule-place.ts';
import { UpstreamTexts } from './upstream-texts.ts';
import { quoted } from './yaml-text.ts';

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

export interface Draft {
  /** The configuration, in YAML. */
  readonly text: string;
  /** Files beside it that it names, by their paths from there. */
  readonly files: ReadonlyMap<string, string>;
  /** Keys whose secrets are in variables of the environment, by the names of these. */
  readonly secrets: ReadonlyMap<string, string>;
  /** Servers that ours cannot ask. */
  readonly left: readonly Left[];
}

export function draft({ program, file, behaviours, keep }: DraftParts): Draft {
  const named = behaviours.map((behaviour, i) => ({
    ...{ name: `clients${i + 1}`, behaviour },
    action: actionOf(behaviour),
  }));
  const served = named.filter(({ action }) => action === 'allow');
  const bootstrap = behaviours.find(({ ways }) => ways.bootstrap !== undefined)?.ways.bootstrap;
  const groups = new UpstreamTexts(keep, bootstrap);
  const shared = sharedRecords(served.map(({ behaviour }) => behaviour.names));
  const policies = new PolicyTexts(shared);
  const views = served.flatMap((one) => view(one, groups, policies));
  const text = [
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
    ...(shared.size === 0 ? [] : ['localRecords:', ...recordLines(shared)]),
    ...(views.length === 0 ? [] : ['views:', ...views]),
    ...policies.lines(),
    '',
  ].join('\n');
  return { text, files: policies.files, secrets: policies.secrets, left: groups.left };
}

/** The groups of a draft whose questions go to the old server. */
export function keptGroups(text: string, keep: string): ReadonlySet<string> {
  const line = `: { servers: [${quoted(keep)}] }`;
  const own = text.split('\n').filter((one) => one.includes(line));
  return new Set(own.map((one) => one.slice(0, one.indexOf(line)).trim()));
}

function actionOf(behaviour: Behaviour): Named['action'] {
  const fates = answersOf(behaviour).map(({ fate }) => fate);
  if (fates.includes('served')) return 'allow';
  return fates.every((fate) => fate === 'dropped') ? 'drop' : 'refuse';
}

function reasonOf({ plain }: Behaviour): string {
  return placeOf(plain.verdict.rule);
}

function view(
  { name, behaviour }: Named,
  groups: UpstreamTexts,
  policies: PolicyTexts,
): readonly string[] {
  const { ways, plain, plainWithoutRecursion, domains, names } = behaviour;
  const isOpen = plain.fate === 'served';
  const routes = [
    ...rootRoute(behaviour, groups),
    ...domains.flatMap((answered) => routeOf(answered, behaviour, groups)),
    ...[...names.kept]
      .filter(([name]) => !domains.some(({ domain }) => domain === name))
      .map(([name, from]) => `      ${quoted(name)}: ${groups.kept} # ${from}`),
  ];
  const zones = new Set(
    ways.own.filter(({ isZone }) => isZone).map(({ domain }) => plainName(domain)),
  );
  const ofZones = domains
    .filter(({ domain }) => zones.has(domain))
    .flatMap((answered) => rulesOf(answered, isOpen));
  const [first = [], ...more] = names.lists;
  const own = policies.add(`of-${name}`, [[...ofZones, ...first], ...more]);
  const fed = (ways.policyZones ?? []).flatMap((zone) => policies.addZone(zone));
  const recursion =
    !isOpen && plainWithoutRecursion.fate === 'served' ? ['    recursion: refuse'] : [];
  return [
    `  ${name}:`,
    `    clients: [${name}]`,
    ...recursion,
    `    policies: [${[...own, ...fed].map(quoted).join(', ')}]`,
    ...(routes.length === 0 ? ['    routes: {}'] : ['    routes:', ...routes]),
  ];
}

/** Rules for a zone of the old server that it does not serve this client. */
function rulesOf({ domain, fate, verdict }: Answered, isOpen: boolean): readonly NameRule[] {
  if (!isOpen || fate === 'served') return [];
  const action = fate === 'dropped' ? 'drop' : 'refuse';
  const from = placeOf(verdict.rule);
  return [domain, `*.${domain}`].map((owner) => ({
    ...{ owner, action, from, records: [], isData: false },
  }));
}

/** Where all goes that has no other way; a client without it is refused by its absence. */
function rootRoute(
  { plain, plainWithoutRecursion, ways }: Behaviour,
  groups: UpstreamTexts,
): readonly string[] {
  if (plain.fate !== 'served' && plainWithoutRecursion.fate !== 'served') return [];
  const forward = ways.forwards.find(({ domain }) => domain === '.');
  const group = forward === undefined ? groups.kept : groups.of(forward, true);
  return [`      ".": ${group} # ${placeOf(plain.verdict.rule)}`];
}

function routeOf(
  answered: Answered,
  { ways, names }: Behaviour,
  groups: UpstreamTexts,
): readonly string[] {
  const { domain, fate, verdict } = answered;
  if (fate !== 'served') return [];
  const forward = ways.forwards.find((one) => plainName(one.domain) === domain);
  const isForwarded = forward !== undefined && verdict.action === 'forward';
  const isZone = ways.own.some((one) => one.isZone && plainName(one.domain) === domain);
  // What is data here is answered by rules, or by records.
  if (!isForwarded && !isZone && !names.kept.has(domain)) return [];
  const group = isForwarded ? groups.of(forward, false) : groups.kept;
  return [`      ${quoted(domain)}: ${group} # ${placeOf(verdict.rule)}`];
}

function plainName(domain: string): string {
  return domain.replace(/(?<=.)\.$/, '').toLowerCase();
}

/** The first clients, and how many more there are. */
export function shownClients(clients: readonly string[]): string {
  const shown = clients.slice(0, MOST_CLIENTS).join(', ');
  const more = clients.length - MOST_CLIENTS;
  return more > 0 ? `${shown} and ${more} more` : shown;
}
