/** The policies and local records of a configuration that is made from another server's. */

import { resolve } from 'node:path';
import type { ForeignZone } from '../../foreign/policy-zone.ts';
import { listText } from './list-text.ts';
import type { NameRule, NameRules } from './name-rules.ts';
import { quoted } from './yaml-text.ts';

/** More of them go to a file beside the configuration. */
const MOST_RULES = 100;

const LOCAL_TYPES = ['A', 'AAAA', 'MX', 'PTR', 'SRV', 'TXT'];

/** Names with records that all clients get who are served: with the records, by their names. */
type Shared = ReadonlyMap<string, NameRule>;

/** Of the first list: only there nothing else is said of the name. */
export function sharedRecords(all: readonly NameRules[]): Shared {
  const [first, ...others] = all.map(
    ({ lists: [rules = []] }) => new Map(rules.filter(isRecord).map((rule) => [rule.owner, rule])),
  );
  const isEverywhere = ({ owner, records }: NameRule) =>
    others.every((rules) => rules.get(owner)?.records.join() === records.join());
  return new Map([...(first ?? [])].filter(([, rule]) => isEverywhere(rule)));
}

function isRecord({ action, types, owner, records, isData }: NameRule): boolean {
  const isOwn = isData && action === 'answer' && types === undefined && !owner.startsWith('*.');
  return (
    isOwn && records.every((record) => LOCAL_TYPES.some((type) => record.startsWith(`${type} `)))
  );
}

export function recordLines(shared: Shared): readonly string[] {
  return [...shared].map(([owner, { records, from }]) => {
    const types = [...new Set(records.map((record) => record.split(' ')[0]!))];
    const data = types.map((type) => {
      const own = records.filter((record) => record.startsWith(`${type} `));
      return `${type}: [${own.map((one) => quoted(one.slice(type.length + 1))).join(', ')}]`;
    });
    return `  ${quoted(owner)}: { ${data.join(', ')} } # ${from}`;
  });
}

export class PolicyTexts {
  readonly files: Map<string, string> = new Map();
  readonly secrets: Map<string, string> = new Map();
  readonly #shared: Shared;
  /** The texts of policies, by what follows their names. */
  readonly #known: Map<string, string> = new Map();
  readonly #lines: string[] = [];

  constructor(shared: Shared) {
    this.#shared = shared;
  }

  lines(): readonly string[] {
    const keys = [...this.secrets].map(
      ([variable, key]) =>
        `  ${quoted(key)}: { secret: ${quoted(`\${${variable}}`)} } # algorithm: as in the old server`,
    );
    return [
      ...(keys.length === 0 ? [] : ['tsigKeys:', ...keys]),
      ...(this.#lines.length === 0 ? [] : ['policies:', ...this.#lines]),
    ];
  }

  /** The names of the policies that have these rules; those of another view with the same ones are shared. */
  add(name: string, lists: readonly (readonly NameRule[])[]): readonly string[] {
    return lists.flatMap((rules, i) => {
      const own = rules.filter((rule) => !this.#isShared(rule));
      return this.#addRules(i === 0 ? name : `${name}-${i + 1}`, own);
    });
  }

  addZone({ name, file, primaries, tsig, override, ...traits }: ForeignZone): readonly string[] {
    if (override === 'disabled' || (file === undefined && primaries.length === 0)) return [];
    const plain = name.replace(/\.$/, '');
    const source =
      file === undefined
        ? `{ zone: ${quoted(plain)}, primaries: [${primaries.map(quoted).join(', ')}]${this.#key(tsig)} }`
        : quoted(resolve(file));
    const content = [
      `rpz: ${source}`,
      ...(override === 'given' ? [] : [`override: ${override}`]),
      ...(traits.breakDnssec ? ['breakDnssec: true'] : []),
      ...(traits.recursiveOnly ? [] : ['recursiveOnly: false']),
    ].join(', ');
    const from = `${traits.place.file}:${traits.place.line}`;
    return [
      this.#once(plain, content, (own) => [`  - { name: ${quoted(own)}, ${content} } # ${from}`]),
    ];
  }

  #isShared({ owner, records, action, types }: NameRule): boolean {
    const shared = this.#shared.get(owner);
    return action === 'answer' && types === undefined && shared?.records.join() === records.join();
  }

  /** `, tsig: feed`, whose secret nobody finds in a file that others may read. */
  #key(name: string | undefined): string {
    if (name === undefined) return '';
    const variable = `TSIG_${name.toUpperCase().replace(/[^A-Z0-9]+/g, '_')}`;
    this.secrets.set(variable, name);
    return `, tsig: ${quoted(name)}`;
  }

  #addRules(name: string, rules: readonly NameRule[]): readonly string[] {
    if (rules.length === 0) return [];
    const isMany = rules.length > MOST_RULES;
    // A policy zone knows neither types nor REFUSED.
    const listed = isMany
      ? rules.filter(({ types, action }) => types === undefined && action !== 'refuse')
      : [];
    const inline = rules.filter((rule) => !listed.includes(rule));
    const lines = inline.map((rule) => `      ${quoted(rule.owner)}: ${ruleValue(rule)}`);
    const own =
      inline.length === 0
        ? []
        : [
            this.#once(name, lines.join('\n'), (unique) => [
              `  - name: ${unique}`,
              '    rules:',
              ...lines,
            ]),
          ];
    if (listed.length === 0) return own;
    const text = listText(listed);
    const list = this.#once(`${name}-list`, text, (unique) => {
      const path = `lists/${unique}.rpz`;
      this.files.set(path, text);
      return [`  - { name: ${unique}, rpz: ${path}, breakDnssec: true, recursiveOnly: false }`];
    });
    return [...own, list];
  }

  #once(name: string, content: string, write: (unique: string) => readonly string[]): string {
    const known = this.#known.get(content);
    if (known !== undefined) return known;
    const taken = new Set(this.#known.values());
    let unique = name;
    for (let i = 2; taken.has(unique); i++) unique = `${name}-${i}`;
    this.#known.set(content, unique);
    this.#lines.push(...write(unique));
    return unique;
  }
}

/** `nxdomain # from`, or with records and types. */
function ruleValue({ action, records, types, from }: NameRule): string {
  const ofTypes = types === undefined ? '' : `, types: [${types.join(', ')}]`;
  if (action === 'answer') {
    const data = records.map((one) => quoted(one.replace(/^(?:A|AAAA) /, '')));
    return `{ answer: [${data.join(', ')}]${ofTypes} } # ${from}`;
  }
  return types === undefined ? `${action} # ${from}` : `{ action: ${action}${ofTypes} } # ${from}`;
}
