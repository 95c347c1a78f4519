/** What Unbound decides by the client and by the form of its message, before it looks at names. */

import type { Verdict } from '../../decision/verdict.ts';
import { contains } from '../../net/prefix.ts';
import type { Layer } from '../../policy/layer.ts';
import { Malformed, type Query } from '../../wire/query.ts';
import { Opcode, Rcode, RrClass, RrType } from '../../wire/registry.ts';
import { ruleAt } from '../verdicts.ts';
import type { AccessAction } from './access.ts';
import { nameOf, ruleOf, type UnboundWorld } from './world.ts';
import { closest } from './zones.ts';

/** `access-control`: `deny` is silence, `refuse` a header alone. */
export function compileAccess(world: UnboundWorld): Layer {
  return accessLayer(world, { drop: 'deny', refuse: 'refuse' });
}

/** `deny_non_local` and `refuse_non_local`: what no local zone has answered. */
export function compileNonLocal(world: UnboundWorld): Layer {
  return accessLayer(world, { drop: 'deny_non_local', refuse: 'refuse_non_local' });
}

function accessLayer(
  { access, verdicts }: UnboundWorld,
  by: { readonly drop: AccessAction; readonly refuse: AccessAction },
): Layer {
  const judge = (query: Query): Verdict | undefined => {
    const block = access.of(query);
    const action = block?.action ?? 'refuse';
    const rule = ruleOf(block);
    if (action === by.drop) return verdicts.of({ layer: 'acl', action: 'drop', rule });
    if (action !== by.refuse) return undefined;
    return verdicts.of({ layer: 'acl', action: 'refuse', rule, recursionAvailable: false });
  };
  return { name: 'acl', judge, account: (query) => ({ rule: ruleOf(access.of(query)) }) };
}

/** Opcodes and types that Unbound does not serve, and messages that it cannot read. */
export function compileProtocol({ verdicts }: UnboundWorld): Layer {
  const reject = (id: string, rcode: number) =>
    verdicts.of({
      layer: 'protocol',
      action: 'reject',
      rule: ruleAt(id, undefined),
      rcode,
      recursionAvailable: false,
    });
  const judge = ({ opcode, malformed, qtype, ednsVersion }: Query): Verdict | undefined => {
    if (opcode !== Opcode.QUERY && opcode !== Opcode.NOTIFY)
      return reject('opcodes QUERY and NOTIFY', Rcode.NOTIMP);
    if (malformed !== Malformed.NONE)
      return reject('a whole message with one question', Rcode.FORMERR);
    if (isMeta(qtype)) return reject('types that can be asked for', Rcode.FORMERR);
    return ednsVersion > 0 ? reject('EDNS version 0', Rcode.BADVERS) : undefined;
  };
  return { name: 'protocol', judge };
}

/** RFC 6895 section 3.1: types for what is in messages alone. */
function isMeta(type: number): boolean {
  if (type === RrType.AXFR || type === RrType.IXFR || type === RrType.ANY) return false;
  return type === RrType.OPT || (type >= 128 && type <= 255);
}

/** Nobody gets a zone of Unbound's by transfer. */
export function compileTransfer({ verdicts }: UnboundWorld): Layer {
  const rule = ruleAt('no zone transfers', undefined);
  const refused = verdicts.of({
    layer: 'transfer',
    action: 'refuse',
    rule,
    recursionAvailable: false,
  });
  return {
    name: 'transfer',
    judge: ({ qtype }) => (qtype === RrType.AXFR || qtype === RrType.IXFR ? refused : undefined),
    account: () => ({ why: 'no zone transfer' }),
  };
}

/** NOTIFY: from the primaries of an `auth-zone`, and from its `allow-notify`. */
export function compileNotify({ verdicts, authZones }: UnboundWorld): Layer {
  const judge = (query: Query): Verdict | undefined => {
    if (query.opcode !== Opcode.NOTIFY) return undefined;
    const name = nameOf(query);
    const zone = query.qclass === RrClass.IN ? closest(authZones, name) : undefined;
    const isOwn = zone !== undefined && zone.wire.length === name.length;
    const client = { family: query.family, words: query.address };
    const isAllowed =
      isOwn &&
      zone.notifiers.some((prefix) => prefix.family === client.family && contains(prefix, client));
    const id = isOwn ? `auth-zone "${zone.name}" allow-notify` : 'NOTIFY for an auth-zone';
    const rule = ruleAt(id, isOwn ? zone.place : undefined);
    return verdicts.of({ layer: 'notify', action: isAllowed ? 'accept' : 'refuse', rule });
  };
  return { name: 'notify', judge, account: () => ({ why: 'no NOTIFY' }) };
}
