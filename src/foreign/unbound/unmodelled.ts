/** Options that decide something, and that explain does not model. */

import type { Left } from '../left.ts';
import type { Clause } from './statements.ts';

const LEFT: Readonly<Record<string, string>> = {
  'interface-action': 'who may ask by the interface asked, where no access-control speaks',
  'interface-tag': 'tags by the interface asked',
  'interface-tag-action': 'types of local zones by the interface asked',
  'interface-tag-data': 'data of local zones by the interface asked',
  'interface-view': 'the view by the interface asked',
  'response-ip': 'actions by addresses in answers: write them as policy rules',
  'response-ip-data': 'data by addresses in answers: write it as policy rules',
  'response-ip-tag': 'tags of addresses in answers',
  'private-address': 'addresses taken out of answers: write a policy rule for answers with them',
  ratelimit: 'a limit of questions to one zone; here rateLimit is by client',
  'ip-ratelimit': 'a limit of questions by client: set rateLimit',
  'python-script': 'a script that may decide anything',
  'dynlib-file': 'a library that may decide anything',
  'rpz-cname-override': 'aliases in place of the actions of a policy zone',
  'dns64-prefix': 'addresses made for IPv6-only clients',
  'domain-insecure': 'a domain whose signatures are not checked: nothing here checks them',
};

/** They change what is answered for names, not whether the client is served. */
const HARMLESS = ['domain-insecure'];

export function leftIn(clauses: readonly Clause[]): readonly Left[] {
  return clauses.flatMap(({ options }) =>
    options.flatMap(({ name, values, place }) => {
      const instead = LEFT[name];
      if (instead === undefined) return [];
      const what = `${name}: ${values.map(({ text }) => text).join(' ')}`;
      return [{ place, what, instead, decides: !HARMLESS.includes(name) }];
    }),
  );
}
