import { createSocket, type Socket } from 'node:dgram';
import { expect } from 'chai';
import { askTcp, askUdp } from '../world/client.ts';
import { Flag, message, question, record, TO_QUESTION, TYPE } from '../world/messages.ts';
import { outline } from '../world/reply-check.ts';
import { answerTo, type Question, type Script, Upstream } from '../world/upstream.ts';
import { cleanUp } from './processes.ts';
import { type Rcode5, Site, scrape, serve, sumOf } from './rcode5.ts';

const RCODES = { NOERROR: 0, SERVFAIL: 2, REFUSED: 5 } as const;
const ANSWERED = [192, 0, 2, 1];
const LIE = [203, 0, 113, 66];
/** Queries of one test, and how many of them at a time. */
const MANY = 60;
const AT_A_TIME = 6;
/** Milliseconds of the upstreams' timeout. */
const TIMEOUT = 500;
const COMMON = `timeout: ${TIMEOUT}ms, attempts: 1, probe: 0`;

const lie = () => record(TO_QUESTION, TYPE.A, LIE);

/** A socket whose port is not that of any upstream. */
let elsewhere: Socket;

function lateAnswer({ octets, reply }: Question): undefined {
  setTimeout(() => reply(answerTo(octets, { answers: [lie()] })), 3 * TIMEOUT).unref();
}

interface Trouble {
  readonly what: string;
  readonly script: Script;
  /** The rcode that a client has when there is no other upstream. */
  readonly alone: number;
}

const TROUBLES: readonly Trouble[] = [
  { what: 'is silent', script: () => undefined, alone: RCODES.SERVFAIL },
  {
    what: 'answers from another port',
    script: ({ octets, port }) => {
      elsewhere.send(answerTo(octets, { answers: [lie()] }), port, '127.0.0.1');
      return undefined;
    },
    alone: RCODES.SERVFAIL,
  },
  { what: 'is too slow', script: lateAnswer, alone: RCODES.SERVFAIL },
  {
    what: 'answers with another ID',
    script: ({ octets }) => answerTo(octets, { id: 1 + octets[0]!, answers: [lie()] }),
    alone: RCODES.SERVFAIL,
  },
  {
    what: 'answers another question',
    script: ({ octets }) =>
      answerTo(octets, { questions: [question('example.org')], answers: [lie()] }),
    alone: RCODES.SERVFAIL,
  },
  {
    what: 'answers another type',
    script: ({ octets, name }) =>
      answerTo(octets, { questions: [question(name, TYPE.TXT)], answers: [lie()] }),
    alone: RCODES.SERVFAIL,
  },
  {
    what: 'answers with half a message',
    script: ({ octets }) => answerTo(octets, { answers: [lie()] }).subarray(0, -7),
    alone: RCODES.SERVFAIL,
  },
  {
    what: 'answers with a query',
    script: ({ octets }) => answerTo(octets, { flags: Flag.RD, answers: [lie()] }),
    alone: RCODES.SERVFAIL,
  },
  {
    what: 'fails',
    script: ({ octets }) => answerTo(octets, { rcode: RCODES.SERVFAIL }),
    alone: RCODES.SERVFAIL,
  },
  {
    what: 'refuses everything',
    script: ({ octets }) => answerTo(octets, { rcode: RCODES.REFUSED }),
    alone: RCODES.REFUSED,
  },
];

describe('e2e: an upstream in trouble', () => {
  /** One for each trouble, the one that is well, and the one whose trouble changes. */
  let troubled: Upstream[];
  let well: Upstream;
  let moody: Upstream;
  let server: Rcode5;
  let count = 0;

  /** Of each trouble `pairN.example` has a server beside it, and `loneN.example` has none. */
  function configure(): string {
    const servers = [...troubled, moody].flatMap((one, i) => [
      `  pair${i}: { servers: ["${one.server}", "${well.server}"], ${COMMON} }\n`,
      `  lone${i}: { servers: ["${one.server}"], ${COMMON} }\n`,
    ]);
    const routes = [...troubled, moody].flatMap((_, i) =>
      ['pair', 'lone'].map((kind) => `${kind}${i}.example: ${kind}${i}`),
    );
    return `threads: 1
upstreams:
${servers.join('')}routes: { ${routes.join(', ')} }
policies: [{ name: house, rules: { "*.refused.lone0.example": refuse } }]
decisionLog: { to: decisions.log, record: all }
`;
  }

  before(async () => {
    elsewhere = createSocket('udp4').unref();
    well = await Upstream.start();
    moody = await Upstream.start();
    troubled = await Promise.all(TROUBLES.map(({ script }) => Upstream.start(script)));
    server = await serve(new Site(configure()));
  });
  after(() => {
    elsewhere?.close();
    for (const upstream of [...(troubled ?? []), well, moody]) upstream?.close();
    return cleanUp();
  });

  async function ask(domain: string, by = askUdp): Promise<Buffer> {
    const questions = [question(`n${++count}.${domain}.example`)];
    const query = message({ id: count, flags: Flag.RD, questions });
    return by({ address: '127.0.0.1', port: server.port }, query);
  }

  async function rcodeOf(domain: string): Promise<number> {
    return outline(await ask(domain)).rcode;
  }

  /** All of many answers are the one that is true. */
  async function expectAnswers(domain: string): Promise<void> {
    let left = MANY;
    const client = async () => {
      while (left-- > 0) {
        const answer = await ask(domain);
        expect(outline(answer).rcode).to.equal(RCODES.NOERROR);
        expect([...answer.subarray(-4)]).to.deep.equal(ANSWERED);
      }
    };
    await Promise.all(Array.from({ length: AT_A_TIME }, client));
  }

  for (const [i, { what, alone }] of TROUBLES.entries()) {
    it(`that ${what} is no trouble while there is another`, async () => {
      await expectAnswers(`pair${i}`);
      expect(troubled[i]!.asked).to.not.have.lengthOf(0);
    });

    it(`that ${what} is told as it is when there is no other`, async () => {
      expect(await rcodeOf(`lone${i}`)).to.equal(alone);
      expect(await rcodeOf('refused.lone0')).to.equal(RCODES.REFUSED);
    });
  }

  const last = TROUBLES.length;

  it('that truncates all by UDP is asked by TCP for who comes by TCP', async () => {
    moody.script = ({ octets, transport }) =>
      transport === 'udp'
        ? answerTo(octets, { flags: Flag.QR | Flag.TC | Flag.RA, answers: [] })
        : answerTo(octets);
    const byUdp = await ask(`lone${last}`);
    expect(byUdp.readUInt16BE(2) & Flag.TC).to.equal(Flag.TC);
    const byTcp = await ask(`lone${last}`, askTcp);
    expect([...byTcp.subarray(-4)]).to.deep.equal(ANSWERED);
  });

  it('that comes and goes costs no answer while there is another', async () => {
    let turn = 0;
    moody.script = ({ octets }) => (++turn % 20 < 10 ? answerTo(octets) : undefined);
    for (let round = 0; round < 4; round++) await expectAnswers(`pair${last}`);
  });

  it('is asked again when it is well', async () => {
    moody.script = () => undefined;
    expect(await rcodeOf(`lone${last}`)).to.equal(RCODES.SERVFAIL);
    moody.script = ({ octets }) => answerTo(octets);
    await server.program.until('recovery', async () => {
      return (await rcodeOf(`lone${last}`)) === RCODES.NOERROR ? true : undefined;
    });
  });

  it('leaves a record for each REFUSED, and has nobody refused who has another', async () => {
    const refused = server.site.records().filter(({ event }) => event === 'refused');
    expect(await sumOf(server, 'rcode5_refused_total')).to.equal(refused.length);
    const pairs = server.site.records().filter(({ qname }) => /\.pair/.test(qname ?? ''));
    expect(new Set(pairs.map(({ rcode }) => rcode))).to.deep.equal(new Set(['NOERROR']));
    const ignored = await scrape(server, 'rcode5_ignored_packets_total');
    const reasons = ignored.map(({ labels }) => /reason="([^"]*)"/.exec(labels)?.[1]);
    expect(reasons).to.include.members(['unexpected-answer', 'wrong-question', 'short']);
  });
});
