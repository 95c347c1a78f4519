import { expect } from 'chai';
import { readMessage } from '../world/message-text.ts';
import { toQuery, writeQuery } from '../world/query-text.ts';
import { Stage } from '../world/stage.ts';

const CONFIG = `
acl: { query: { 127.0.0.0/8: allow } }
upstreams: { default: { servers: [192.0.2.1], timeout: 5s } }
policies: [{ name: house, rpz: house.rpz }]
`;
const files = {
  'house.rpz': '@ SOA a. b. 1 1 1 1 1\nalias.example CNAME walled.example.\n',
};

describe('forwarder abandon', () => {
  let stage: Stage;
  beforeEach(() => {
    stage = new Stage(CONFIG, { files });
  });
  afterEach(() => stage?.close());

  function ask(text: string, id: number, port: number): void {
    const query = toQuery(text);
    const { client = '127.0.0.1', transport = 'udp' } = query;
    stage.query(writeQuery(query, id), { address: client, port, transport });
  }

  it('answers SERVFAIL to all that wait, to those that have joined them as well', () => {
    ask('www.example', 1, 4001);
    ask('www.example', 2, 4002);
    ask('www.example AAAA', 3, 4003);
    ask('alias.example', 4, 4004);
    stage.engine.abandon(stage.now);
    const told = stage.replies.map(({ octets, port }) => {
      const { id, rcode } = readMessage(octets);
      return `${id} ${rcode} to ${port}`;
    });
    expect(told).to.have.members([1, 2, 3, 4].map((id) => `${id} SERVFAIL to ${4000 + id}`));
    expect(stage.records).to.have.lengthOf(4);
    expect(stage.engine.inFlight).to.equal(0);
  });

  it('has nothing to do when nobody waits', () => {
    stage.engine.abandon(stage.now);
    expect(stage.replies).to.deep.equal([]);
  });
});
