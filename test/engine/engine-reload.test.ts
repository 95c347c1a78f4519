import { expect } from 'chai';
import { writeAnswer } from '../world/answer-text.ts';
import { readMessage } from '../world/message-text.ts';
import { writeQuery } from '../world/query-text.ts';
import { type Client, Stage } from '../world/stage.ts';

const BASE = `
acl: { query: { 10.0.0.0/8: allow } }
upstreams: { default: { servers: [192.0.2.1] }, other: { servers: [192.0.2.2] } }
`;
const CLIENT: Client = { address: '10.1.0.1', port: 40_000, transport: 'udp' };
const NEIGHBOUR: Client = { ...CLIENT, address: '10.2.0.1' };

describe('engine after a reload', () => {
  let stage: Stage;
  let lastId = 0;
  afterEach(() => stage?.close());

  const ask = (client: Client) =>
    stage.query(writeQuery({ name: 'www.example' }, ++lastId), client);
  const answer = (address: string) => {
    const question = stage.asked.shift()!;
    const records = [`www.example. 60 A ${address}`];
    stage.answer(writeAnswer({ answer: records }, question.octets), question);
  };
  const answers = () => stage.replies.map(({ octets }) => readMessage(octets).answer);

  it('names the views that there are, also for a query that began before', () => {
    const views = ['first', 'second', 'third'].map(
      (name, i) => `${name}: { clients: [10.${i + 1}.0.0/16] }`,
    );
    stage = new Stage(`${BASE}views: { ${views.join(', ')} }`, {});
    const third: Client = { ...CLIENT, address: '10.3.0.1' };
    ask(third);
    expect(stage.asked).to.have.length(1);
    stage.reload(BASE);
    answer('192.0.2.80');
    expect(stage.records.at(-1)).to.include({ layer: 'upstream', view: 'default' });
    for (const transport of ['udp', 'tcp'] as const) {
      ask({ ...third, transport });
      if (transport === 'udp') answer('192.0.2.80');
      expect(stage.records.at(-1)).to.include({ transport, view: 'default' });
    }
  });

  it('tells no view what was kept for another', () => {
    const view = (name: string, second: number, routes: string) =>
      `${name}: { clients: [10.${second}.0.0/16]${routes} }`;
    const other = view('neighbours', 2, ', routes: { ".": other }');
    const own = ', routes: { ".": default }';
    stage = new Stage(
      `${BASE}routes: { ".": default }\nviews: { ${view('clients', 1, '')}, ${other} }`,
      {},
    );
    ask(NEIGHBOUR);
    answer('192.0.2.99');
    // The same routes, written where they were taken over before.
    stage.reload(
      `${BASE}routes: { ".": default }\nviews: { ${view('clients', 1, own)}, ${other} }`,
    );
    ask(CLIENT);
    answer('192.0.2.80');
    expect(answers()).to.deep.equal([
      ['www.example. 60 IN A 192.0.2.99'],
      ['www.example. 60 IN A 192.0.2.80'],
    ]);
  });
});
