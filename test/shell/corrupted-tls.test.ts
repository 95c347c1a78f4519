import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadLibc } from '../../src/transport/libc.ts';
import { describeWith } from '../e2e/processes.ts';
import { Authority } from '../world/authority.ts';
import { askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { passOver } from '../world/needs.ts';
import { SecureUpstream } from '../world/secure-upstream.ts';
import { ServedSite } from '../world/served-site.ts';

const libc = loadLibc();
const NAME = 'dns.example';
const ROUNDS = 20;

for (const threads of [0, 1]) {
  describeWith(['openssl'], `shell, TLS that is changed on the way (threads: ${threads})`, () => {
    let folder: string;
    let site: ServedSite;
    let secure: SecureUpstream;
    let between: Server;
    const sockets: Socket[] = [];
    /** Which octet of what the server sends next is changed; none below 0. */
    let corrupt = -1;

    before(function () {
      if (threads > 0 && typeof libc === 'string') passOver(this, libc);
    });
    beforeEach(async () => {
      folder = mkdtempSync(join(tmpdir(), 'rcode5-tls-'));
      const authority = new Authority(folder);
      const { certificate: cert, key } = authority.issue(NAME);
      secure = await SecureUpstream.start({ cert, key });
      between = createServer((client) => {
        const server = connect(secure.port, '127.0.0.1');
        for (const socket of [client, server]) sockets.push(socket.on('error', () => {}));
        client.on('data', (chunk) => server.write(chunk));
        server.on('data', (chunk) => {
          if (corrupt >= 0) chunk[corrupt % chunk.length]! ^= 0x40;
          corrupt = -1;
          client.write(chunk);
        });
        client.on('close', () => server.destroy());
        server.on('close', () => client.destroy());
      });
      between.listen(0, '127.0.0.1');
      await once(between, 'listening');
      const { port } = between.address() as { port: number };
      site = new ServedSite();
      site.configure(
        `upstreams: { default: { servers: ["tls://127.0.0.1:${port}#${NAME}"], ca: ${authority.file}, timeout: 300ms } }`,
        `threads: ${threads}
listen: ["127.0.0.1:0"]
admin: { listen: "127.0.0.1:0" }
decisionLog: { to: decisions.log, record: all }
cache: { entries: 0 }`,
      );
      await site.start();
    });
    afterEach(async () => {
      await site.close();
      for (const socket of sockets.splice(0)) socket.destroy();
      between.close();
      secure.close();
      rmSync(folder, { recursive: true });
    });

    const ask = async (name: string) => {
      const asked = message({ id: 7, flags: Flag.RD, questions: [question(name)] });
      return (await askUdp(site.target(), asked))[3]! & 0x0f;
    };

    it('fails, is never taken for an answer, and is over with the connection', async () => {
      for (let round = 0; round < ROUNDS; round++) {
        corrupt = round * 7;
        // Only the next octets are changed: another connection may answer.
        expect(await ask(`c${round}.example`)).to.be.oneOf([0, 2]);
      }
      corrupt = -1;
      let rcode = 2;
      for (let i = 0; rcode !== 0; i++) rcode = await ask(`d${i}.example`);
      const answered = site.records().filter(({ rcode: said }) => said === 'NOERROR');
      expect(answered.length).to.be.above(0);
    });
  });
}
