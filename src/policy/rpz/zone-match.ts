/**
 * A policy zone read as lists are with `match: subdomains`: each name stands for itself and all
 * names below it, and what lets pass goes before all rules for the same names.
 */

import { NameTable } from '../rules/name-table.ts';
import { POLICY_ACTIONS } from '../rules/policy-verdicts.ts';
import { RuleTable } from '../rules/rule-table.ts';
import type { RpzImage } from './rpz-image.ts';

const PASSTHRU = POLICY_ACTIONS.indexOf('passthru');

export function matchSubdomains(image: RpzImage): RpzImage {
  const rules = new RuleTable(image.rules);
  const matched = new RuleTable(undefined, true);
  matched.reserve(rules.count, image.rules.names.names.length);
  const exceptions = exceptionsOf(rules);
  const take = (entry: number) => {
    const wire = rules.nameOf(entry);
    const copy = matched.entry(wire, false);
    if (matched.isSet(copy)) return;
    const exception = exceptionFor(wire, exceptions, rules);
    const decides = exception < 0 ? entry : exception;
    matched.set(copy, rules.codeOf(decides)!, rules.lineOf(decides));
    if (exception < 0) copyRecords(rules, entry, matched, copy);
  };
  // The rules of a zone for the name itself count for those below it too.
  for (const wildcards of [false, true]) {
    for (let entry = 0; entry < rules.count; entry++) {
      if ((rules.entryOf(rules.nameOf(entry), true) === entry) === wildcards) take(entry);
    }
  }
  // Those of rules on addresses.
  for (const entry of image.rules.records.keys()) {
    if (entry < 0) copyRecords(rules, entry, matched, entry);
  }
  return { ...image, rules: matched.image };
}

/** All names that have a rule which lets pass. */
function exceptionsOf(rules: RuleTable): NameTable {
  const exceptions = new NameTable();
  for (let entry = 0; entry < rules.count; entry++) {
    if (rules.codeOf(entry)! % POLICY_ACTIONS.length === PASSTHRU) {
      exceptions.add(rules.nameOf(entry), false);
    }
  }
  return exceptions;
}

/** The rule that lets a name pass, or one that it is below of; negative without one. */
function exceptionFor(wire: Uint8Array, exceptions: NameTable, rules: RuleTable): number {
  if (exceptions.count === 0) return -1;
  for (let at = 0; ; at += wire[at]! + 1) {
    const suffix = wire.subarray(at);
    if (exceptions.entryOf(suffix, false) >= 0) {
      const named = rules.entryOf(suffix, false);
      const isException = named >= 0 && rules.codeOf(named)! % POLICY_ACTIONS.length === PASSTHRU;
      return isException ? named : rules.entryOf(suffix, true);
    }
    if (wire[at] === 0) return -1;
  }
}

function copyRecords(from: RuleTable, entry: number, to: RuleTable, copy: number): void {
  for (const record of from.recordsOf(entry)) to.addRecord(copy, record);
}
