import { expect } from 'chai';
import { Loops } from '../../src/forward/loops.ts';
import { Upstream, UpstreamTable } from '../../src/forward/upstream.ts';
import { Answer } from '../../src/wire/answer.ts';
import { asked } from '../world/asked.ts';
import { isUp } from '../world/exchange.ts';
import { Flag, message } from '../world/messages.ts';

/** An answer that says nothing but its rcode. */
function answerOf(rcode: number): Answer {
  const octets = message({ flags: Flag.QR | Flag.RA, rcode });
  const answer = new Answer();
  answer.parse(octets, octets.length);
  return answer;
}

const ENDPOINT = { address: '192.0.2.1', port: 53 };

function upstream(): Upstream {
  return new Upstream(0, { transport: 'udp', endpoint: ENDPOINT });
}

describe('forward/upstream Upstream', () => {
  it('takes the first round-trip time as it is', () => {
    const one = upstream();
    one.answered('udp', 40, 0);
    expect(one.rttMs).to.equal(40);
  });

  it('moves by an eighth of the difference afterwards (RFC 6298 section 2)', () => {
    const one = upstream();
    one.answered('udp', 40, 0);
    one.answered('udp', 120, 0);
    expect(one.rttMs).to.equal(50);
    one.answered('udp', 10, 0);
    expect(one.rttMs).to.equal(45);
  });

  it('is up before it was asked', () => {
    expect(isUp(upstream())).to.equal(true);
  });

  it('is down when it has failed, until it answers, and tells that it is back', () => {
    const one = upstream();
    one.failed('udp', 0, 2000, 2000);
    expect(isUp(one)).to.equal(false);
    expect(one.answered('udp', 10, 9000)).to.equal(true);
    expect(isUp(one)).to.equal(true);
    expect(one.answered('udp', 10, 9001)).to.equal(false);
  });

  it('counts as slow as the timeout when it failed, or as slow as it was', () => {
    const one = upstream();
    one.answered('udp', 10, 0);
    one.failed('udp', 1, 2001, 2000);
    expect(one.rttMs).to.equal(2000);
    one.failed('udp', 2, 2002, 500);
    expect(one.rttMs).to.equal(2000);
  });

  const patience = [
    { usual: 0, patience: 50 },
    { usual: 10, patience: 50 },
    { usual: 20, patience: 75 },
    { usual: 50, patience: 150 },
    { usual: 5000, patience: 1600 },
  ];
  for (const { usual, patience: expected } of patience) {
    it(`may take ${expected} ms when it usually takes ${usual} ms`, () => {
      const one = upstream();
      if (usual > 0) one.answered('udp', usual, 0);
      one.failed('udp', 1, 2001, 2000);
      expect(one.patienceMs).to.equal(expected);
    });
  }

  const history = [
    { what: 'refuses five names', rcode: 5, query: {}, isUseful: false },
    { what: 'fails five names', rcode: 2, query: {}, isUseful: true },
    { what: 'refuses five names without RD', rcode: 5, query: { flags: 0 }, isUseful: true },
    { what: 'refuses five transfers', rcode: 5, query: { type: 252 }, isUseful: true },
    { what: 'refuses five updates', rcode: 5, query: { opcode: 5 }, isUseful: true },
  ];
  for (const { what, rcode, query, isUseful } of history) {
    it(`is ${isUseful ? 'up' : 'not up'} when it ${what}`, () => {
      const one = upstream();
      for (const name of ['a', 'b', 'c', 'd', 'e']) {
        one.note(asked(name, query), answerOf(rcode), 1, 0);
      }
      expect(isUp(one)).to.equal(isUseful);
      one.note(asked('f'), answerOf(3), 1, 0);
      expect(isUp(one)).to.equal(true);
    });
  }

  it('seems faster each time that another is asked in its place', () => {
    const one = upstream();
    one.answered('udp', 100, 0);
    one.passedOver();
    expect(one.rttMs).to.equal(98);
  });

  it('is not up while it leads back here', () => {
    const one = upstream();
    one.isLoop = true;
    expect(isUp(one)).to.equal(false);
    one.isLoop = false;
    expect(isUp(one)).to.equal(true);
  });
});

describe('forward/upstream UpstreamTable', () => {
  it('takes over the numbers of another thread, and what is known of loops', () => {
    const table = new UpstreamTable();
    const upstreams = [53, 54, 55].map((port) => table.get('udp', { ...ENDPOINT, port }));
    const other = new UpstreamTable(new Loops(table.loops.buffer));
    other.seed(table.upstreams);
    upstreams[1]!.isLoop = true;
    expect(
      other.upstreams.map(({ name, index, isLoop }) => ({ name, index, isLoop })),
    ).to.deep.equal(upstreams.map(({ name, index }) => ({ name, index, isLoop: index === 1 })));
  });

  it('gives the same upstream for the same address and transport', () => {
    const table = new UpstreamTable();
    const one = table.get('udp', ENDPOINT);
    expect(table.get('udp', { ...ENDPOINT })).to.equal(one);
    expect(table.upstreams).to.have.lengthOf(1);
  });

  const others = [
    { what: 'transport', transport: 'tcp', endpoint: ENDPOINT, name: 'tcp://192.0.2.1:53' },
    { what: 'port', transport: 'udp', endpoint: { ...ENDPOINT, port: 54 }, name: '192.0.2.1:54' },
    {
      what: 'address',
      transport: 'udp',
      endpoint: { address: '2001:db8::1', port: 53 },
      name: '[2001:db8::1]:53',
    },
  ] as const;
  for (const { what, transport, endpoint, name } of others) {
    it(`tells apart upstreams of another ${what}`, () => {
      const table = new UpstreamTable();
      table.get('udp', ENDPOINT);
      const other = table.get(transport, endpoint);
      expect(other).to.deep.include({ index: 1, transport, endpoint, name });
      expect(table.upstreams[1]).to.equal(other);
    });
  }

  it('keeps no account of loops for more upstreams than there is room', () => {
    const table = new UpstreamTable();
    const upstreams = Array.from({ length: 514 }, (_, i) =>
      table.get('udp', { ...ENDPOINT, port: 1 + i }),
    );
    for (const one of upstreams) one.isLoop = true;
    const last = upstreams.at(-1)!;
    expect(upstreams.filter(({ isLoop }) => isLoop)).to.have.lengthOf(512);
    expect(table.loops.comesBack(table.loops.makeLabel(last.index, 0), 0)).to.equal(true);
    expect(last.isLoop).to.equal(false);
    expect(table.loops.returns(last.index)).to.equal(0);
  });

  it('lets upstreams keep their numbers', () => {
    const table = new UpstreamTable();
    const ports = [53, 54, 55, 53, 55];
    const indexes = ports.map((port) => table.get('udp', { ...ENDPOINT, port }).index);
    expect(indexes).to.deep.equal([0, 1, 2, 0, 2]);
  });
});
