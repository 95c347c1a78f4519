import { expect } from 'chai';
import { loadLibc } from '../../src/transport/libc.ts';
import { askTcp, askUdp } from '../world/client.ts';
import {
  Flag,
  message,
  opt,
  option,
  question,
  record,
  TO_QUESTION,
  TYPE,
} from '../world/messages.ts';
import { passOver } from '../world/needs.ts';
import { ServedSite } from '../world/served-site.ts';
import { answerTo, type Question, Upstream } from '../world/upstream.ts';
import { inTurn } from '../world/whole.ts';
import type { WrittenRecord } from '../world/written-record.ts';

const libc = loadLibc();
/** Who moves the datagrams: the main thread over node:dgram, or a data thread over system calls. */
const SHELLS = [
  { shell: 'portable', threads: 0 },
  { shell: 'batch', threads: 1 },
] as const;
const TIMEOUT_MS = 400;
/** More than wait on one connection at a time. */
const MANY = 20;

function query(name: string): Uint8Array {
  return message({ id: 7, flags: Flag.RD, questions: [question(name)], additionals: [opt()] });
}

const rcodeOf = (answer: Uint8Array) => answer[3]! & 0x0f;

function attemptsOf(record: WrittenRecord): string[] {
  const list = (record['attempts'] ?? []) as { transport: string; rcode: string }[];
  return list.map(({ transport, rcode }) => `${transport} ${rcode}`);
}

for (const [variant, { shell, threads }] of SHELLS.entries()) {
  describe(`shell, upstreams over the loopback (${shell})`, () => {
    const it = inTurn(variant, SHELLS.length);
    let site: ServedSite;
    let upstream: Upstream;

    before(function () {
      if (shell === 'batch' && typeof libc === 'string') passOver(this, libc);
    });
    beforeEach(async () => {
      site = new ServedSite();
      upstream = await Upstream.start();
    });
    afterEach(async () => {
      await site.close();
      upstream.close();
    });

    /** Serves with the upstream, asked by one transport or both. */
    async function serve(scheme: 'tcp://' | '' = '', timeout = TIMEOUT_MS): Promise<void> {
      const servers = `["${scheme}${upstream.server}"]`;
      const common = `
threads: ${threads}
listen: ["127.0.0.1:0"]
admin: { listen: "127.0.0.1:0" }
decisionLog: { to: decisions.log, record: all }
cache: { entries: 0 }
upstreams: { default: { servers: ${servers}, timeout: ${timeout}ms, attempts: 2, probe: 0 } }`;
      site.configure('', common);
      await site.start();
    }

    /** Asks for so many names at once; returns their rcodes. */
    async function askMany(count = MANY): Promise<number[]> {
      const names = Array.from({ length: count }, (_, i) => `n${i}.example`);
      const answers = await Promise.all(names.map((name) => askUdp(site.target(), query(name))));
      return answers.map(rcodeOf);
    }

    async function ask(name: string): Promise<number> {
      return rcodeOf(await askUdp(site.target(), query(name)));
    }

    /** What was noted of the attempts at the last query. */
    function attempts(): string[] {
      return attemptsOf(site.records().at(-1)!);
    }

    function allAttempts(): string[] {
      return site.records().flatMap(attemptsOf);
    }

    const FINE = Array(MANY).fill(0);

    it('loses nothing to a server that closes each connection after an answer', async () => {
      await serve('tcp://', 5000);
      upstream.script = (asked) => {
        asked.reply(answerTo(asked.octets));
        asked.hangUp();
        return undefined;
      };
      expect(await askMany()).to.deep.equal(FINE);
    });

    it('does not go on for ever with a server that closes each connection at once', async () => {
      await serve('tcp://');
      upstream.script = (asked) => {
        asked.hangUp();
        return undefined;
      };
      expect(await ask('www.example')).to.equal(2);
      expect(upstream.asked.length).to.be.within(2, 4);
      expect(attempts()[0]).to.equal('tcp stream closed, asked again');
    });

    it('leaves a connection that is mute after its first answer', async () => {
      await serve('tcp://');
      const seen = new Set<number>();
      upstream.script = ({ octets, port }) => {
        if (seen.has(port)) return undefined;
        seen.add(port);
        return answerTo(octets);
      };
      expect(await ask('a.example')).to.equal(0);
      expect(await ask('b.example')).to.equal(0);
      // On a busy machine the first may be silent for too long as well.
      expect(new Set(allAttempts())).to.deep.equal(new Set(['tcp silent, new stream']));
      expect(seen.size).to.be.at.least(2);
    });

    it('leaves a connection by which half an answer came', async () => {
      await serve('tcp://');
      let count = 0;
      upstream.script = (asked) => {
        if (count++ > 0) return answerTo(asked.octets);
        asked.write(Uint8Array.of(0, 99, 1, 2));
        return undefined;
      };
      expect(await ask('www.example')).to.equal(0);
      expect(attempts()).to.deep.equal(['tcp silent, new stream']);
    });

    it('opens few connections to a server that takes them and never reads, and leaves them', async () => {
      upstream.reads = false;
      await serve('tcp://');
      expect(await askMany(3 * MANY)).to.deep.equal(Array(3 * MANY).fill(2));
      expect(upstream.connections).to.be.within(1, 24);
      upstream.reads = true;
      expect(await askMany()).to.deep.equal(FINE);
    });

    it('gives a connection company whose server works off one question after the other', async () => {
      await serve('tcp://', 30_000);
      const slow: Question[] = [];
      const queues = new Map<number, Question[]>();
      upstream.script = (asked) => {
        const queue = queues.get(asked.port) ?? [];
        queues.set(asked.port, queue);
        if (queue.length > 0 || asked.name === 'slow.example.') {
          queue.push(asked);
          if (asked.name === 'slow.example.') slow.push(asked);
          return undefined;
        }
        return answerTo(asked.octets);
      };
      const late = ask('slow.example');
      await upstream.questions(1);
      expect(await askMany()).to.deep.equal(FINE);
      // On a busy machine it is asked a second time, of the other connection.
      for (const asked of slow) asked.reply(answerTo(asked.octets));
      expect(await late).to.equal(0);
    });

    it('takes an answer that comes after the timeout', async () => {
      await serve();
      const asked: Question[] = [];
      upstream.script = (one) => {
        asked.push(one);
        return undefined;
      };
      const answer = ask('www.example');
      await upstream.questions(2);
      asked[0]!.reply(answerTo(asked[0]!.octets));
      expect(await answer).to.equal(0);
      expect(attempts()).to.deep.equal(['udp timeout']);
    });

    it('leaves a socket on which nothing is heard, before the timeout', async () => {
      await serve('', 3000);
      const [first] = [new Set<number>()];
      upstream.script = ({ octets, port, name }) => {
        if (name === 'www.example.' && first.size === 0) first.add(port);
        return first.has(port) ? undefined : answerTo(octets);
      };
      expect(await ask('www.example')).to.equal(0);
      expect(attempts()).to.deep.equal(['udp silent, new socket']);
    });

    it('takes no second answer, and none that another port sends', async () => {
      await serve();
      upstream.script = (asked) => {
        asked.reply(answerTo(asked.octets));
        return answerTo(asked.octets, { rcode: 5 });
      };
      expect(await askMany()).to.deep.equal(FINE);
    });

    it('gives a TCP client what a server without TCP answers in a large datagram', async () => {
      upstream.refuseTcp();
      await serve();
      const texts = Array.from({ length: 40 }, (_, i) =>
        record(TO_QUESTION, TYPE.TXT, [200, ...Array(200).fill(0x41 + (i % 26))]),
      );
      upstream.script = ({ octets }) => answerTo(octets, { answers: texts });
      const answer = await askTcp(site.target(), query('large.example'));
      expect(rcodeOf(answer)).to.equal(0);
      expect(answer.length).to.be.above(8000);
      expect(attempts()).to.deep.equal(['tcp ECONNREFUSED']);
      const { body } = await site.http('/metrics');
      const up = (metric: string, labels: string) =>
        body.split('\n').find((line) => line.startsWith(`${metric}{${labels}}`));
      const label = `upstream="${upstream.server}"`;
      expect(up('rcode5_upstream_up', label)).to.match(/ 1$/);
      expect(up('rcode5_upstream_transport_up', `${label},transport="udp"`)).to.match(/ 1$/);
      expect(up('rcode5_upstream_transport_up', `${label},transport="tcp"`)).to.match(/ 0$/);
    });

    it('is not harmed by a datagram of the largest size', async () => {
      await serve();
      const padding = opt({ options: [option(12, new Uint8Array(60_000))] });
      upstream.script = ({ octets }) => answerTo(octets, { additionals: [padding] });
      for (const name of ['a.example', 'b.example']) expect(await ask(name)).to.equal(0);
      expect(attempts()).to.deep.equal([]);
    });
  });
}
