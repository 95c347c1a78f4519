import { expect } from 'chai';
import { clockStep, now, parseDuration } from '../src/clock.ts';

const HOUR = 3_600_000;

describe('clock', () => {
  it('has not been set', () => {
    expect(clockStep(now())).to.equal(0);
  });

  it('does not take what is slewed for a clock that was set', () => {
    expect(clockStep(now() - 400)).to.equal(0);
    expect(clockStep(now() + 400)).to.equal(0);
  });

  for (const [what, ahead] of [
    ['forward', HOUR],
    ['back', -HOUR],
  ] as const) {
    it(`was set ${what}`, () => {
      expect(clockStep(now() - ahead)).to.be.closeTo(ahead, 1000);
    });
  }
});

describe('durations', () => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['500ms', 500],
    ['2s', 2000],
    ['10m', 600_000],
    ['1h', HOUR],
    ['1d', 24 * HOUR],
    ['0s', 0],
    ['', undefined],
    ['5', undefined],
    ['5 s', undefined],
    ['-5s', undefined],
    ['1.5s', undefined],
    ['5w', undefined],
  ];
  for (const [text, milliseconds] of cases) {
    it(`${JSON.stringify(text)} is ${milliseconds ?? 'none'}`, () => {
      expect(parseDuration(text)).to.equal(milliseconds);
    });
  }
});
