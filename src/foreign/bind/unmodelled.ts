/** Statements of BIND that are understood and not modelled, as far as an answer can depend on them. */

import type { Left } from '../left.ts';
import type { Statement } from './statements.ts';

/** By the first word: what it does, and what to do here. */
const UNMODELLED: Readonly<Record<string, string>> = {
  'rate-limit': 'drops or truncates answers of a kind that are many; see rateLimit',
  'deny-answer-addresses':
    'answers SERVFAIL for addresses; write them as rules on response addresses',
  'deny-answer-aliases': 'answers SERVFAIL for aliases; write the names as rules',
  'catalog-zones': 'adds zones by transfer; the old server keeps them',
  dlz: 'asks a database for zones; the old server keeps them',
  dyndb: 'asks a database for zones; the old server keeps them',
  plugin: 'loads code that may answer; nobody knows how here',
  'nxdomain-redirect': 'answers for names that do not exist',
  'dnsrps-enable': 'asks another program for policy',
  dns64: 'makes AAAA records of A records; the old server keeps that',
};

/** What of the statements is not modelled; lists within views are looked at too. */
export function unmodelledIn(statements: readonly Statement[]): readonly Left[] {
  return statements.flatMap(({ words, list = [], place }) => {
    const [name] = words;
    const instead = name === undefined ? undefined : UNMODELLED[name.text];
    const own =
      name !== undefined && instead !== undefined
        ? [{ place, what: name.text, instead, decides: true }]
        : [];
    const goesOn = name?.text === 'view' || name?.text === 'options';
    return [...own, ...redirects(words, list, place), ...(goesOn ? unmodelledIn(list) : [])];
  });
}

/** `type redirect` answers in place of NXDOMAIN. */
function redirects(
  [name, domain]: Statement['words'],
  list: readonly Statement[],
  place: Statement['place'],
): readonly Left[] {
  const type = list.find(({ words: [first] }) => first?.text === 'type')?.words[1]?.text;
  if (name?.text !== 'zone' || type !== 'redirect') return [];
  const what = `zone "${domain?.text ?? ''}" of type redirect`;
  return [{ place, what, instead: 'answers for names that do not exist', decides: true }];
}
