/** Response policy zones of any size, and questions that they have a rule for. */

import { closeSync, existsSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import type { Load } from './dnsperf.ts';
import type { Question } from './first-answer.ts';
import { CLIENT, cachedName, writeQueries, ZONE } from './names.ts';

/** The name of the zone for servers that want one; its rules are relative to it. */
export const RPZ_ZONE = 'rpz.bench';
/** Of ten queries nine have a rule. */
export const HITS = 0.9;

const HEAD = `$TTL 60
@ IN SOA localhost. hostmaster.localhost. 1 3600 600 86400 60
@ IN NS localhost.
`;
const CHUNK = 10_000;
const QUERIES = 100_000;
const NXDOMAIN = 3;

/**
 * Answered NXDOMAIN when the zone has been loaded: it is about the last rule, by the order of the
 * text and of names. Some servers answer before they have all rules.
 */
export function rpzQuestion(rules: number): Question {
  return { name: badName(rules - 1), rcode: NXDOMAIN, source: CLIENT };
}

/** Writes a zone of so many NXDOMAIN rules, a power of ten; once for each size. */
export function writeRpz({ folder }: Bench, rules: number): string {
  const path = join(folder, `${rules}.rpz`);
  if (existsSync(path)) return path;
  const descriptor = openSync(path, 'w');
  writeSync(descriptor, HEAD);
  for (let from = 0; from < rules; from += CHUNK) {
    const length = Math.min(CHUNK, rules - from);
    const lines = Array.from({ length }, (_, i) => `${badName(from + i)} CNAME .\n`);
    writeSync(descriptor, lines.join(''));
  }
  closeSync(descriptor);
  return path;
}

/** Queries all over the zone, with some in between that it has no rule for. */
export function rpzLoad(bench: Bench, rules: number): Load {
  const name = (i: number) => (i % 10 === 9 ? cachedName(i) : badName(spread(i, rules)));
  return {
    queries: writeQueries(bench, { file: `${rules}.rpz`, count: QUERIES, name }),
    transport: 'udp',
    source: CLIENT,
    ready: rpzQuestion(rules),
    expected: { NXDOMAIN: HITS, NOERROR: 1 - HITS },
  };
}

/** Neighbours in the zone are not neighbours in time. */
function spread(i: number, rules: number): number {
  const stride = 7_368_787;
  return (i * stride) % rules;
}

function badName(i: number): string {
  return `bad${i}.${ZONE}`;
}
