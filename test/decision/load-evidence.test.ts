import { expect } from 'chai';
import { growsWithLoad, inferSilence } from '../../src/decision/load-evidence.ts';

describe('decision/load-evidence', () => {
  const shares = [
    { when: 'most is lost when busy, and nothing when calm', busy: 0.7, calm: 0, grows: true },
    { when: 'a little is lost when calm too', busy: 0.8, calm: 0.2, grows: true },
    { when: 'as much is lost when calm', busy: 0.8, calm: 0.8, grows: false },
    { when: 'little is lost at all', busy: 0.2, calm: 0, grows: false },
    { when: 'nothing is lost', busy: 0, calm: 0, grows: false },
  ];
  for (const { when, busy, calm, grows } of shares) {
    it(`${grows ? 'sees' : 'sees no'} limit of rates when ${when}`, () => {
      expect(growsWithLoad({ busy, calm })).to.equal(grows);
      expect(inferSilence({ busy, calm })?.verdict).to.equal(grows ? 'rate-limit' : undefined);
    });
  }

  it('names the shares', () => {
    expect(inferSilence({ busy: 0.666, calm: 0.1 })?.evidence).to.equal(
      '67 % not answered when busy, 10 % when calm: a limit of rates, or too much load',
    );
  });

  it('knows nothing where there is no load to compare', () => {
    expect(inferSilence(undefined)).to.equal(undefined);
  });
});
