/** The record that stands for decisions without one of their own. */

import { type Event, eventOf, SUMMARY } from '../decision/outcome.ts';
import { formatAddress } from '../net/address.ts';
import { formatPrefix } from '../net/prefix.ts';
import { formatRcode } from '../wire/registry.ts';
import { LEVELS, type RecordContext, wouldOf } from './record-fragments.ts';
import type { Fold } from './record-limit.ts';

/** Bits of a whole address. */
const BITS = { 4: 32, 6: 128 } as const;

/** One line, its end included. */
export function formatSummary(fold: Fold, context: RecordContext, now: number): string {
  const { verdict, count } = fold;
  const of = eventOf(verdict);
  const client = clientOf(fold);
  const line = {
    level: LEVELS[of],
    time: timeOf(now),
    event: SUMMARY,
    of,
    count,
    first: timeOf(fold.first),
    last: timeOf(fold.last),
    node: context.node,
    policy: context.policy,
    client,
    group: context.groups[fold.group],
    view: context.views[fold.view],
    ...whatOf(fold, of),
    msg: `summary of ${count} ${of} for ${client ?? 'others'} by ${verdict.layer} (${verdict.rule.id})`,
  };
  return `${JSON.stringify(line)}\n`;
}

/** As in the records that it stands for. */
function whatOf({ verdict, rcode, origin }: Fold, of: Event) {
  const { layer, action, rule } = verdict;
  const isShadow = of === 'shadow';
  return {
    rcode: action === 'drop' || isShadow ? undefined : formatRcode(rcode),
    layer,
    origin,
    action: isShadow ? of : action,
    rule,
    would: isShadow ? { layer, ...wouldOf(action, verdict.rcode) } : undefined,
  };
}

function clientOf({ family, words, length }: Fold): string | undefined {
  if (family === 0) return undefined;
  if (length === BITS[family]) return formatAddress(family, words);
  return formatPrefix({ family, words, length });
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString();
}
