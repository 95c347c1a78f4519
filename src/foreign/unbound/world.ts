/** All that one unbound.conf says, as its layers use it. */

import type { Rule } from '../../decision/verdict.ts';
import type { Query } from '../../wire/query.ts';
import { ruleAt, type Verdicts } from '../verdicts.ts';
import type { AccessTable, Netblock } from './access.ts';
import type { LocalZones } from './local-zones.ts';
import type { Settings } from './settings.ts';
import type { AuthZone, Delegated, PolicyZone } from './zones.ts';

export interface UnboundView {
  readonly name: string;
  /** Undefined when the view has neither zones nor data of its own. */
  readonly zones: LocalZones | undefined;
  /** What is not in its zones is looked for in those of the server. */
  readonly isFirst: boolean;
}

export interface UnboundWorld {
  readonly verdicts: Verdicts;
  readonly access: AccessTable;
  readonly zones: LocalZones;
  readonly views: readonly UnboundView[];
  readonly authZones: readonly AuthZone[];
  readonly policies: readonly PolicyZone[];
  readonly delegated: readonly Delegated[];
  readonly isUnasked: (address: string) => boolean;
  readonly server: Settings;
}

export function nameOf({ name, nameLength }: Query): Uint8Array {
  return name.subarray(0, nameLength);
}

/** `access-control: 10.0.0.0/8 allow` */
export function ruleOf(block: Netblock | undefined): Rule {
  if (block === undefined) return ruleAt('access-control (default: refuse)', undefined);
  const { text, action, place } = block;
  return ruleAt(
    `access-control: ${text} ${action}${place === undefined ? ' (default)' : ''}`,
    place,
  );
}
