/** What a rule does with a query: dnsdist's actions. */

import type { VerdictSpec } from '../../decision/verdict.ts';
import { parseAddress } from '../../net/address.ts';
import { lowerName, parseName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { Rcode, RrType } from '../../wire/registry.ts';
import type { RecordData } from '../../wire/response.ts';
import type { Problems } from '../problems.ts';
import { type Call, textsIn } from './values.ts';

/** How the search among the rules ends. */
export type Effect =
  | { readonly kind: 'allow' }
  | { readonly kind: 'pool'; readonly pool: string }
  | { readonly kind: 'answer'; readonly spec: Answer };

export type Answer = Pick<VerdictSpec, 'action' | 'rcode' | 'records'>;

export interface Action {
  /** Undefined when later rules are asked. */
  effectOn(query: Query): Effect | undefined;
  /** Later rules see the query with RD=0. */
  readonly clearsRecursion?: true;
  /** The servers that it leads to. */
  readonly pool?: string;
}

/** The action that a call stands for; undefined when it is none that is modelled. */
export function actionOf(call: Call, problems: Problems): Action | undefined {
  if (PASSING.includes(call.name)) return { effectOn: () => undefined };
  if (CLEARING.includes(call.name)) return { effectOn: () => undefined, clearsRecursion: true };
  return READERS[call.name]?.(call, problems);
}

/** They change no decision, and later rules are asked. */
const PASSING: readonly string[] = [
  ...['NoneAction', 'NoOpAction', 'LogAction', 'RemoteLogAction', 'DnstapLogAction'],
  ...['SetTagAction', 'TagAction', 'DelayAction', 'SNMPTrapAction', 'KeyValueStoreLookupAction'],
  ...['SetECSAction', 'SetECSOverrideAction', 'SetECSPrefixLengthAction', 'SetDisableECSAction'],
  ...['ECSOverrideAction', 'ECSPrefixLengthAction', 'DisableECSAction', 'SetMacAddrAction'],
  ...['SetDisableValidationAction', 'DisableValidationAction', 'SetSkipCacheAction'],
  ...['SkipCacheAction', 'SetTempFailureCacheTTLAction', 'TempFailureCacheTTLAction'],
  ...[
    'SetEDNSOptionAction',
    'SetAdditionalProxyProtocolValueAction',
    'SetProxyProtocolValuesAction',
  ],
  ...['TeeAction', 'MacAddrAction'],
];

const CLEARING: readonly string[] = ['SetNoRecurseAction', 'NoRecurseAction'];

function always(effect: Effect): Action {
  return { effectOn: () => effect };
}

function answer(spec: Answer): Action {
  return always({ kind: 'answer', spec });
}

type Reader = (call: Call, problems: Problems) => Action | undefined;

const READERS: Readonly<Record<string, Reader>> = {
  AllowAction: () => always({ kind: 'allow' }),
  DropAction: () => answer({ action: 'drop' }),
  TCAction: () => ({
    // By TCP it is none of its business, and later rules are asked.
    effectOn: ({ isByStream }) =>
      isByStream ? undefined : { kind: 'answer', spec: { action: 'truncate' } },
  }),
  PoolAction: ({ args: [name] }) => {
    if (name?.kind !== 'text') return undefined;
    return { ...always({ kind: 'pool', pool: name.text }), pool: name.text };
  },
  RCodeAction: ({ args: [code] }) =>
    code?.kind === 'number' ? answer(denial(code.number & 0x0f)) : undefined,
  ERCodeAction: ({ args: [code] }) =>
    code?.kind === 'number' ? answer(denial(code.number)) : undefined,
  SpoofAction: (call, problems) => spoof(call, problems),
  SpoofCNAMEAction: ({ args: [name] }, problems) => {
    if (name?.kind !== 'text') return undefined;
    const wire = parseName(name.text);
    if (typeof wire === 'string')
      return problems.add(name.place, `"${name.text}" has ${wire}; expect a domain name`);
    const record = { type: RrType.CNAME, ttl: TTL, rdata: lowerName(wire) };
    return answer({ action: 'answer', records: [record] });
  },
};

/** Unless `ttl` says otherwise. */
const TTL = 60;

function denial(rcode: number): Answer {
  const known: Readonly<Record<number, Answer>> = {
    [Rcode.NOERROR]: { action: 'nodata' },
    [Rcode.REFUSED]: { action: 'refuse' },
    [Rcode.NXDOMAIN]: { action: 'nxdomain' },
    [Rcode.SERVFAIL]: { action: 'fail' },
  };
  return known[rcode] ?? { action: 'reject', rcode };
}

/** Addresses for A, AAAA and ANY; other types go on to the next rule. */
function spoof({ args }: Call, problems: Problems): Action | undefined {
  const texts = args.slice(0, 2).flatMap((value) => textsIn(value) ?? []);
  if (texts.length === 0) return undefined;
  const records = texts.flatMap(({ text, place }): readonly RecordData[] => {
    const address = parseAddress(text);
    if (address === undefined) {
      problems.add(place, `"${text}" is not an address; expect 192.0.2.1 or 2001:db8::1`);
      return [];
    }
    const { family, words } = address;
    const rdata = new Uint8Array(family === 4 ? 4 : 16);
    const view = new DataView(rdata.buffer);
    for (let i = 0; i < rdata.length / 4; i++) view.setUint32(4 * i, words[i]!);
    return [{ type: family === 4 ? RrType.A : RrType.AAAA, ttl: TTL, rdata }];
  });
  const effectOn = ({ qtype }: Query): Effect | undefined => {
    const own = qtype === RrType.ANY ? records : records.filter(({ type }) => type === qtype);
    return own.length === 0
      ? undefined
      : { kind: 'answer', spec: { action: 'answer', records: own } };
  };
  return { effectOn };
}
