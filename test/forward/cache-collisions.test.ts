import { expect } from 'chai';
import { AnswerCache } from '../../src/forward/cache.ts';
import { keyOf } from '../../src/forward/cache-key.ts';
import { Answer } from '../../src/wire/answer.ts';
import type { Query } from '../../src/wire/query.ts';
import { asked } from '../world/asked.ts';
import { collidingQueries, oldKeyCollisions } from '../world/collisions.ts';
import { Flag, message, record, TO_QUESTION, TYPE } from '../world/messages.ts';
import { refusal } from '../world/outcomes.ts';

const NOW = 1_000_000;
const VIEW = 0;
const SECONDS = { maxTtl: 3600, minTtl: 0, negativeMaxTtl: 600, serveStale: 0 };

function cache(): AnswerCache {
  return new AnswerCache({ size: 1 << 20, entries: 100, ...SECONDS });
}

function store(one: AnswerCache, query: Query, ttl = 300): void {
  const owner = query.message.slice(12, 12 + query.nameLength + 4);
  const answers = [record(TO_QUESTION, TYPE.A, [192, 0, 2, 1], { ttl })];
  const octets = message({ flags: Flag.QR, questions: [owner], answers });
  const answer = new Answer();
  expect(answer.parse(octets, octets.length)).to.equal(true);
  one.store(query, VIEW, answer, { upstream: 'up', options: new Uint8Array(0), now: NOW });
}

describe('forward/cache with keys that collide', () => {
  // Of this process: what collides here does not elsewhere.
  const colliding = collidingQueries();

  it('tells apart questions whose keys collide', () => {
    const one = cache();
    expect(keyOf(colliding[0], 0)).to.equal(keyOf(colliding[1], 0));
    store(one, colliding[0]);
    expect(one.find(colliding[1], VIEW, NOW)).to.equal(undefined);
    expect(one.find(colliding[0], VIEW, NOW)).to.not.equal(undefined);
  });

  it('keeps all answers to questions whose keys collide', () => {
    const one = cache();
    for (const [i, query] of [...colliding, ...colliding].entries()) {
      store(one, query, 100 + i);
    }
    const lifetimes = colliding.map((query) => one.find(query, VIEW, NOW)!.expiresAt - NOW);
    expect(lifetimes).to.deep.equal([102_000, 103_000]);
    expect(one.evictions).to.equal(0);
  });

  it('keeps an answer beside a refusal whose key collides, until the refusals are purged', () => {
    const one = cache();
    store(one, colliding[0]);
    one.storeRefusal(colliding[1], VIEW, refusal(), NOW);
    expect(one.find(colliding[0], VIEW, NOW)!.refusal).to.equal(undefined);
    expect(one.find(colliding[1], VIEW, NOW)!.refusal).to.not.equal(undefined);
    one.purgeRefusals();
    expect(one.find(colliding[1], VIEW, NOW)).to.equal(undefined);
  });

  it('keeps a chosen answer, whatever is asked to have it evicted', () => {
    const one = cache();
    const victim = asked('www.victim.example');
    store(one, victim);
    for (const query of oldKeyCollisions(victim, 3)) store(one, query);
    expect(one.find(victim, VIEW, NOW)).to.not.equal(undefined);
    expect(one).to.include({ size: 4, evictions: 0 });
  });
});
