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

/** The first line that sets it. */
export function oneOf({ options }: Pick<DnsmasqParts, 'options'>, name: string) {
  return options.find((option) => option.name === name);
}
