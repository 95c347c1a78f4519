/** What BIND decides before it looks at names: whom it ignores, which view, what it cannot do. */

import type { Verdict } from '../../decision/verdict.ts';
import type { Address } from '../../net/address.ts';
import type { Layer } from '../../policy/layer.ts';
import { Malformed, type Query } from '../../wire/query.ts';
import { Ede, Opcode, Rcode, RrClass, RrType } from '../../wire/registry.ts';
import { ruleAt, type Verdicts } from '../verdicts.ts';
import { type Access, judgeAccess } from './access.ts';
import { askedOf } from './asked.ts';
import type { BindView } from './views.ts';

export interface BindWorld {
  readonly verdicts: Verdicts;
  readonly listeners: readonly Address[];
  readonly blackhole: Access | undefined;
}

const CLASSES: readonly number[] = [RrClass.IN, RrClass.CH, RrClass.HS];

/** `blackhole`: silence. */
export function compileBlackhole({ verdicts, listeners, blackhole }: BindWorld): Layer {
  const judge = (query: Query): Verdict | undefined => {
    if (blackhole === undefined) return undefined;
    const { client } = askedOf(query, listeners);
    // No key counts: nothing of the message has been read yet.
    const { isAllowed, rule } = judgeAccess(blackhole, { ...client, key: undefined });
    return isAllowed ? verdicts.of({ layer: 'acl', action: 'drop', rule }) : undefined;
  };
  return {
    name: 'acl',
    judge,
    account: () => ({ why: blackhole === undefined ? 'no blackhole is set' : 'not in blackhole' }),
  };
}

/** Opcodes and types that BIND does not serve, and messages that it cannot read. */
export function compileProtocol(
  view: BindView | undefined,
  { verdicts, listeners }: BindWorld,
): Layer {
  const add = (id: string, rcode: number) =>
    verdicts.of({
      layer: 'protocol',
      action: rcode === Rcode.REFUSED ? 'refuse' : 'reject',
      rule: ruleAt(id, undefined),
      rcode,
      recursionAvailable: false,
    });
  const judgeMessage = ({ malformed, ednsVersion }: Query): Verdict | undefined => {
    if (malformed !== Malformed.NONE)
      return add('a whole message with one question', Rcode.FORMERR);
    return ednsVersion > 0 ? add('EDNS version 0', Rcode.BADVERS) : undefined;
  };
  const judgeKey = (query: Query): Verdict | undefined => {
    const { key } = askedOf(query, listeners);
    if (key === undefined || view === undefined || view.keys.has(key)) return undefined;
    return add(`a key that the view knows, not ${key}`, Rcode.NOTAUTH);
  };
  /** The classes that there are; of others BIND knows nothing, whatever is asked in them. */
  const judgeClass = ({ qclass }: Query): Verdict | undefined => {
    if (CLASSES.includes(qclass)) return undefined;
    const isNone = qclass === 0 || qclass === RrClass.NONE || qclass === RrClass.ANY;
    return isNone ? add('one class', Rcode.FORMERR) : add('classes IN, CH, HS', Rcode.NOTIMP);
  };
  /** UPDATE may be signed with a key that nobody knows here: for class IN it is passed on. */
  const judgeForIn = (query: Query): Verdict | undefined => {
    const { opcode, qclass } = query;
    if (opcode !== Opcode.NOTIFY && opcode !== Opcode.UPDATE) return undefined;
    if (qclass === RrClass.IN || view === undefined) return undefined;
    const key = opcode === Opcode.NOTIFY ? judgeKey(query) : undefined;
    return key ?? add('NOTIFY and UPDATE in class IN', Rcode.NOTIMP);
  };
  const judgeOpcode = ({ opcode }: Query): Verdict | undefined => {
    if (opcode === Opcode.QUERY || opcode === Opcode.NOTIFY || opcode === Opcode.UPDATE) {
      return undefined;
    }
    return add('opcodes QUERY, NOTIFY and UPDATE', Rcode.NOTIMP);
  };
  const judgeQuestion = ({ opcode, qtype }: Query): Verdict | undefined => {
    if (opcode !== Opcode.QUERY || view === undefined) return undefined;
    if (qtype === RrType.MAILA || qtype === RrType.MAILB) {
      return add('types that exist', Rcode.NOTIMP);
    }
    return isMeta(qtype) ? add('types that can be asked for', Rcode.FORMERR) : undefined;
  };
  const judge = (query: Query) =>
    judgeMessage(query) ??
    judgeClass(query) ??
    judgeForIn(query) ??
    judgeKey(query) ??
    judgeOpcode(query) ??
    judgeQuestion(query);
  return { name: 'protocol', judge };
}

/** RFC 6895 section 3.1: types for what is in messages alone. */
function isMeta(type: number): boolean {
  if (type === RrType.AXFR || type === RrType.IXFR || type === RrType.ANY) return false;
  return type === RrType.OPT || (type >= 128 && type <= 255);
}

/** The query falls into no view. */
export function compileNoView({ verdicts }: BindWorld): Layer {
  const refused = verdicts.of({
    layer: 'acl',
    action: 'refuse',
    rule: ruleAt('no view matches the query', undefined),
    ede: Ede.PROHIBITED,
    recursionAvailable: false,
  });
  return { name: 'acl', judge: () => refused };
}

/** The position of the first view that the query matches; the number of views when none does. */
export function findView(
  views: readonly BindView[],
  query: Query,
  { listeners }: BindWorld,
): number {
  const { client, server, key } = askedOf(query, listeners);
  const at = views.findIndex((view) => {
    if (view.rrClass !== query.qclass && query.qclass !== RrClass.ANY) return false;
    if (view.recursiveOnly && !query.recursionDesired) return false;
    const known = key !== undefined && view.keys.has(key) ? key : undefined;
    const isIn = (access: Access | undefined, subject: typeof client) =>
      access === undefined || judgeAccess(access, { ...subject, key: known }).isAllowed;
    return isIn(view.clients, client) && isIn(view.destinations, server);
  });
  return at < 0 ? views.length : at;
}
