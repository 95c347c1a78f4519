import { expect } from 'chai';
import { dig, kdig } from './dig.ts';
import { findPort } from './peers.ts';
import { SECRET, startBindPrimary, ZONE, type ZonePrimary } from './primaries.ts';
import { cleanUp, describeWith, run } from './processes.ts';
import { type Rcode5, Site, serve } from './rcode5.ts';

const KEY = `hmac-sha256:vendor-key:${SECRET}`;
const STRANGER = '127.0.0.2';
/** More than one message holds. */
const OWNERS = Array.from({ length: 4000 }, (_, i) => `n${i}.of.a.name.that.takes.some.room`);

describeWith(
  ['named', 'dig', 'kdig', 'nsupdate'],
  'transfers and updates through the forwarder',
  () => {
    let primary: ZonePrimary;
    let server: Rcode5;

    before(async () => {
      primary = await startBindPrimary(OWNERS, await findPort());
      server = await serve(
        new Site(`acl:
  query: { 127.0.0.0/8: allow }
  transfer: { 127.0.0.1: allow }
  update: { 127.0.0.1: allow }
upstreams: { default: { servers: ["127.0.0.1:${primary.port}"] } }
`),
      );
    });
    after(cleanUp);

    /** An update that adds an address, signed, from one of our addresses. */
    function update(owner: string, from: string) {
      const commands = [
        `server 127.0.0.1 ${server.port}`,
        `local ${from}`,
        `zone ${ZONE}`,
        `key hmac-sha256:vendor-key ${SECRET}`,
        `update add ${owner}.${ZONE} 60 A 192.0.2.1`,
        'send',
        '',
      ];
      return run('nsupdate', [], commands.join('\n'));
    }

    it('passes a signed AXFR on, all of its messages, and the signatures hold', async () => {
      const { text } = await dig(server.port, '-y', KEY, ZONE, 'AXFR');
      const [, records, messages] = /XFR size: (\d+) records \(messages (\d+)/.exec(text) ?? [];
      // The SOA stands at both ends, and NS between them.
      expect(Number(records), text.slice(0, 400)).to.equal(OWNERS.length + 3);
      expect(Number(messages)).to.be.above(1);
      // dig says it of a message that is not signed by the key.
      expect(text).to.not.match(/Couldn't verify signature|TSIG could not be validated|BADSIG/);
      expect(text).to.match(/vendor-key\.\s+0\s+ANY\s+TSIG/);
    });

    it('passes a signed IXFR on', async () => {
      const { text } = await kdig(server.port, '-y', KEY, '+tcp', ZONE, 'IXFR=6');
      expect(text).to.match(/SOA\s+ns\.example\. host\.example\. 7 /);
      expect(text).to.match(/Received \d+ B/);
    });

    it('passes a signed update on, once, and the answer is verified', async () => {
      const { code, stdout, stderr } = await update('added', '127.0.0.1');
      expect([code, stdout, stderr]).to.deep.equal([0, '', '']);
      const { text } = await dig(server.port, `added.${ZONE}`, 'A');
      expect(text).to.match(/IN\s+A\s+192\.0\.2\.1/);
    });

    it('says what the primary says to a key that it does not know', async () => {
      const unknown = `hmac-sha256:other-key:${SECRET}`;
      const { text } = await dig(server.port, '-y', unknown, ZONE, 'AXFR');
      expect(text).to.match(/BADKEY|NOTAUTH|Transfer failed/);
    });

    it('refuses a transfer to others, and says why', async () => {
      const { text } = await dig(server.port, '-b', STRANGER, '-y', KEY, ZONE, 'AXFR');
      expect(text).to.match(/Transfer failed/);
      const record = server.site.records().at(-1)!;
      expect(record).to.deep.include({
        event: 'refused',
        client: STRANGER,
        layer: 'transfer',
        qtype: 'AXFR',
        hint: `nearest allow: 127.0.0.1/32 at ${server.site.config}:${server.site.lineOf('transfer:')}`,
      });
    });

    it('refuses an update of others, changes nothing, and says why', async () => {
      const { code, stderr } = await update('stolen', STRANGER);
      expect(code).to.equal(2);
      expect(stderr).to.match(/REFUSED/);
      expect(server.site.records().at(-1)).to.deep.include({
        event: 'refused',
        client: STRANGER,
        layer: 'update',
        opcode: 'UPDATE',
      });
      expect((await dig(server.port, `stolen.${ZONE}`, 'A')).status).to.equal('NXDOMAIN');
    });
  },
);
