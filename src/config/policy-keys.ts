/** The keys of `policies`, and the notes that every rule can have. */

import { byShape, entries, list, located, optional, required, section } from './kind.ts';
import { durationBetween, endOfDay, flag, oneOf, text } from './scalars.ts';
import { TRANSFER } from './transfer-keys.ts';

/** Notes on a rule or an entry. */
export const RULE_ORIGIN = {
  owner: optional(text, 'who is responsible for the rule; shown in records', undefined, 'none'),
  reason: optional(
    text,
    'why it exists, for example a ticket; shown in records',
    undefined,
    'none',
  ),
  expires: optional(endOfDay, 'the last day on which it counts, in UTC', undefined, 'never'),
  mode: optional(
    oneOf('enforce', 'shadow'),
    '`shadow`: its effect is recorded, and not enforced',
    'enforce',
  ),
};

const RULE_ACTIONS = oneOf('allow', 'refuse', 'nxdomain', 'nodata', 'drop', 'truncate');

const EDE_CODES = oneOf('blocked', 'censored', 'filtered');

/** What draft-ietf-dnsop-structured-dns-error calls sub-errors, and their numbers. */
export const CATEGORIES = {
  malware: 1,
  phishing: 2,
  spam: 3,
  spyware: 4,
  network: 5,
  dns: 6,
} as const;
export type Category = keyof typeof CATEGORIES;

const RULE = section({
  action: optional(located(RULE_ACTIONS), 'the response', undefined, 'none'),
  answer: optional(
    list(text),
    'records to answer with: `192.0.2.1`, `CNAME walled.example.`, `300 TXT "text"`',
    undefined,
    'none',
  ),
  types: optional(list(text), 'only for queries of these types', undefined, 'all types'),
  ede: optional(EDE_CODES, 'its Extended DNS Error', undefined, "the policy's"),
  ...RULE_ORIGIN,
});

/** One item of `policies`. */
export const POLICY = section({
  name: required(located(text), 'its name in records and metrics'),
  rules: optional(
    entries(
      'a name or a wildcard like "*.example"',
      byShape({ scalar: RULE_ACTIONS, mapping: RULE }),
    ),
    'rules in the configuration, by name',
    undefined,
    'none',
  ),
  rpz: optional(
    located(byShape({ scalar: text, mapping: TRANSFER })),
    'a response policy zone: a file, or the primaries to transfer it from',
    undefined,
    'none',
  ),
  domains: optional(
    located(text),
    'a list of domains, one in each line: the name and all names below it; a file, or an https:// URL',
    undefined,
    'none',
  ),
  hosts: optional(
    located(text),
    'a list like hosts(5): the names in it, each by itself; a file, or an https:// URL',
    undefined,
    'none',
  ),
  adblock: optional(
    located(text),
    'a list for ad blockers: its rules like `||example.com^`; a file, or an https:// URL',
    undefined,
    'none',
  ),
  action: optional(
    oneOf('allow', 'refuse', 'nxdomain', 'nodata', 'drop', 'truncate'),
    'the action for the names of a list',
    undefined,
    '`nxdomain`',
  ),
  refresh: optional(
    durationBetween('1s', '24d'),
    'how often a list by URL is checked',
    undefined,
    '1d',
  ),
  cacheFile: optional(
    text,
    'the file for the last good copy of a list by URL: a restart loads it at once',
    undefined,
    'none',
  ),
  match: optional(
    oneOf('subdomains', 'exact'),
    'what a name in a list or a policy zone matches: `subdomains` itself and all names below it, also as `*.name`; `exact` itself alone',
    undefined,
    'as its format defines',
  ),
  override: optional(
    oneOf('given', 'refuse', 'nxdomain', 'nodata', 'drop', 'passthru', 'truncate'),
    'one action in place of those in the policy zone',
    'given',
  ),
  mode: optional(
    oneOf('enforce', 'shadow'),
    '`shadow`: the effect of the policy is recorded, and not enforced',
    'enforce',
  ),
  ede: optional(
    EDE_CODES,
    'the Extended DNS Error: blocked (15) by the operator, censored (16) by an authority, filtered (17) as the client wished',
    'blocked',
  ),
  category: optional(
    oneOf(...(Object.keys(CATEGORIES) as Category[])),
    'why its names are blocked, for clients that ask for structured errors: `network` and `dns` are the policy of their operators',
    undefined,
    '`dns` with `ede: blocked`',
  ),
  breakDnssec: optional(
    flag,
    'for rpz: signed answers are rewritten also for clients that want signatures (DO=1)',
    false,
  ),
  recursiveOnly: optional(flag, 'for rpz: only queries with RD=1 are judged', true),
});
