import { once } from 'node:events';
import { createServer, type Server } from 'node:https';
import { expect } from 'chai';
import { loadLibc } from '../../src/transport/libc.ts';
import { describeWith } from '../e2e/processes.ts';
import { makeIdentity } from '../world/certificates.ts';
import { askUdp } from '../world/client.ts';
import { Flag, message, opt, question } from '../world/messages.ts';
import { passOver } from '../world/needs.ts';
import { ServedSite } from '../world/served-site.ts';

const libc = loadLibc();
const NAME = 'dns.example';
const SERVFAIL = 2;

describeWith(['openssl'], 'shell, upstreams by HTTPS that speak HTTP/1.1 alone', () => {
  const identity = makeIdentity(NAME);
  let site: ServedSite;
  let server: Server;
  let requests: number;

  beforeEach(() => {
    site = new ServedSite();
    requests = 0;
  });
  afterEach(async () => {
    await site.close();
    server.close();
  });

  async function serve(threads: number, ALPNProtocols: readonly string[]): Promise<void> {
    const { certificate: cert, key } = identity;
    server = createServer({ cert, key, ALPNProtocols: [...ALPNProtocols] }, (_, response) => {
      requests++;
      response.end();
    });
    server.on('tlsClientError', () => {});
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    site.write('ca.pem', cert);
    const at = `servers: ["https://${NAME}:${port}/dns-query"], addresses: { ${NAME}: [127.0.0.1] }`;
    site.configure(
      `upstreams: { default: { ${at}, ca: ca.pem, timeout: 600ms, attempts: 1 } }`,
      `
threads: ${threads}
listen: ["127.0.0.1:0"]
admin: { listen: "127.0.0.1:0" }
decisionLog: { to: decisions.log, record: all }
`,
    );
    await site.start();
  }

  for (const threads of [0, 1]) {
    for (const [what, protocols] of [
      ['says so', ['http/1.1']],
      ['knows no ALPN', []],
    ] as const) {
      it(`fail by name where the server ${what}, with threads: ${threads}`, async function () {
        if (threads > 0 && typeof libc === 'string') passOver(this, libc);
        await serve(threads, protocols);
        const parts = { id: 7, flags: Flag.RD, additionals: [opt()] };
        const asked = message({ ...parts, questions: [question('www.example')] });
        const answer = await askUdp(site.target(), asked);
        expect(answer[3]! & 0x0f).to.equal(SERVFAIL);
        const record = site.records().at(-1)!;
        expect(record.attempts!.map(({ rcode }) => rcode)).to.deep.equal([
          'the server does not speak HTTP/2',
        ]);
        const { body } = await site.http('/metrics');
        expect(body).to.match(
          /^rcode5_upstream_handshake_failures_total\{.*reason="alpn"\} [1-9]/m,
        );
        expect(requests).to.equal(0);
      });
    }
  }
});
