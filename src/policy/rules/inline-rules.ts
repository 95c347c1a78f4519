/** Rules written in the configuration itself: `policies[].rules`. */

import { NO_ORIGIN, type RuleOrigin } from '../../config/access-list.ts';
import type { Config } from '../../config/config.ts';
import type { Located } from '../../config/kind.ts';
import type { Place, Problem } from '../../config/problem.ts';
import type { Rule, Verdict, VerdictTable } from '../../decision/verdict.ts';
import { lowerName, parseName } from '../../wire/name.ts';
import { pastedProblem } from '../../wire/pasted-name.ts';
import { parseType } from '../../wire/registry.ts';
import type { RecordData } from '../../wire/response.ts';
import { parseRecordText } from '../zone-text/rdata.ts';
import { type Enforcement, formatExpiry, isExpired, isInForce, shownOrigin } from './in-force.ts';
import { NamePolicy } from './name-policy.ts';
import {
  addPolicyVerdict,
  infoCode,
  POLICY_TTL,
  type PolicyAction,
  type PolicyTraits,
} from './policy-verdicts.ts';
import { MAX_CODES, RuleTable } from './rule-table.ts';

type Lines = NonNullable<Config['policies'][number]['value']['rules']>;
type Line = Lines[number];

/** Whose rules they are, and which of them count. */
export interface InlinePolicy extends PolicyTraits {
  readonly lines: Lines;
}

/** Makes a policy of the rules; whatever cannot be understood is added to `problems`. */
export function compileInlineRules(
  policy: InlinePolicy,
  enforcement: Enforcement,
  verdicts: VerdictTable,
  problems: Problem[],
): NamePolicy {
  const { name, lines } = policy;
  const compiler = new InlineCompiler(policy, verdicts, problems);
  for (const line of lines) {
    if (isInForce(originOf(line), enforcement)) compiler.take(line);
    else if (isExpired(originOf(line).expires, enforcement.now)) compiler.note(line);
  }
  return new NamePolicy({ name, rules: compiler.rules, answers: compiler.answers });
}

/** The properties of a line besides its action. */
export function originOf({ value }: Line): RuleOrigin {
  return typeof value === 'string' ? NO_ORIGIN : value;
}

class InlineCompiler {
  readonly rules: RuleTable = new RuleTable();
  readonly answers: Verdict[] = [];
  readonly #policy: PolicyTraits;
  readonly #verdicts: VerdictTable;
  readonly #problems: Problem[];

  constructor(policy: PolicyTraits, verdicts: VerdictTable, problems: Problem[]) {
    this.#policy = policy;
    this.#verdicts = verdicts;
    this.#problems = problems;
  }

  /** A rule that does not count any more. */
  note({ key, value, place }: Line): void {
    const owner = readOwner(key);
    if (typeof owner === 'string' || typeof value === 'string') return;
    const action = value.action?.value ?? 'answer';
    const until = formatExpiry(value.expires!);
    const hint = `expired: ${action} ${key} counted until ${until} at ${place.file}:${place.line}`;
    this.#policy.expired?.add(owner.wire, owner.wildcard, hint);
  }

  take(line: Line): void {
    const { key, place } = line;
    const pasted = pastedProblem(key);
    if (pasted !== undefined) return this.#report(place, pasted);
    const owner = readOwner(key);
    if (typeof owner === 'string') {
      return this.#report(place, `"${key}" has ${owner}; expect a name or a wildcard`);
    }
    if (this.answers.length === MAX_CODES) {
      return this.#report(place, `more than ${MAX_CODES} rules; expect so many in an rpz file`);
    }
    const entry = this.rules.entry(owner.wire, owner.wildcard);
    if (this.rules.isSet(entry)) {
      const first = this.rules.lineOf(entry);
      return this.#report(place, `"${key}" has a rule at line ${first} already; expect one`);
    }
    this.#add(entry, line);
  }

  #add(entry: number, line: Line): void {
    const { key, value, place } = line;
    const given = typeof value === 'string' ? undefined : value;
    const action = typeof value === 'string' ? value : this.#actionOf(line);
    const rule: Rule = {
      id: `${this.#policy.name}/${key.replace(/(?<=.)\.$/, '')}`,
      file: place.file,
      line: place.line,
      implicit: false,
      ...shownOrigin(originOf(line)),
    };
    const isShadow = this.#policy.isShadow || given?.mode === 'shadow';
    const ede = infoCode(given?.ede ?? this.#policy.ede);
    const { name: policy, category, expired } = this.#policy;
    const of = { policy, rules: this.rules, rule, named: false, isShadow, ede, category, expired };
    this.rules.set(entry, this.answers.length, place.line);
    this.answers.push(addPolicyVerdict(action, of, this.#verdicts));
    for (const record of this.#readRecords(given?.answer ?? []))
      this.rules.addRecord(entry, record);
    if (given?.types !== undefined) this.rules.setTypes(entry, this.#readTypes(given.types));
  }

  #actionOf({ key, value, place }: Line): PolicyAction {
    const { action, answer } = value as Exclude<Line['value'], string>;
    if ((action === undefined) === (answer === undefined)) {
      this.#report(place, `"${key}": expect either an action or an answer`);
    }
    return action?.value ?? 'answer';
  }

  #readRecords(texts: readonly Located<string>[]): RecordData[] {
    return texts.flatMap(({ value, place }) => {
      const record = parseRecordText(value);
      if (typeof record !== 'string') return [{ ...record, ttl: record.ttl ?? POLICY_TTL }];
      this.#report(place, record);
      return [];
    });
  }

  #readTypes(texts: readonly Located<string>[]): ReadonlySet<number> {
    return new Set(
      texts.flatMap(({ value, place }) => {
        const type = parseType(value);
        if (type !== undefined) return [type];
        this.#report(place, `"${value}" is not a type; expect one like A or TYPE65`);
        return [];
      }),
    );
  }

  #report(place: Place, message: string): void {
    this.#problems.push({ ...place, message });
  }
}

/** `*.example` is the wildcard of `example`. */
export function readOwner(text: string): { wire: Uint8Array; wildcard: boolean } | string {
  const wildcard = text === '*' || text.startsWith('*.');
  const name = wildcard ? text.slice(2) || '.' : text;
  const wire = parseName(name);
  return typeof wire === 'string' ? wire : { wire: lowerName(wire), wildcard };
}
