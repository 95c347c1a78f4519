import { expect } from 'chai';
import fc from 'fast-check';
import {
  MAX_UPSTREAMS,
  NO_UPSTREAM,
  type Strategy,
  UpstreamGroup,
} from '../../src/forward/group.ts';
import { UpstreamTable } from '../../src/forward/upstream.ts';
import { QUERY } from '../world/exchange.ts';

const TIMEOUT = 2000;

function group(strategy: Strategy, count: number): UpstreamGroup {
  const table = new UpstreamTable();
  const made = new UpstreamGroup({
    name: 'default',
    strategy,
    timeout: TIMEOUT,
    attempts: 2,
    probe: 0,
  });
  made.upstreams = Array.from({ length: count }, (_, i) =>
    table.get('udp', { address: '192.0.2.1', port: 1000 + i }),
  );
  return made;
}

/** The servers in the order in which one query would ask them, when none of them answers. */
function order(made: UpstreamGroup, now = 0): number[] {
  const start = made.start();
  const positions: number[] = [];
  let tried = 0;
  for (;;) {
    const position = made.choose(tried, start, QUERY, now);
    if (position === NO_UPSTREAM) return positions;
    positions.push(position);
    tried |= 1 << position;
  }
}

/** Servers whose round-trip times are these. */
function timed(...times: number[]): UpstreamGroup {
  const made = group('fastest', times.length);
  for (const [i, rttMs] of times.entries()) made.upstreams[i]!.rttMs = rttMs;
  return made;
}

const STRATEGIES = ['sequential', 'round-robin', 'random', 'fastest'] as const;

describe('forward/group sequential', () => {
  it('asks the upstreams as they are written, with every query', () => {
    const made = group('sequential', 3);
    expect([order(made), order(made)]).to.deep.equal([
      [0, 1, 2],
      [0, 1, 2],
    ]);
  });
});

describe('forward/group round-robin', () => {
  it('begins with the next upstream at each query', () => {
    const made = group('round-robin', 3);
    expect([order(made), order(made), order(made), order(made)]).to.deep.equal([
      [0, 1, 2],
      [1, 2, 0],
      [2, 0, 1],
      [0, 1, 2],
    ]);
  });
});

describe('forward/group random', () => {
  it('begins anywhere and goes round', () => {
    const made = group('random', 3);
    const seen = new Set(Array.from({ length: 200 }, () => order(made).join(' ')));
    expect([...seen]).to.have.members(['0 1 2', '1 2 0', '2 0 1']);
  });
});

describe('forward/group fastest', () => {
  it('asks in the order of their round-trip times', () => {
    expect(order(timed(30, 10, 20))).to.deep.equal([1, 2, 0]);
  });

  it('begins with those that were never asked', () => {
    expect(order(timed(30, 0, 20))[0]).to.equal(1);
  });

  it('tries a slow upstream again after a while, but rarely', () => {
    const made = timed(10, 500);
    let asked = 0;
    while (made.choose(0, 0, QUERY, 0) === 0) {
      asked++;
      made.upstreams[0]!.answered('udp', 10, 0);
    }
    expect(asked).to.be.within(100, 300);
  });
});

describe('forward/group choose', () => {
  for (const strategy of STRATEGIES) {
    it(`asks upstreams that are down last (${strategy})`, () => {
      const made = group(strategy, 4);
      made.upstreams[0]!.failed('udp', 0, 0, TIMEOUT);
      made.upstreams[2]!.failed('udp', 0, 0, TIMEOUT);
      const positions = order(made, 1);
      expect(positions.slice(0, 2)).to.have.members([1, 3]);
      expect(positions.slice(2)).to.have.members([0, 2]);
    });

    it(`asks upstreams that refuse everything after those that answer, before those that are down (${strategy})`, () => {
      const made = group(strategy, 3);
      for (let name = 1; name <= 5; name++) made.upstreams[0]!.refusals.refused(name, 0);
      made.upstreams[1]!.failed('udp', 0, 0, TIMEOUT);
      expect(order(made, 1)).to.deep.equal([2, 0, 1]);
    });

    it(`never asks upstreams that lead back here (${strategy})`, () => {
      const made = group(strategy, 3);
      made.upstreams[1]!.isLoop = true;
      made.upstreams[2]!.failed('udp', 0, 0, TIMEOUT);
      expect(order(made, 1)).to.have.members([0, 2]);
    });

    it(`finds no upstream in an empty group (${strategy})`, () => {
      expect(order(group(strategy, 0))).to.deep.equal([]);
    });

    it(`asks each of ${MAX_UPSTREAMS} upstreams once (${strategy})`, () => {
      const positions = order(group(strategy, MAX_UPSTREAMS));
      expect(positions.toSorted((a, b) => a - b)).to.deep.equal([...Array(MAX_UPSTREAMS).keys()]);
    });
  }

  const states = fc.array(fc.constantFrom('up', 'down', 'loop'), {
    minLength: 1,
    maxLength: MAX_UPSTREAMS,
  });

  it('takes an untried upstream that is up, else one that is down', () => {
    fc.assert(
      fc.property(states, fc.constantFrom(...STRATEGIES), fc.nat(), (list, strategy, tried) => {
        const made = group(strategy, list.length);
        for (const [i, state] of list.entries()) {
          if (state === 'down') made.upstreams[i]!.failed('udp', 0, 0, TIMEOUT);
          made.upstreams[i]!.isLoop = state === 'loop';
        }
        const left = list.map((state, i) => ((tried & (1 << i)) === 0 ? state : 'tried'));
        const position = made.choose(tried, made.start(), QUERY, 1);
        const expected = left.includes('up') ? 'up' : left.includes('down') ? 'down' : undefined;
        expect(left[position]).to.equal(expected);
      }),
    );
  });
});
