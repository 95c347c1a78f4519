/** What every reader of a group of options works with. */

import type { Left } from '../left.ts';
import type { Problems } from '../problems.ts';
import type { Option } from './lines.ts';

export interface DnsmasqParts {
  readonly problems: Problems;
  readonly left: Left[];
  readonly options: readonly Option[];
}

export function allOf({ options }: Pick<DnsmasqParts, 'options'>, ...names: readonly string[]) {
  return options.filter(({ name }) => names.includes(name));
}

/** The first of each name: they are looked for with every question, among a hundred thousand perhaps. */
const firsts = new WeakMap<readonly Option[], ReadonlyMap<string, Option>>();

/** The first line that sets it. */
export function oneOf({ options }: Pick<DnsmasqParts, 'options'>, name: string) {
  let first = firsts.get(options);
  if (first === undefined) {
    first = new Map([...options].reverse().map((option) => [option.name, option]));
    firsts.set(options, first);
  }
  return first.get(name);
}
