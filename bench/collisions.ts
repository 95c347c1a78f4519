/**
 * What it costs when names and questions are made up to collide under hashes without a secret,
 * beside ordinary ones. Exits with 1 when it is more than 1.2 times as much.
 */

import { AnswerCache } from '../src/forward/cache.ts';
import { NameTable } from '../src/policy/rules/name-table.ts';
import { Answer } from '../src/wire/answer.ts';
import { HashedName } from '../src/wire/hashed-name.ts';
import { parseName } from '../src/wire/name.ts';
import type { Query } from '../src/wire/query.ts';
import { asked } from '../test/world/asked.ts';
import { oldHashCollisions, oldKeyCollisions, ordinaryNames } from '../test/world/collisions.ts';
import { Flag, message } from '../test/world/messages.ts';

const MOST = 1.2;
const ROUNDS = 15;
/** 65,536 names. */
const LABELS = 16;
const QUESTIONS = 200;
const NOW = 1_800_000_000_000;
const SETTINGS = {
  entries: 100_000,
  maxTtl: 3600,
  minTtl: 60,
  negativeMaxTtl: 3600,
  serveStale: 0,
};

const wires = (names: readonly string[]) => names.map((name) => parseName(name) as Uint8Array);
const colliding = wires(oldHashCollisions(LABELS));
const ordinary = wires(ordinaryNames(LABELS));
const victim = asked('www.victim.example');
const attacks = oldKeyCollisions(victim, QUESTIONS);
const questions = attacks.map(({ qtype: type }, i) => asked(`n${i}.attacker.example`, { type }));

function fill(names: readonly Uint8Array[]): NameTable {
  const table = new NameTable();
  for (const name of names) table.add(name, false);
  return table;
}

function look(table: NameTable, names: readonly Uint8Array[]): void {
  const hashed = new HashedName();
  for (const name of names) {
    hashed.take(name, 0, name.length);
    for (let depth = 0; depth < hashed.labels; depth++) table.find(hashed, depth, false);
  }
}

const octets = message({ flags: Flag.QR, rcode: 3 });
const answer = new Answer();
answer.parse(octets, octets.length);
Object.assign(answer, { ttl: 60, isNegative: true });

function keep(queries: readonly Query[]): void {
  const cache = new AnswerCache({ size: 64 << 20, ...SETTINGS });
  for (const query of queries) {
    cache.store(query, 0, answer, { upstream: '', options: octets.subarray(0, 0), now: NOW });
    cache.find(query, 0, NOW);
  }
}

/** Milliseconds of CPU for the cheapest of some rounds of each, taken in turn. */
function compare(what: string, attack: () => void, usual: () => void): void {
  const least = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, run] of [attack, usual].entries()) {
      const before = process.cpuUsage();
      run();
      const { user, system } = process.cpuUsage(before);
      least[i] = Math.min(least[i]!, (user + system) / 1000);
    }
  }
  const ratio = least[0]! / least[1]!;
  const times = least.map((time) => time.toFixed(1).padStart(7)).join(' and ');
  console.log(`${what.padEnd(36)} ${times} ms, ${ratio.toFixed(2)} of at most ${MOST}`);
  if (ratio > MOST) process.exitCode = 1;
}

const full = fill(colliding);
const usual = fill(ordinary);
compare(
  'compile 65,536 names',
  () => fill(colliding),
  () => fill(ordinary),
);
compare(
  'look them up',
  () => look(full, colliding),
  () => look(usual, ordinary),
);
compare(
  'keep and find 200 answers',
  () => keep(attacks),
  () => keep(questions),
);
