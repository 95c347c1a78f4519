import { expect } from 'chai';
import fc from 'fast-check';
import { ShownTime } from '../../../src/cli/logs/shown-time.ts';
import { parseStart } from '../../../src/observe/decision-filter.ts';

const NOW = Date.UTC(2026, 10, 20, 23);

describe('cli/shown-time', () => {
  const cases = [
    { given: { utc: true }, time: '2026-11-20T23:30:00.123Z', shown: '2026-11-20T23:30:00.123Z' },
    {
      given: { timezone: 'Europe/Berlin' },
      time: '2026-11-20T23:30:00.123Z',
      shown: '2026-11-21T00:30:00.123+01:00',
    },
    {
      given: { timezone: 'Europe/Berlin' },
      time: '2026-07-20T23:30:00.123Z',
      shown: '2026-07-21T01:30:00.123+02:00',
    },
    {
      given: { timezone: 'America/St_Johns' },
      time: '2026-11-20T01:00:00.000Z',
      shown: '2026-11-19T21:30:00.000-03:30',
    },
    {
      given: { timezone: 'Asia/Kathmandu' },
      time: '2026-11-20T23:30:00.000Z',
      shown: '2026-11-21T05:15:00.000+05:45',
    },
    { given: { utc: true }, time: 'never', shown: 'never' },
  ];
  for (const { given, time, shown } of cases) {
    it(`shows ${time} as ${shown} with ${JSON.stringify(given)}`, () => {
      expect(new ShownTime(given).exact(time)).to.equal(shown);
    });
  }

  it('shows nothing that --since does not take for the same time', () => {
    const zones = fc.constantFrom(...Intl.supportedValuesOf('timeZone'));
    const times = fc.integer({ min: Date.UTC(2000, 0), max: Date.UTC(2060, 0) });
    fc.assert(
      fc.property(zones, fc.array(times, { minLength: 1, maxLength: 5 }), (timezone, several) => {
        const zone = new ShownTime({ timezone });
        for (const time of several) {
          const written = new Date(time).toISOString();
          expect(parseStart(zone.exact(written), NOW)).to.equal(written);
          const seconds = parseStart(zone.seconds(written), NOW);
          expect(seconds).to.equal(`${written.slice(0, 19)}.000Z`);
          expect(parseStart(zone.seconds(written).replace('T', ' '), NOW)).to.equal(seconds);
        }
      }),
      { numRuns: 200 },
    );
  });

  it('does not take a zone that there is none of, nor two', () => {
    expect(() => new ShownTime({ timezone: 'Mars/Olympus' })).to.throw(
      /^--timezone: "Mars\/Olympus" is not known; expect one like Europe\/Berlin/,
    );
    expect(() => new ShownTime({ timezone: 'UTC', utc: true })).to.throw(/either it or --utc/);
  });
});
