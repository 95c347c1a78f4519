/** What an `auth-zone` answers: aliases are followed within the zone, and no further. */

import type { Verdict } from '../../decision/verdict.ts';
import type { RecordData } from '../../wire/response.ts';
import { ruleAt } from '../verdicts.ts';
import { keyOf, type ZoneAnswer, type ZoneData } from '../zone-data.ts';
import type { UnboundWorld } from './world.ts';
import type { AuthZone } from './zones.ts';

/** Names that one answer may lead to in turn. */
const MAX_ALIASES = 11;

interface Found {
  readonly kind: ZoneAnswer['kind'];
  readonly records: readonly RecordData[];
}

export class AuthAnswer {
  readonly #world: UnboundWorld;
  readonly #zone: AuthZone;

  constructor(world: UnboundWorld, zone: AuthZone) {
    this.#world = world;
    this.#zone = zone;
  }

  /** What clients are answered; undefined when it has no content and others are asked. */
  to(asked: Uint8Array, qtype: number): Verdict | undefined {
    const { name, place, fallback, data } = this.#zone;
    if (data !== undefined) return this.#verdict(this.#find(data, asked, qtype));
    const rule = ruleAt(`auth-zone: "${name}"`, place);
    if (fallback) return undefined;
    return this.#world.verdicts.of({ layer: 'local', action: 'fail', rule });
  }

  /** What it answers in the course of resolution; undefined when others know the rest. */
  whole(asked: Uint8Array, qtype: number): Verdict | undefined {
    const { data } = this.#zone;
    const found = data && this.#find(data, asked, qtype);
    const isPart = found === undefined || found.kind === 'alias' || found.kind === 'referral';
    return isPart ? undefined : this.#verdict(found);
  }

  #find(data: ZoneData, asked: Uint8Array, qtype: number): Found {
    const records: RecordData[] = [];
    let at = asked;
    for (let depth = 0; ; depth++) {
      const found = data.find(at, qtype);
      records.push(...found.records);
      const isEnd = found.kind !== 'alias' || !this.#holds(found.target!);
      if (isEnd || depth === MAX_ALIASES) return { kind: found.kind, records };
      at = found.target!;
    }
  }

  #verdict({ kind, records }: Found): Verdict {
    const { name, place } = this.#zone;
    const isEmpty = kind === 'nodata' && records.length === 0;
    return this.#world.verdicts.of({
      ...{ layer: 'local', rule: ruleAt(`auth-zone: "${name}"`, place), records },
      action: kind === 'nxdomain' ? 'nxdomain' : isEmpty ? 'nodata' : 'answer',
      authoritative: kind !== 'referral',
    });
  }

  #holds(name: Uint8Array): boolean {
    const apex = keyOf(this.#zone.wire);
    const key = keyOf(name);
    return apex === '\0' || key === apex || endsWithName(name, this.#zone.wire);
  }
}

/** Whether the name is below the other, label by label. */
function endsWithName(name: Uint8Array, above: Uint8Array): boolean {
  for (let at = 0; at < name.length; at += name[at]! + 1) {
    if (name.length - at === above.length) return keyOf(name.subarray(at)) === keyOf(above);
    if (name[at] === 0) return false;
  }
  return false;
}
