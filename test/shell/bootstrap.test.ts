import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { loadLibc } from '../../src/transport/libc.ts';
import { describeWith } from '../e2e/processes.ts';
import { Authority } from '../world/authority.ts';
import { askUdp } from '../world/client.ts';
import { Flag, message, question, record, TO_QUESTION, TYPE } from '../world/messages.ts';
import { passOver } from '../world/needs.ts';
import { SecureUpstream } from '../world/secure-upstream.ts';
import { ServedSite } from '../world/served-site.ts';
import { answerTo, Upstream } from '../world/upstream.ts';

const libc = loadLibc();
const NAME = 'dns.example';
const HEADER = 12;

for (const threads of [0, 1]) {
  describeWith(
    ['openssl'],
    `shell, an upstream whose name is looked up (threads: ${threads})`,
    () => {
      let folder: string;
      let site: ServedSite;
      let plain: Upstream;
      let secure: SecureUpstream;

      before(function () {
        if (threads > 0 && typeof libc === 'string') passOver(this, libc);
      });
      beforeEach(async () => {
        folder = mkdtempSync(join(tmpdir(), 'rcode5-tls-'));
        const authority = new Authority(folder);
        const { certificate: cert, key } = authority.issue(NAME);
        secure = await SecureUpstream.start({ cert, key });
        plain = await Upstream.start();
        site = new ServedSite();
        site.configure(
          `upstreams:
  default: { servers: ["tls://${NAME}:${secure.port}"], ca: ${authority.file}, bootstrap: plain }
  plain: { servers: ["${plain.server}"] }
`,
          `threads: ${threads}
listen: ["127.0.0.1:0"]
admin: { listen: "127.0.0.1:0" }
decisionLog: { to: decisions.log, record: all }
cache: { entries: 0 }`,
        );
      });
      afterEach(async () => {
        await site.close();
        plain.close();
        secure.close();
        rmSync(folder, { recursive: true });
      });

      const ask = async (name: string) => {
        const asked = message({ id: 7, flags: Flag.RD, questions: [question(name)] });
        return (await askUdp(site.target(), asked))[3]! & 0x0f;
      };

      it('is asked at the address that the other group has for it', async () => {
        const local = record(TO_QUESTION, TYPE.A, [127, 0, 0, 1]);
        plain.script = ({ octets, name }) => {
          if (name !== `${NAME}.`) return answerTo(octets);
          const isA = octets.readUInt16BE(HEADER + question(NAME).length - 4) === TYPE.A;
          return answerTo(octets, { answers: isA ? [local] : [] });
        };
        await site.start();
        let rcode = -1;
        // Until it has been looked up there is nobody to ask.
        for (let i = 0; rcode !== 0; i++) rcode = await ask(`n${i}.example`);
        expect(site.records().at(-1)!.upstream).to.include({
          address: `tls://127.0.0.1:${secure.port}#${NAME}`,
          certificate: NAME,
        });
      });

      it('fails as long as nobody knows its address, and asks nobody else', async () => {
        plain.script = ({ octets }) => answerTo(octets, { rcode: 3 });
        await site.start();
        expect(await ask('a.example')).to.equal(2);
        expect(site.records().at(-1)).to.deep.include({ event: 'failed', ede: [22] });
        expect(plain.asked.filter(({ name }) => name === 'a.example.')).to.deep.equal([]);
      });
    },
  );
}
