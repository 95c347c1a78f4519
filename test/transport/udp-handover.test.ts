import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { expect } from 'chai';
import { type Libc, loadLibc } from '../../src/transport/libc.ts';
import { steerByName } from '../../src/transport/steering.ts';
import { BatchListener, type DatagramPath } from '../../src/transport/udp-batch.ts';
import { message, question } from '../world/messages.ts';
import { passOver } from '../world/needs.ts';

const libc = loadLibc();
const LOOPBACK = 0x7f000001;
/** As many names as it takes that none of two threads would stay without one. */
const NAMES = Array.from({ length: 24 }, (_, i) => `host${i}.example.com`);

const path = (): DatagramPath => ({
  family: 4,
  address: new Uint32Array(4),
  port: 0,
  zoneId: '',
  local: new Uint32Array(4),
  localInterface: 0,
});

for (const { where, word } of [
  { where: 'an address', word: LOOPBACK },
  { where: 'every address', word: 0 },
]) {
  describe(`transport/udp-batch: one process after the other on ${where}`, () => {
    let open: Set<BatchListener>;
    let client: Socket;
    let port: number;

    before(function () {
      if (typeof libc === 'string') passOver(this, libc);
    });
    beforeEach(async () => {
      open = new Set();
      port = 0;
      client = createSocket('udp4');
      client.bind(0, '127.0.0.1');
      await once(client, 'listening');
    });
    afterEach(() => {
      for (const listener of open) listener.close();
      client?.close();
    });

    /** The sockets of a process with two threads, behind `others`. */
    function start(others: number): BatchListener[] {
      const listeners = [0, 1].map(() => {
        const listener = new BatchListener(libc as Libc, {
          family: 4,
          words: Uint32Array.of(word, 0, 0, 0),
          port,
        });
        port = listener.port;
        open.add(listener);
        return listener;
      });
      for (const { fd } of listeners) steerByName(libc as Libc, fd, 2, others);
      return listeners;
    }

    function close(listener: BatchListener): void {
      open.delete(listener);
      listener.close();
    }

    async function sendAll(): Promise<void> {
      for (const [id, name] of NAMES.entries()) {
        const query = message({ id, questions: [question(name, 1)] });
        await new Promise((resolve) => client.send(query, port, '127.0.0.1', resolve));
      }
    }

    const received = (listeners: BatchListener[]) =>
      listeners.map((listener) => listener.receive(path(), () => {}));
    const sum = (counts: number[]) => counts.reduce((a, b) => a + Math.max(b, 0), 0);

    it('steers all queries to both threads of the one that came last', async () => {
      const before = start(0);
      const after = start(2);
      await sendAll();
      expect(sum(received(before))).to.equal(0);
      const counts = received(after);
      expect(sum(counts)).to.equal(NAMES.length);
      for (const count of counts) expect(count).to.be.above(0);
    });

    it('gives the one that leaves what had come, and nothing more', async () => {
      const before = start(0);
      await sendAll();
      const after = start(2);
      for (const listener of before) listener.leave();
      expect(sum(received(before))).to.equal(NAMES.length);
      await sendAll();
      expect(sum(received(before))).to.equal(0);
      expect(sum(received(after))).to.equal(NAMES.length);
    });

    it('loses nothing while the sockets of the one that leaves are closed', async () => {
      const before = start(0);
      const after = start(2);
      for (const listener of before) listener.leave();
      for (const listener of before) {
        close(listener);
        await sendAll();
        expect(sum(received(after))).to.equal(NAMES.length);
      }
    });

    it('steers by name again when the others are gone', async () => {
      for (const listener of start(0)) {
        listener.leave();
        close(listener);
      }
      const after = start(0);
      for (const { fd } of after) steerByName(libc as Libc, fd, 2, 0);
      await sendAll();
      const first = received(after);
      await sendAll();
      expect(received(after)).to.deep.equal(first);
    });

    it('answers from a socket that was left', async () => {
      const [listener] = start(0);
      const from = path();
      await sendAll();
      listener!.leave();
      const answered = once(client, 'message');
      listener!.receive(from, (octets, length) => listener!.send(from, from, octets, length));
      listener!.flush();
      const [, { port: answering }] = await answered;
      expect(answering).to.equal(port);
    });
  });
}
