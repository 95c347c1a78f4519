/** A response policy zone (draft-vixie-dnsop-dns-rpz-00): its text, compiled to rules. */

import { createHash, type Hash } from 'node:crypto';
import type { VerdictTable } from '../../decision/verdict.ts';
import { NamePolicy } from '../rules/name-policy.ts';
import {
  addPolicyVerdict,
  POLICY_ACTIONS,
  type PolicyTraits,
  rulesIn,
} from '../rules/policy-verdicts.ts';
import { RuleTable } from '../rules/rule-table.ts';
import { expectedLines } from '../text-file.ts';
import { ROOT } from '../zone-text/name-text.ts';
import { type ZoneFile, ZoneReader } from '../zone-text/zone-text.ts';
import { compileRecords } from './rpz-compiler.ts';
import type { Override, RpzImage } from './rpz-image.ts';
import { ZoneAnswers } from './zone-answer.ts';

/** Compiles a zone's text. */
export function readRpz(octets: Uint8Array, override: Override, source?: ZoneFile): RpzImage {
  const hash = createHash('sha256').update(octets);
  const reader = new ZoneReader(octets, ROOT, source && hashing(source, hash));
  // A name mostly takes fewer octets in wire format than its line in the text.
  const size = { rules: expectedLines(octets), octets: octets.length };
  const compiled = compileRecords(reader, override, size);
  return {
    ...compiled,
    files: reader.files,
    digest: hash.digest('hex'),
    problems: reader.problems.told(reader.line),
  };
}

function hashing({ file, readText }: ZoneFile, hash: Hash): ZoneFile {
  if (readText === undefined) return { file };
  const readHashed = (included: string) => {
    const octets = readText(included);
    hash.update(octets);
    return octets;
  };
  return { file, readText: readHashed };
}

/** The settings of a zone. */
export interface RpzPolicy extends PolicyTraits {
  /** Whether signed answers are rewritten for clients that want signatures. */
  readonly breakDnssec: boolean;
  /** Only queries with RD=1 are judged. */
  readonly recursiveOnly: boolean;
}

/** Makes a policy of a zone. */
export function attachRpz(policy: RpzPolicy, image: RpzImage, verdicts: VerdictTable): NamePolicy {
  const { name, breakDnssec, recursiveOnly } = policy;
  const rules = new RuleTable(image.rules);
  const { serial, soa: zoneSoa } = image;
  const zone = new ZoneAnswers(image, rules);
  const answers = image.files.flatMap((file) => {
    const of = { ...rulesIn(file, rules, policy), serial, zoneSoa, zone };
    return POLICY_ACTIONS.map((action) => addPolicyVerdict(action, of, verdicts));
  });
  const { clientRules, addressRules } = image;
  return new NamePolicy({
    name,
    rules,
    answers,
    clientRules,
    addressRules,
    recursiveOnly,
    keepsSigned: !breakDnssec,
  });
}
