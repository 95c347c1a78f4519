/** `resolv.conf`: the servers that a stub resolver asks, as glibc reads it (resolv.conf(5), 2.36). */

import { ConfigError, type Place } from '../config/problem.ts';
import { parseAddress } from '../net/address.ts';
import type { ForeignServer } from './foreign-policy.ts';
import type { Left } from './left.ts';
import { Problems, readForeign } from './problems.ts';
import { ruleAt, Verdicts } from './verdicts.ts';

const LOOPBACK = '127.0.0.1';
/** MAXNS: servers beyond are not asked. */
const MOST_SERVERS = 3;
const KEYWORDS = ['nameserver', 'domain', 'search', 'sortlist', 'options'];
const LINE = /^(?:nameserver|domain|search|sortlist|options)[ \t]+\S/;

/** Nothing but its keywords, and a server among them. */
export function looksLikeResolv(text: string): boolean {
  const lines = text.split('\n').map((line) => line.replace(/^\s*[#;].*/, '').trimEnd());
  const written = lines.filter((line) => line !== '');
  return (
    written.every((line) => LINE.test(line)) && written.some((line) => /^nameserver/.test(line))
  );
}

/** Reads a resolv.conf. Throws a ConfigError with all that is wrong. */
export function readResolv(file: string): ForeignServer {
  const read = readForeign(file, 'a resolv.conf');
  if ('problem' in read) {
    throw new ConfigError([{ file, line: 1, column: 1, message: read.problem }]);
  }
  const problems = new Problems();
  const left: Left[] = [];
  const found = read.text.split('\n').flatMap((line, i) => {
    const place = { file, line: i + 1, column: 1 };
    return serverIn(line.replace(/^\s*[#;].*/, '').trim(), place, { problems, left });
  });
  problems.throwIfAny();
  const servers = found.slice(0, MOST_SERVERS);
  for (const { address, place } of found.slice(MOST_SERVERS)) {
    const instead = `a server behind the first ${MOST_SERVERS}, which nobody asks`;
    left.push({ place, what: `nameserver ${address}`, instead, decides: false });
  }
  const verdicts = new Verdicts();
  const rule = ruleAt(
    servers.length > 0 ? 'nameserver' : `nameserver ${LOOPBACK}`,
    servers[0]?.place,
  );
  const forwarded = verdicts.of({ layer: 'upstream', action: 'forward', rule });
  const place = servers[0]?.place ?? { file, line: 1, column: 1 };
  const addresses = servers.length > 0 ? servers.map(({ address }) => address) : [LOOPBACK];
  return {
    ...{ program: 'resolv.conf', listen: [{ address: LOOPBACK, port: 53 }], verdicts, left },
    views: [
      {
        name: 'resolv.conf',
        layers: [{ name: 'route', judge: () => forwarded }],
        ways: { forwards: [{ domain: '.', servers: addresses, place }], own: [] },
      },
    ],
    viewOf: () => 0,
    cuts: { names: [], prefixes: [], types: [] },
    texts: [read.text],
  };
}

function serverIn(
  line: string,
  place: Place,
  { problems, left }: { readonly problems: Problems; readonly left: Left[] },
): readonly { readonly address: string; readonly place: Place }[] {
  const [word = '', value = ''] = line.split(/\s+/);
  if (word === '') return [];
  if (!KEYWORDS.includes(word)) {
    problems.add(
      place,
      `"${word}" is no word of resolv.conf; expect one of ${KEYWORDS.join(', ')}`,
    );
    return [];
  }
  if (word !== 'nameserver') {
    const instead = 'which names programs ask for, or how: it stays with the clients';
    left.push({ place, what: line, instead, decides: false });
    return [];
  }
  if (parseAddress(value) !== undefined) return [{ address: value, place }];
  problems.add(place, `nameserver: "${value}" is no address; expect one like 192.0.2.1`);
  return [];
}
