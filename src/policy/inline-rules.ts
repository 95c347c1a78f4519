/** Rules written in the configuration itself: `policies[].rules`. */

import type { Config } from '../config/config.ts';
import type { Located } from '../config/kind.ts';
import type { Problem } from '../config/problem.ts';
import type { Rule, VerdictTable } from '../decision/verdict.ts';
import { lowerName, parseName } from '../wire/name.ts';
import { parseType } from '../wire/registry.ts';
import type { RecordData } from '../wire/response.ts';
import type { NamePolicy } from './name-policy.ts';
import { addPolicyVerdict, POLICY_TTL, type PolicyAction } from './policy-verdicts.ts';
import { parseRecordText } from './rpz/rdata.ts';

type Lines = NonNullable<Config['policies'][number]['value']['rules']>;
type Line = Lines[number];

/** Adds the rules to `policy`; whatever cannot be understood is added to `problems`. */
export function addInlineRules(
  policy: NamePolicy,
  lines: Lines,
  verdicts: VerdictTable,
  problems: Problem[],
): void {
  for (const line of lines) {
    const owner = readOwner(line.key);
    if (typeof owner === 'string') {
      problems.push({
        ...line.place,
        message: `"${line.key}" has ${owner}; expect a name or a wildcard`,
      });
      continue;
    }
    const entry = policy.entry(owner.wire, owner.wildcard);
    if (policy.isSet(entry)) {
      const message = `"${line.key}" has a rule at line ${policy.lineOf(entry)} already; expect one`;
      problems.push({ ...line.place, message });
      continue;
    }
    addRule(policy, entry, line, verdicts, problems);
  }
}

/** `*.example` is the wildcard of `example`. */
function readOwner(text: string): { wire: Uint8Array; wildcard: boolean } | string {
  const wildcard = text === '*' || text.startsWith('*.');
  const name = wildcard ? text.slice(2) || '.' : text;
  const wire = parseName(name);
  return typeof wire === 'string' ? wire : { wire: lowerName(wire), wildcard };
}

function addRule(
  policy: NamePolicy,
  entry: number,
  line: Line,
  verdicts: VerdictTable,
  problems: Problem[],
): void {
  const { value, place } = line;
  const given = typeof value === 'string' ? undefined : value;
  const action = typeof value === 'string' ? value : actionOf(line, problems);
  const rule: Rule = {
    id: `${policy.name}/${line.key.replace(/(?<=.)\.$/, '')}`,
    file: place.file,
    line: place.line,
    implicit: false,
    ...(given?.owner !== undefined && { owner: given.owner }),
    ...(given?.reason !== undefined && { reason: given.reason }),
  };
  policy.set(entry, addPolicyVerdict(policy, action, rule, verdicts), place.line);
  for (const record of readRecords(given?.answer ?? [], problems)) policy.addRecord(entry, record);
  if (given?.types !== undefined) policy.setTypes(entry, readTypes(given.types, problems));
}

function actionOf({ key, value, place }: Line, problems: Problem[]): PolicyAction {
  const { action, answer } = value as Exclude<Line['value'], string>;
  if ((action === undefined) === (answer === undefined)) {
    problems.push({ ...place, message: `"${key}": expect either an action or an answer` });
  }
  return action?.value ?? 'answer';
}

function readRecords(texts: readonly Located<string>[], problems: Problem[]): RecordData[] {
  return texts.flatMap(({ value, place }) => {
    const record = parseRecordText(value);
    if (typeof record !== 'string') return [{ ...record, ttl: record.ttl ?? POLICY_TTL }];
    problems.push({ ...place, message: record });
    return [];
  });
}

function readTypes(texts: readonly Located<string>[], problems: Problem[]): ReadonlySet<number> {
  return new Set(
    texts.flatMap(({ value, place }) => {
      const type = parseType(value);
      if (type !== undefined) return [type];
      problems.push({ ...place, message: `"${value}" is not a type; expect one like A or TYPE65` });
      return [];
    }),
  );
}
