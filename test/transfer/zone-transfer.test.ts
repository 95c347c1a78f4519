import { expect } from 'chai';
import { IXFR, rule, soa } from '../policy/rpz/transfer/zones.ts';
import { Flag, uint32 } from '../world/messages.ts';
import { type Asked, ScriptedPrimary } from './scripted-primary.ts';
import { content, FeedStage } from './zone-transfer-stage.ts';

describe('transfer/feed', () => {
  let stage: FeedStage;
  beforeEach(async () => {
    stage = await FeedStage.open();
  });
  afterEach(() => stage?.close());

  it('transfers the zone at once, and says from whom', async () => {
    const started = stage.create();
    expect(started.state.standing).to.equal('missing');
    started.start();
    const line = await stage.says(/serial/);
    expect(line).to.equal(
      `policy feed: serial 5 from ${stage.primary.upstream.server} by AXFR, 3 records`,
    );
    await stage.says(/^changed$/);
    expect(started.state.standing).to.equal('loaded');
    expect(started.state.image!.files).to.deep.equal([`${stage.primary.upstream.server}#5`]);
    expect(content(started)).to.deep.equal(['a', 'b']);
    expect(stage.primary.asked).to.deep.equal(['252 tcp']);
  });

  it('asks for what has changed, by IXFR', async () => {
    const started = await stage.loaded();
    stage.primary.serial = 6;
    stage.primary.transfer = ({ send }) => {
      send([soa(6), soa(5), rule('a'), soa(6), rule('c'), soa(6)]);
    };
    started.notify();
    await stage.says(/serial 6 from .* by IXFR, 3 records/);
    expect(content(started)).to.deep.equal(['b', 'c']);
    expect(stage.primary.asked).to.deep.equal(['252 tcp', '6 udp', '251 tcp']);
    expect(stage.primary.upstream.asked[2]!.octets.includes(Buffer.from(uint32(5)))).to.equal(true);
  });

  it('leaves all as it is when there is nothing new', async () => {
    const started = await stage.loaded();
    const { state, known } = started;
    started.notify();
    await stage.primary.upstream.questions(2);
    started.notify();
    await stage.primary.upstream.questions(3);
    expect(started.state).to.equal(state);
    expect(started.confirmedAt).to.be.at.least(known!.confirmedAt);
    expect(stage.said).to.deep.equal([]);
  });

  it('asks for the SOA by TCP when the answer by UDP is truncated', async () => {
    const started = await stage.loaded();
    stage.primary.flags = Flag.QR | Flag.AA | Flag.TC;
    stage.primary.serial = 6;
    started.notify();
    await stage.says(/serial 6/);
    expect(stage.primary.asked.slice(1, 3)).to.deep.equal(['6 udp', '6 tcp']);
  });

  const ixfrs: readonly (readonly [string, (asked: Asked) => void])[] = [
    ['is not known', ({ send }) => send([], 4)],
    ['removes what is not there', ({ send }) => send([soa(6), soa(5), rule('x'), soa(6), soa(6)])],
    ['starts elsewhere', ({ send }) => send([soa(6), soa(4), soa(6), soa(6)])],
    ['is cut', ({ hangUp }) => hangUp()],
  ];
  for (const [what, answer] of ixfrs) {
    it(`transfers all of the zone when IXFR ${what}`, async () => {
      const started = await stage.loaded();
      stage.primary.serial = 6;
      stage.primary.transfer = (asked) => {
        if (asked.type === IXFR) answer(asked);
        else asked.send([soa(6), rule('c'), soa(6)]);
      };
      started.notify();
      await stage.says(/serial 6 from .* by AXFR/);
      expect(content(started)).to.deep.equal(['c']);
    });
  }

  it('does not take an SOA that is older, or not authoritative', async () => {
    const started = await stage.loaded();
    stage.primary.serial = 4;
    started.notify();
    await stage.says(/its serial is 4, older than 5 here/);
    stage.primary.flags = Flag.QR;
    started.notify();
    await stage.says(/its answer is not authoritative/);
    expect(stage.primary.asked).not.to.include(`${IXFR} tcp`);
  });

  it('tells a problem once, and when it is over', async () => {
    const started = await stage.loaded();
    stage.primary.serial = 4;
    started.notify();
    await stage.says(/older/);
    started.notify();
    await stage.primary.upstream.questions(3);
    stage.primary.serial = 7;
    started.notify();
    await stage.says(/serial 7 from/);
    expect(stage.said.filter((line) => line.includes('older'))).to.have.lengthOf(1);
    expect(started.problem).to.equal(undefined);
  });

  it('asks the next primary when one is of no use', async () => {
    const other = await ScriptedPrimary.start();
    try {
      other.transfer = ({ send }) => send([], 5);
      const started = stage.create({ primaries: [other.upstream, stage.primary.upstream] });
      started.start();
      await stage.says(new RegExp(`serial 5 from ${stage.primary.upstream.server}`));
      expect(other.asked).to.deep.equal(['252 tcp']);
    } finally {
      other.close();
    }
  });
});
