/** What stands behind the `$` of an ad blocker's rule: what a DNS server can honour of it. */

import { parseAddress } from '../../net/address.ts';
import { parseType } from '../../wire/registry.ts';
import type { RecordData } from '../../wire/response.ts';
import { POLICY_TTL } from '../rules/policy-verdicts.ts';
import { parseRecordText } from '../zone-text/rdata.ts';

/** What `$dnsrewrite` answers: an error or nothing, an alias, or addresses. */
export type Rewrite =
  | { readonly kind: 'nxdomain' | 'nodata' | 'refuse' }
  | { readonly kind: 'alias' | 'address'; readonly record: RecordData };

export interface RuleOptions {
  readonly important: boolean;
  /** The rule takes another one back. */
  readonly badfilter: boolean;
  /** Names that the rule is not for, with all names below them. */
  readonly denied: readonly string[];
  /** The only types of queries that the rule is for, or those that it is not for. */
  readonly types: readonly number[];
  readonly isTypesExcluded: boolean;
  /** `all`: of an exception, it is for whatever would be answered. */
  readonly rewrite: Rewrite | 'all' | undefined;
}

export const NO_OPTIONS: RuleOptions = {
  important: false,
  badfilter: false,
  denied: [],
  types: [],
  isTypesExcluded: false,
  rewrite: undefined,
};

/** Options that are counted apart. */
const COUNTED: ReadonlySet<string> = new Set([
  'all',
  'badfilter',
  'client',
  'ctag',
  'denyallow',
  'dnsrewrite',
  'dnstype',
  'document',
  'domain',
  'image',
  'important',
  'popup',
  'script',
  'subdocument',
  'third-party',
]);

const RCODES: Readonly<Record<string, 'nxdomain' | 'nodata' | 'refuse'>> = {
  NOERROR: 'nodata',
  NXDOMAIN: 'nxdomain',
  REFUSED: 'refuse',
};

/** Types of records that `$dnsrewrite` may answer with. */
const REWRITTEN_TYPES: readonly string[] = ['A', 'AAAA', 'CNAME'];

/** Reads the options of a rule; when one cannot be honoured, the kind that it is counted as. */
export function readOptions(text: string): RuleOptions | string {
  let options = NO_OPTIONS;
  for (const one of text.split(',')) {
    const [, name = '', value] = /^~?([\w-]*)(?:=(.*))?$/s.exec(one) ?? [];
    const added = one.startsWith('~') ? undefined : readOption(name, value);
    if (added === undefined) return `option ${COUNTED.has(name) ? name : 'of another kind'}`;
    options = { ...options, ...added };
  }
  return options;
}

function readOption(name: string, value: string | undefined): Partial<RuleOptions> | undefined {
  if (value === undefined) {
    if (name === 'important') return { important: true };
    if (name === 'badfilter') return { badfilter: true };
    return name === 'dnsrewrite' ? { rewrite: 'all' } : undefined;
  }
  if (name === 'denyallow') return { denied: value.split('|') };
  if (name === 'dnstype') return readTypes(value);
  if (name !== 'dnsrewrite') return undefined;
  const rewrite = readRewrite(value);
  return rewrite && { rewrite };
}

/** `A|AAAA`, or `~A|~AAAA`; of both kinds at once the former decide. */
function readTypes(value: string): Partial<RuleOptions> | undefined {
  const words = value.split('|');
  const named = words.filter((word) => !word.startsWith('~'));
  const chosen = named.length > 0 ? named : words.map((word) => word.slice(1));
  const types = chosen.flatMap((word) => parseType(word.toUpperCase()) ?? []);
  if (types.length !== chosen.length) return undefined;
  return { types, isTypesExcluded: named.length === 0 };
}

/** `REFUSED`, `192.0.2.1`, `name.example`, or in full `NOERROR;A;192.0.2.1`. */
function readRewrite(value: string): Rewrite | undefined {
  const [word, type, data] = value.split(';');
  const kind = Object.hasOwn(RCODES, word!) ? RCODES[word!] : undefined;
  if (kind !== undefined && kind !== 'nodata') return { kind };
  if (kind === 'nodata' && (type ?? '') === '') return { kind };
  if (kind === 'nodata') return readRecord(type!, data ?? '');
  // Other words in capitals are rcodes that no rule here can give.
  if (type !== undefined || /^[A-Z]+$/.test(value)) return undefined;
  const address = parseAddress(value);
  if (address === undefined) return readRecord('CNAME', value);
  return readRecord(address.family === 4 ? 'A' : 'AAAA', value);
}

function readRecord(type: string, data: string): Rewrite | undefined {
  if (!REWRITTEN_TYPES.includes(type) || data === '') return undefined;
  const absolute = type === 'CNAME' && !data.endsWith('.') ? `${data}.` : data;
  const record = parseRecordText(`${type} ${absolute}`);
  if (typeof record === 'string') return undefined;
  const kind = type === 'CNAME' ? 'alias' : 'address';
  return { kind, record: { ...record, ttl: POLICY_TTL } };
}
