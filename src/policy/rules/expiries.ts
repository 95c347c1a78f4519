/** When the rules of a configuration expire. */

import type { Config } from '../../config/config.ts';
import { originOf } from './inline-rules.ts';

/** Milliseconds since the epoch, one for each rule that expires at all. */
export function expiriesOf({ views, policies }: Config): readonly number[] {
  const entries = views.flatMap(({ acl }) =>
    Object.values(acl).flatMap((list) => list?.entries ?? []),
  );
  const rules = policies.flatMap(({ value }) => value.rules ?? []).map(originOf);
  return [...entries, ...rules].flatMap(({ expires }) => expires ?? []);
}
