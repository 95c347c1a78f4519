/** From another server's configuration to one of ours, with what it cannot say, and how it was checked. */

import { type Config, parseConfig } from '../../config/config.ts';
import { type Change, findChanges } from '../../diff/changes.ts';
import type { ForeignPolicy } from '../../foreign/foreign-policy.ts';
import type { Left } from '../../foreign/left.ts';
import { compilePolicy } from '../../policy/compile.ts';
import { VERSION } from '../../version.ts';
import { assertionsOf } from './assertions.ts';
import { behavioursOf } from './behaviours.ts';
import { draft, keptGroups } from './draft.ts';

export interface Imported {
  /** The configuration, in YAML. */
  readonly text: string;
  /** Assertions that hold the old server's decisions. */
  readonly assertions: string;
  readonly left: readonly Left[];
  /** What is decided otherwise all the same. */
  readonly changes: readonly Change[];
  /** Those of them by which somebody is served whom the old server does not serve. */
  readonly opened: readonly Change[];
}

export interface ImportOptions {
  /** As it was named; rules are shown with it. */
  readonly file: string;
  /** Where the old server answers its own zones from now on. */
  readonly keep: string;
}

/** The file that the configuration is written to, as its decisions name it. */
export const IMPORTED_FILE = 'rcode5.yaml';

export function importPolicy(foreign: ForeignPolicy, { file, keep }: ImportOptions): Imported {
  const { policy, program, left } = foreign;
  const behaviours = behavioursOf(foreign);
  const text = draft({ program, file, behaviours, keep });
  const config: Config = parseConfig(IMPORTED_FILE, text);
  const changes = findChanges(policy, compilePolicy(config, VERSION)).filter((change) =>
    isAnswerable(change, keptGroups(text, keep)),
  );
  return {
    ...{ text, left, changes },
    assertions: assertionsOf(behaviours),
    opened: changes.filter(opens),
  };
}

/** An answer of the old server's own is the same when it still comes from there: it is asked for it. */
function isAnswerable({ old, new: now }: Change, kept: ReadonlySet<string>): boolean {
  const isAsked = now.upstream !== undefined && kept.has(now.upstream);
  const isKept = isAsked && now.action === 'forward' && old.layer === 'local';
  return !isKept && !isOfStandards({ old, new: now });
}

/**
 * Names that no server should ask others for (RFC 6761, RFC 6303), minimal answers (RFC 8482), UPDATE
 * that neither takes, and RD=0, which is answered from no cache here.
 */
function isOfStandards({ old, new: now }: Pick<Change, 'old' | 'new'>): boolean {
  const isUntaken = old.action === 'reject' && now.layer === 'update';
  const isUncached = old.layer === 'recursion' && old.rule.startsWith('RD=0 ');
  return (
    isUntaken || isUncached || now.layer === 'special-use' || now.rule === 'protocol minimal ANY'
  );
}

/** Whether somebody is served now who was not. */
function opens({ old, new: now }: Change): boolean {
  const wasShut = old.action === 'refuse' || old.action === 'drop' || old.rcode === 'REFUSED';
  return wasShut && (now.action === 'forward' || now.action === 'answer');
}
