/** Zones that the server answers itself; what their aliases and delegations lead to is resolved. */

import type { Rule, Verdict, VerdictSpec } from '../../decision/verdict.ts';
import type { Layer } from '../../policy/layer.ts';
import { Query } from '../../wire/query.ts';
import { formatRequest } from '../../wire/request.ts';
import type { RecordData } from '../../wire/response.ts';
import { keyOf, type ZoneAnswer } from '../zone-data.ts';
import { nameOf, zoneDenied } from './asked.ts';
import type { BindWorld } from './message-layers.ts';
import { isCached, type Situation, situationOf } from './query-layers.ts';
import type { BindView } from './views.ts';
import { type BindZone, isUnloaded, ruleOfZone } from './zones.ts';

/** Names that one answer may lead to in turn. */
const MAX_ALIASES = 16;

/** `policy` is the layer of the view's policy zones. */
export function compileOwnZones(view: BindView, world: BindWorld, policy: Layer): Layer {
  const judge = (query: Query): Verdict | undefined => {
    const situation = situationOf(view, query, world);
    const { zone } = situation;
    if (zone === undefined || isCached(zone) || zone.type === 'static-stub') return undefined;
    return new OwnAnswer({ view, world, policy, situation }).to(zone, nameOf(query), query);
  };
  return {
    name: 'local',
    judge,
    account: () => ({ why: 'in no zone that the server answers itself' }),
  };
}

interface AnswerParts {
  readonly view: BindView;
  readonly world: BindWorld;
  readonly policy: Layer;
  readonly situation: Situation;
}

/** The way from a name along its aliases through zones of the server. */
class OwnAnswer {
  readonly #view: BindView;
  readonly #world: BindWorld;
  readonly #policy: Layer;
  readonly #situation: Situation;
  readonly #records: RecordData[] = [];
  readonly #seen: Set<string> = new Set();

  constructor({ view, world, policy, situation }: AnswerParts) {
    this.#view = view;
    this.#world = world;
    this.#policy = policy;
    this.#situation = situation;
  }

  /** Undefined when others are asked for what is missing. */
  to(zone: BindZone, name: Uint8Array, query: Query): Verdict | undefined {
    // What stands in a zone that comes by transfer is not known here.
    if (zone.data === undefined) return this.#answer('answer', ruleOfZone(zone));
    const found = zone.data.find(name, query.qtype);
    this.#records.push(...found.records);
    this.#seen.add(keyOf(name));
    if (found.kind === 'alias') return this.#follow(found.target!, zone, query);
    return this.#end(found, zone);
  }

  #end({ kind, line }: ZoneAnswer, zone: BindZone): Verdict | undefined {
    const rule = placed(zone, line);
    if (kind === 'nxdomain') return this.#answer(kind, rule);
    if (kind !== 'referral')
      return this.#answer(this.#records.length > 0 ? 'answer' : 'nodata', rule);
    return this.#situation.isRecursing
      ? undefined
      : this.#answer('answer', ruleOfZone(zone), false);
  }

  #follow(name: Uint8Array, from: BindZone, query: Query): Verdict | undefined {
    const { isRecursing } = this.#situation;
    const byPolicy = this.#judgeTarget(name, query);
    if (byPolicy !== undefined) return byPolicy;
    const zone = this.#view.zones.of(name);
    const isOutside = zone === undefined || isCached(zone) || zone.type === 'static-stub';
    if (isOutside && isRecursing) return undefined;
    const isOver = this.#seen.has(keyOf(name)) || this.#seen.size > MAX_ALIASES;
    if (isOutside || isOver) return this.#partial(from);
    // Only who wants all of an answer is told that a part is missing.
    if (isUnloaded(zone)) return query.recursionDesired ? this.#fail(zone) : this.#partial(from);
    if (zone !== from && !this.#crossesZones) return this.#partial(from);
    const isDenied = zoneDenied(this.#view, zone, this.#situation.asked) !== undefined;
    return isDenied ? this.#partial(from) : this.to(zone, name, query);
  }

  /**
   * Without recursion an alias is followed within its zone alone, unless a policy zone judges queries
   * without RD: then BIND forgets the limit.
   */
  get #crossesZones(): boolean {
    const { policies } = this.#view;
    return this.#situation.isRecursing || policies.some(({ recursiveOnly }) => !recursiveOnly);
  }

  /** Policy zones judge the names that aliases lead to, as the one that was asked. */
  #judgeTarget(name: Uint8Array, query: Query): Verdict | undefined {
    const target = new Query();
    target.family = query.family;
    target.address.set(query.address);
    target.transport = query.transport;
    target.listener = query.listener;
    const { qtype: type, qclass: rrClass, recursionDesired } = query;
    const request = formatRequest({ id: 0, recursionDesired, edns: false, name, type, rrClass });
    target.parse(request, request.length);
    const verdict = this.#policy.judge(target);
    const { action, rule } = verdict ?? {};
    // What matched is in the other query: the rule is named by its zone.
    return verdict === undefined || action === undefined || rule === undefined
      ? undefined
      : this.#world.verdicts.of({ layer: 'policy', action, rule });
  }

  #fail(zone: BindZone): Verdict {
    return this.#world.verdicts.of({ layer: 'local', action: 'fail', rule: ruleOfZone(zone) });
  }

  /** The aliases, without what they lead to. */
  #partial(zone: BindZone): Verdict {
    return this.#answer('answer', ruleOfZone(zone));
  }

  #answer(action: 'answer' | 'nodata' | 'nxdomain', rule: Rule, authoritative = true): Verdict {
    const records = this.#records;
    const spec: VerdictSpec = { layer: 'local', action, rule, authoritative };
    return this.#world.verdicts.of(records.length === 0 ? spec : { ...spec, records });
  }
}

/** The record's line in the zone file, where it is known. */
function placed(zone: BindZone, line: number): Rule {
  const rule = ruleOfZone(zone);
  return zone.file === undefined || line === 0 ? rule : { ...rule, file: zone.file, line };
}
