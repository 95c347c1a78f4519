import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { Stream } from '../../world/client.ts';
import { message, question, record, TO_QUESTION, TYPE } from '../../world/messages.ts';
import { answerTo, type Question, Upstream } from '../../world/upstream.ts';
import { inTurn } from '../../world/whole.ts';
import { findPort, startNsd, whenAnswering } from '../peers.ts';
import { cleanUp, describeWith, findProgram, makeFolder, Program } from '../processes.ts';
import { type Rcode5, Site, serve } from '../rcode5.ts';
import { askMany, type Questions, tally } from './asking.ts';
import { SHELLS } from './shells.ts';

const ZONE = `$TTL 300
@ SOA ns hostmaster 1 3600 600 86400 60
@ NS ns
ns A 192.0.2.53
*.www A 192.0.2.80
`;
/** Beside one slow query. */
const QUICK = 100;
/** How long the slow one takes: longer than an upstream is waited for. */
const SLOW_MS = 8000;
/** Milliseconds after which a client's connection closes when nobody closes it. */
const IDLE_MS = 10_000;

for (const [variant, { shell, threads }] of SHELLS.entries()) {
  describeWith(['dnsmasq', 'nsd'], `e2e: streams of ${shell}`, () => {
    const it = inTurn(variant, SHELLS.length);
    const upstreams: Upstream[] = [];
    let server: Rcode5;

    afterEach(async () => {
      for (const upstream of upstreams.splice(0)) upstream.close();
      await cleanUp();
    });

    async function upstream(...given: Parameters<typeof Upstream.start>): Promise<Upstream> {
      const started = await Upstream.start(...given);
      upstreams.push(started);
      return started;
    }

    async function forwardTo(address: string, more = '', group = ''): Promise<void> {
      server = await serve(
        new Site(`threads: ${threads}
cache: { entries: 0 }
upstreams: { default: { servers: ["${address}"], ${group} } }
${more}`),
      );
    }

    const ask = (questions: Omit<Questions, 'address' | 'port'>) =>
      askMany({ address: '127.0.0.1', port: server.port, ...questions });

    it('do not wait for a slow query of a server that answers in sequence', async () => {
      const { port: behind } = await upstream(({ octets, name, reply }) => {
        if (!name.startsWith('slow')) return answerTo(octets);
        setTimeout(() => reply(answerTo(octets)), SLOW_MS).unref();
        return undefined;
      });
      const folder = makeFolder();
      const port = await findPort();
      writeFileSync(
        join(folder, 'dnsmasq.conf'),
        `port=${port}
listen-address=127.0.0.1
bind-interfaces
no-resolv
no-hosts
cache-size=0
server=127.0.0.1#${behind}
`,
      );
      const args = ['-k', '-u', 'root', '-C', join(folder, 'dnsmasq.conf')];
      await whenAnswering(new Program(findProgram('dnsmasq')!, args, folder), port);
      await forwardTo(`127.0.0.1:${port}`);
      const slow = ask({ count: 1, prefix: 'slow', transport: 'tcp' });
      await upstreams[0]!.questions(1);
      const quick = await ask({ count: QUICK, prefix: 'quick', transport: 'tcp' });
      expect(tally(quick)).to.deep.equal({ NOERROR: QUICK });
      await slow;
    });

    it('are opened anew for a server that takes one query of each', async () => {
      const { port } = await startNsd('example.com', ZONE, ['tcp-query-count: 1']);
      await forwardTo(`tcp://127.0.0.1:${port}`);
      const outcomes = await ask({ count: 20, prefix: 'p', transport: 'tcp', pipelined: true });
      expect(tally(outcomes)).to.deep.equal({ NOERROR: 20 });
    });

    const faults = [
      {
        fault: 'half of it',
        spoil: (answer: Uint8Array) => answer.subarray(0, answer.length >> 1),
      },
      { fault: 'the ID of none', spoil: (answer: Uint8Array) => answer.with(0, answer[0]! ^ 0xff) },
      { fault: 'no header', spoil: (answer: Uint8Array) => answer.subarray(0, 5), isFramed: true },
      { fault: 'another name', spoil: (answer: Uint8Array) => answer.with(13, 0x7a) },
    ];
    for (const { fault, spoil, isFramed = false } of faults) {
      it(`are closed when an answer has ${fault}, and what waits is asked by another`, async () => {
        const first: Question[] = [];
        const { server: address } = await upstream((asked) => {
          const answer = answerTo(asked.octets);
          if (first.push(asked) > 1) return answer;
          const { length } = isFramed ? spoil(answer) : answer;
          asked.write(Uint8Array.of(length >> 8, length & 0xff, ...spoil(answer)));
          return undefined;
        });
        await forwardTo(
          `tcp://${address}`,
          'decisionLog: { to: decisions.log, record: all }',
          'timeout: 20s, attempts: 2, probe: 0',
        );
        const outcomes = await ask({ count: 4, prefix: 'p', transport: 'tcp', pipelined: true });
        expect(tally(outcomes)).to.deep.equal({ NOERROR: 4 });
        const results = server.site
          .records()
          .map(({ attempts = [] }) => attempts.map(({ rcode }) => rcode));
        expect(results.flat()).to.include('stream garbled, asked again');
        expect(results.flat()).to.not.include('silent, new stream');
      });
    }

    it('of a transfer close when the upstream has closed in the midst of it', async () => {
      const soa = record(TO_QUESTION, TYPE.SOA, [0, 0, ...new Array(20).fill(0)]);
      const { server: address } = await upstream(({ octets, hangUp }) => {
        setImmediate(hangUp);
        return answerTo(octets, { answers: [soa, record(TO_QUESTION, TYPE.A, [192, 0, 2, 1])] });
      });
      await forwardTo(`tcp://${address}`, 'acl: { transfer: { 127.0.0.1: allow } }');
      const client = await Stream.open({ address: '127.0.0.1', port: server.port });
      const startedAt = performance.now();
      client.ask(message({ id: 9, questions: [question('example.com', 252)] }));
      expect((await client.next())[3]! & 0x0f).to.equal(0);
      await client.ended;
      client.close();
      expect(performance.now() - startedAt).to.be.below(IDLE_MS / 2);
    });
  });
}
