/** Transfers, updates and notifications: all about a zone of exactly the name asked. */

import type { LayerName } from '../../decision/layers.ts';
import type { Rule, Verdict } from '../../decision/verdict.ts';
import { contains } from '../../net/prefix.ts';
import type { Layer } from '../../policy/layer.ts';
import { Count, readUint16 } from '../../wire/header.ts';
import type { Query } from '../../wire/query.ts';
import { Ede, Opcode, Rcode, RrType } from '../../wire/registry.ts';
import { ruleAt } from '../verdicts.ts';
import { type Access, judgeAccess } from './access.ts';
import { askedOf, denied, nameOf } from './asked.ts';
import type { BindWorld } from './message-layers.ts';
import type { BindView } from './views.ts';
import { type BindZone, isUnloaded, ruleOfZone } from './zones.ts';

/** Makes the verdicts of a layer that has to do with one kind of message. */
class Answers {
  readonly #layer: LayerName;
  readonly #world: BindWorld;

  constructor(layer: LayerName, world: BindWorld) {
    this.#layer = layer;
    this.#world = world;
  }

  refuse(rule: Rule): Verdict {
    const { verdicts } = this.#world;
    const layer = this.#layer;
    return verdicts.of({
      layer,
      action: 'refuse',
      rule,
      ede: Ede.PROHIBITED,
      recursionAvailable: false,
    });
  }

  reject(id: string, rcode: number): Verdict {
    return this.#world.verdicts.of({
      ...{ layer: this.#layer, action: 'reject', rule: ruleAt(id, undefined), rcode },
      recursionAvailable: false,
    });
  }

  fail(rule: Rule): Verdict {
    return this.#world.verdicts.of({ layer: this.#layer, action: 'fail', rule });
  }

  accept(rule: Rule): Verdict {
    return this.#world.verdicts.of({ layer: this.#layer, action: 'accept', rule });
  }

  forward(rule: Rule): Verdict {
    return this.#world.verdicts.of({ layer: this.#layer, action: 'forward', rule });
  }
}

const HELD = ['primary', 'secondary', 'mirror'];

/** AXFR and IXFR: `allow-transfer` of the zone. */
export function compileTransfer(view: BindView, world: BindWorld): Layer {
  const answers = new Answers('transfer', world);
  const judge = (query: Query): Verdict | undefined => {
    if (!query.isTransfer) return undefined;
    const zone = view.zones.exact(nameOf(query));
    if (zone === undefined || !HELD.includes(zone.type)) {
      return answers.reject('a zone that is held here', Rcode.NOTAUTH);
    }
    if (isUnloaded(zone)) return answers.fail(ruleOfZone(zone));
    const { client } = askedOf(query, world.listeners);
    const no = denied(zone.transfer, client);
    return no === undefined ? send(zone, query) : answers.refuse(no.rule);
  };
  /** What comes of a transfer that is allowed. */
  const send = (zone: BindZone, query: Query): Verdict => {
    if (query.qtype === RrType.IXFR && readUint16(query.message, Count.AUTHORITY) === 0) {
      return answers.reject('the SOA record of an IXFR', Rcode.FORMERR);
    }
    if (query.qtype === RrType.AXFR && !query.isByStream) {
      return answers.reject('AXFR by TCP', Rcode.FORMERR);
    }
    // There is no whole of a built-in zone to be transferred.
    if (zone.place === undefined) return answers.fail(ruleOfZone(zone));
    const byDefault = ruleAt('allow-transfer (default: any)', undefined);
    return answers.accept(allowedBy(zone.transfer, query, world) ?? byDefault);
  };
  return { name: 'transfer', judge, account: () => ({ why: 'no zone transfer' }) };
}

function allowedBy(access: Access | undefined, query: Query, world: BindWorld): Rule | undefined {
  return access && judgeAccess(access, askedOf(query, world.listeners).client).rule;
}

/** UPDATE: `allow-update` of a primary zone, `allow-update-forwarding` of a secondary one. */
export function compileUpdate(view: BindView, world: BindWorld): Layer {
  const answers = new Answers('update', world);
  const judge = (query: Query): Verdict | undefined => {
    if (query.opcode !== Opcode.UPDATE) return undefined;
    if (query.qtype !== RrType.SOA)
      return answers.reject('type SOA in the zone section', Rcode.FORMERR);
    const zone = view.zones.exact(nameOf(query));
    if (zone === undefined || (zone.type !== 'primary' && zone.type !== 'secondary')) {
      return answers.reject('a zone that is held here', Rcode.NOTAUTH);
    }
    return zone.type === 'primary' ? judgePrimary(zone, query) : judgeSecondary(zone, query);
  };
  const judgePrimary = (zone: BindZone, query: Query): Verdict => {
    if (isUnloaded(zone)) return answers.fail(ruleOfZone(zone));
    const { client } = askedOf(query, world.listeners);
    const queryNo = denied(zone.query ?? view.allows.query, client);
    if (queryNo !== undefined) return answers.refuse(queryNo.rule);
    if (zone.hasUpdatePolicy && client.key === undefined) {
      return answers.refuse(
        ruleAt('update-policy: only with a key', zone.scope.own('update-policy')?.place),
      );
    }
    const rule =
      allowedBy(zone.update, query, world) ?? ruleAt('allow-update (default: none)', undefined);
    if (zone.hasUpdatePolicy) return answers.accept(rule);
    return zone.update === undefined || denied(zone.update, client)
      ? answers.refuse(rule)
      : answers.accept(rule);
  };
  const judgeSecondary = (zone: BindZone, query: Query): Verdict => {
    const access = zone.updateForwarding;
    const rule =
      allowedBy(access, query, world) ??
      ruleAt('allow-update-forwarding (default: none)', undefined);
    const { client } = askedOf(query, world.listeners);
    return access === undefined || denied(access, client)
      ? answers.refuse(rule)
      : answers.forward(rule);
  };
  return { name: 'update', judge, account: () => ({ why: 'no UPDATE' }) };
}

/** NOTIFY: a secondary zone takes it from its primaries and from `allow-notify`. */
export function compileNotify(view: BindView, world: BindWorld): Layer {
  const answers = new Answers('notify', world);
  const judge = (query: Query): Verdict | undefined => {
    if (query.opcode !== Opcode.NOTIFY) return undefined;
    if (query.qtype !== RrType.SOA) return answers.reject('type SOA in a NOTIFY', Rcode.FORMERR);
    const zone = view.zones.exact(nameOf(query));
    if (zone === undefined || zone.type === 'static-stub') {
      return answers.reject('a zone that is held here', Rcode.NOTAUTH);
    }
    return zone.type === 'primary' ? answers.accept(ruleOfZone(zone)) : judgeSecondary(zone, query);
  };
  const judgeSecondary = (zone: BindZone, query: Query): Verdict => {
    const { client } = askedOf(query, world.listeners);
    if (zone.primaries.some((primary) => contains(primary, client))) {
      return answers.accept(ruleAt('primaries', zone.scope.own('primaries')?.place ?? zone.place));
    }
    const byDefault = ruleAt('allow-notify (default: none)', undefined);
    const rule = allowedBy(zone.notify, query, world) ?? byDefault;
    const isDenied = zone.notify === undefined || denied(zone.notify, client) !== undefined;
    return isDenied ? answers.refuse(rule) : answers.accept(rule);
  };
  return { name: 'notify', judge, account: () => ({ why: 'no NOTIFY' }) };
}
