import { expect } from 'chai';
import fc from 'fast-check';
import { AnswerCache, type CacheSettings } from '../../src/forward/cache.ts';
import { Answer } from '../../src/wire/answer.ts';
import type { Query } from '../../src/wire/query.ts';
import { asked } from '../world/asked.ts';
import {
  ede,
  Flag,
  type MessageParts,
  message,
  opt,
  question,
  record,
  soa,
  TO_QUESTION,
  TYPE,
} from '../world/messages.ts';
import { refusal } from '../world/outcomes.ts';

const SETTINGS: CacheSettings = {
  size: 1 << 20,
  entries: 100,
  maxTtl: 3600,
  minTtl: 0,
  negativeMaxTtl: 600,
  serveStale: 0,
};
const QUERY = asked('www.example.com');
const NOW = 1_000_000;
const NO_OPTIONS = new Uint8Array(0);
const VIEW = 0;

function cache(settings: Partial<CacheSettings> = {}): AnswerCache {
  return new AnswerCache({ ...SETTINGS, ...settings });
}

function a(ttl: number) {
  return record(TO_QUESTION, TYPE.A, [192, 0, 2, 1], { ttl });
}

function answer(parts: MessageParts = { answers: [a(300)] }, owner = 'www.example.com'): Answer {
  const octets = message({ flags: Flag.QR, questions: [question(owner)], ...parts });
  const made = new Answer();
  expect(made.parse(octets, octets.length)).to.equal(true);
  return made;
}

function store(one: AnswerCache, query: Query = QUERY, parts?: MessageParts, view = VIEW): void {
  one.store(query, view, answer(parts), { upstream: 'up', options: NO_OPTIONS, now: NOW });
}

/** Seconds for which the cache has it. */
function lifetime(one: AnswerCache, query: Query = QUERY): number {
  let seconds = 0;
  while (seconds < 1e6 && one.find(query, VIEW, NOW + seconds * 1000) !== undefined) {
    if (one.find(query, VIEW, NOW + seconds * 1000 + 999) === undefined) return Number.NaN;
    seconds++;
  }
  return seconds;
}

describe('forward/cache find', () => {
  it('misses what was not stored', () => {
    const one = cache();
    expect(one.find(QUERY, VIEW, NOW)).to.equal(undefined);
    expect(one).to.include({ hits: 0, misses: 1, size: 0 });
  });

  it('finds what was stored, without its OPT record', () => {
    const one = cache();
    const parts = { answers: [a(300)], authorities: [record('.', TYPE.NS, [0], { ttl: 400 })] };
    const options = ede(3);
    const withOpt = answer({ ...parts, additionals: [opt({ options: [options] })] });
    one.store(QUERY, VIEW, withOpt, { upstream: '192.0.2.53:53', options, now: NOW });
    const entry = one.find(QUERY, VIEW, NOW + 1)!;
    expect(entry).to.include({ rcode: 0, upstream: '192.0.2.53:53', refusal: undefined });
    expect(entry.octets).to.deep.equal(answer(parts).message);
    expect([...entry.options]).to.deep.equal([...options]);
    expect(one).to.include({ hits: 1, misses: 0, size: 1 });
  });

  it('keeps an answer when the buffer that it came in is used again', () => {
    const one = cache();
    const given = answer();
    one.store(QUERY, VIEW, given, { upstream: 'up', options: NO_OPTIONS, now: NOW });
    given.message.fill(0xff);
    given.ttlAt.fill(0);
    const entry = one.find(QUERY, VIEW, NOW)!;
    expect(entry.octets).to.deep.equal(answer().message);
    const out = new Uint8Array(entry.length);
    expect(entry.writeTo(out, NOW)).to.equal(entry.length);
    expect(out).to.deep.equal(entry.octets);
  });

  const alike: { what: string; query: Query }[] = [
    { what: 'another ID', query: asked('www.example.com', { id: 9 }) },
    { what: 'other letters', query: asked('WWW.Example.COM') },
    { what: 'EDNS', query: asked('www.example.com', { edns: true }) },
    { what: 'another client', query: asked('www.example.com', { address: [1], port: 2 }) },
    { what: 'TCP', query: asked('www.example.com', { transport: 'tcp' }) },
    { what: 'AD', query: asked('www.example.com', { flags: Flag.RD | Flag.AD }) },
  ];
  for (const { what, query } of alike) {
    it(`finds the answer for a query with ${what}`, () => {
      const one = cache();
      store(one);
      expect(one.find(query, VIEW, NOW)).to.not.equal(undefined);
    });
  }

  const apart: { what: string; query: Query; view?: number }[] = [
    { what: 'another type', query: asked('www.example.com', { type: TYPE.AAAA }) },
    { what: 'a name below', query: asked('a.www.example.com') },
    { what: 'a name above', query: asked('example.com') },
    { what: 'DO', query: asked('www.example.com', { dnssecOk: true }) },
    { what: 'CD', query: asked('www.example.com', { flags: Flag.RD | Flag.CD }) },
    { what: 'another view', query: QUERY, view: 1 },
  ];
  for (const { what, query, view = VIEW } of apart) {
    it(`tells apart ${what}`, () => {
      const one = cache();
      store(one);
      expect(one.find(query, view, NOW)).to.equal(undefined);
    });
  }

  it('keeps all variants of an answer side by side', () => {
    const one = cache();
    const queries = [0, Flag.CD].flatMap((cd) =>
      [false, true].map((dnssecOk) => asked('www.example.com', { flags: Flag.RD | cd, dnssecOk })),
    );
    for (const [i, query] of queries.entries()) {
      store(one, query, { answers: [a(100 + i)] });
    }
    const lifetimes = queries.map((query) => one.find(query, VIEW, NOW)!.expiresAt - NOW);
    expect(lifetimes).to.deep.equal([100_000, 101_000, 102_000, 103_000]);
  });
});

describe('forward/cache store', () => {
  const denial = [soa('example.com', 900, 700)];
  const cases: { what: string; parts: MessageParts; settings?: object; seconds: number }[] = [
    { what: 'an answer for its TTL', parts: { answers: [a(300)] }, seconds: 300 },
    { what: 'an answer at most for maxTtl', parts: { answers: [a(9999)] }, seconds: 3600 },
    {
      what: 'an answer at least for minTtl',
      parts: { answers: [a(3)] },
      settings: { minTtl: 10 },
      seconds: 10,
    },
    { what: 'no answer with TTL 0', parts: { answers: [a(0)] }, seconds: 0 },
    { what: 'NXDOMAIN for negativeMaxTtl', parts: { rcode: 3, authorities: denial }, seconds: 600 },
    {
      what: 'no data for the SOA',
      parts: { authorities: [soa('example.com', 900, 20)] },
      seconds: 20,
    },
    {
      what: 'no NXDOMAIN without an SOA',
      parts: { rcode: 3 },
      settings: { minTtl: 9 },
      seconds: 0,
    },
    { what: 'SERVFAIL for a second', parts: { rcode: 2, authorities: denial }, seconds: 1 },
    { what: 'no REFUSED', parts: { rcode: 5, authorities: denial }, seconds: 0 },
    {
      what: 'no extended rcode',
      parts: { answers: [a(300)], additionals: [opt({ extendedRcode: 1 })] },
      seconds: 0,
    },
    {
      what: 'no truncated answer',
      parts: { flags: Flag.QR | Flag.TC, answers: [a(300)] },
      seconds: 0,
    },
    {
      what: 'nothing when it is off',
      parts: { answers: [a(300)] },
      settings: { entries: 0 },
      seconds: 0,
    },
  ];
  for (const { what, parts, settings = {}, seconds } of cases) {
    it(`keeps ${what}`, () => {
      const one = cache(settings);
      store(one, QUERY, parts);
      expect(lifetime(one)).to.equal(seconds);
    });
  }

  it('gives up the answer that was used least recently, and counts it', () => {
    const one = cache({ entries: 2 });
    const [first, second, third] = ['a', 'b', 'c'].map((name) => asked(name)) as [
      Query,
      Query,
      Query,
    ];
    store(one, first);
    store(one, second);
    one.find(first, VIEW, NOW);
    store(one, third);
    expect(one).to.include({ evictions: 1, size: 2 });
    const found = [first, second, third].map((query) => one.find(query, VIEW, NOW) !== undefined);
    expect(found).to.deep.equal([true, false, true]);
  });

  it('counts no eviction when an answer is renewed', () => {
    const one = cache({ entries: 1 });
    store(one);
    store(one, QUERY, { answers: [a(400)] });
    expect(one).to.include({ evictions: 0, size: 1 });
    expect(lifetime(one)).to.equal(400);
  });
});

describe('forward/cache storeRefusal', () => {
  it('keeps a refusal for five seconds, with all that is known of it', () => {
    const one = cache();
    one.storeRefusal(QUERY, VIEW, refusal(), NOW);
    expect(one.find(QUERY, VIEW, NOW)).to.deep.include({
      rcode: 5,
      upstream: refusal().address,
      refusal: refusal(),
    });
    expect(lifetime(one)).to.equal(5);
  });

  const stored = fc.array(fc.record({ letter: fc.nat(20), isRefusal: fc.boolean() }), {
    maxLength: 60,
    size: 'max',
  });

  it('is forgotten by purgeRefusals, and answers are not', () => {
    fc.assert(
      fc.property(stored, (list) => {
        const one = cache({ entries: 12 });
        for (const { letter, isRefusal } of list) {
          const query = asked([1, letter, 0]);
          if (isRefusal) one.storeRefusal(query, VIEW, refusal(), NOW);
          else store(one, query);
        }
        one.purgeRefusals();
        const kept = lastOfEach(list)
          .slice(0, 12)
          .filter(({ isRefusal }) => !isRefusal);
        expect(one.size).to.equal(kept.length);
        for (const { letter } of kept) {
          expect(one.find(asked([1, letter, 0]), VIEW, NOW)).to.not.equal(undefined);
        }
      }),
    );
  });
});

/** What was stored last under each letter, the latest first. */
function lastOfEach<T extends { readonly letter: number }>(list: readonly T[]): T[] {
  const seen = new Set<number>();
  return list.toReversed().filter(({ letter }) => !seen.has(letter) && seen.add(letter));
}
