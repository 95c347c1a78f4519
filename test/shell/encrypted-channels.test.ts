import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TlsOptions } from 'node:tls';
import { expect } from 'chai';
import { loadLibc } from '../../src/transport/libc.ts';
import { keyHash } from '../../src/transport/tls-client.ts';
import type { TlsIdentity } from '../../src/transport/tls-handshakes.ts';
import { describeWith } from '../e2e/processes.ts';
import { Authority, type Issue } from '../world/authority.ts';
import { askUdp, framed } from '../world/client.ts';
import { Flag, message, opt, question } from '../world/messages.ts';
import { passOver } from '../world/needs.ts';
import { SecureUpstream } from '../world/secure-upstream.ts';
import { ServedSite } from '../world/served-site.ts';
import { answerTo } from '../world/upstream.ts';
import { inTurn } from '../world/whole.ts';

const libc = loadLibc();
/** Who speaks TLS: the main thread over node:tls, or a data thread over OpenSSL itself. */
const SHELLS = [
  { shell: 'portable', threads: 0 },
  { shell: 'batch', threads: 1 },
] as const;
const NAME = 'dns.example';
const MANY = 20;
/** Octets of which a padded query has a multiple. */
const BLOCK = 128;
const SERVFAIL = 2;

function query(name: string): Uint8Array {
  return message({ id: 7, flags: Flag.RD, questions: [question(name)], additionals: [opt()] });
}

/** By one authority for all tests: each costs some processes. */
let authority: Authority;
let folder: string;
const issued: Record<string, TlsIdentity> = {};

before(() => {
  folder = mkdtempSync(join(tmpdir(), 'rcode5-tls-'));
});
after(() => rmSync(folder, { recursive: true }));

for (const [variant, { shell, threads }] of SHELLS.entries()) {
  describeWith(['openssl'], `shell, upstreams by TLS (${shell})`, function () {
    this.timeout(180_000);
    const it = inTurn(variant, SHELLS.length);
    let site: ServedSite;
    let upstream: SecureUpstream;

    before(function () {
      if (shell === 'batch' && typeof libc === 'string') passOver(this, libc);
      authority ??= new Authority(folder);
    });
    beforeEach(() => {
      site = new ServedSite();
    });
    afterEach(async () => {
      await site.close();
      upstream?.close();
    });

    const identity = (issue: Issue = {}) => {
      const wanted = JSON.stringify(issue);
      issued[wanted] ??= authority.issue(NAME, issue);
      const { certificate, key } = issued[wanted];
      return { cert: certificate, key };
    };

    /** Serves with the upstream; `more` is for the group. */
    async function serve(
      started: SecureUpstream,
      more = `ca: ${authority.file}`,
      timeout = '600ms',
    ): Promise<void> {
      upstream = started;
      const common = `
threads: ${threads}
listen: ["127.0.0.1:0"]
admin: { listen: "127.0.0.1:0" }
decisionLog: { to: decisions.log, record: all }
cache: { entries: 0 }
upstreams: { default: { servers: ["tls://127.0.0.1:${upstream.port}#${NAME}"], timeout: ${timeout}, attempts: 2, ${more} } }`;
      site.configure('', common);
      await site.start();
    }

    const serveSecure = async (options: TlsOptions = {}, more?: string, timeout?: string) =>
      serve(await SecureUpstream.start({ ...identity(), ...options }), more, timeout);

    const ask = async (name: string) => (await askUdp(site.target(), query(name)))[3]! & 0x0f;
    const askMany = (count = MANY) =>
      Promise.all(Array.from({ length: count }, (_, i) => ask(`n${i}.example`)));
    const record = () => site.records().at(-1)!;
    const results = () => (record().attempts ?? []).map(({ rcode }) => rcode);
    const FINE = Array(MANY).fill(0);

    /** How often handshakes have failed, by their reason. */
    async function failures(): Promise<Record<string, number>> {
      const { body } = await site.http('/metrics');
      const series = body.matchAll(
        /^rcode5_upstream_handshake_failures_total\{.*reason="([\w-]+)"\} (\d+)$/gm,
      );
      return Object.fromEntries([...series].map(([, reason, value]) => [reason!, Number(value)]));
    }

    it('answers many at once by few connections, in any order', async () => {
      await serveSecure();
      const held: (() => void)[] = [];
      upstream.script = (asked, socket) => {
        // What the program asks by itself is none of it.
        if (!/^n\d+$/.test(asked.toString('latin1', 13, 13 + asked[12]!))) return;
        held.push(() => socket.write(framed(answerTo(asked))));
        if (held.length === MANY) for (const release of held.toReversed()) release();
      };
      expect(await askMany()).to.deep.equal(FINE);
      expect(upstream.connections.length).to.be.below(MANY / 2);
      expect(record().upstream).to.include({ transport: 'dot', certificate: NAME });
    });

    it('pads what it asks', async () => {
      await serveSecure();
      await ask('a.example');
      await ask(`${'long.'.repeat(20)}example`);
      const lengths = upstream.questions.map(({ length }) => length % BLOCK);
      expect(new Set(lengths)).to.deep.equal(new Set([0]));
    });

    it('loses nothing to a server that closes each connection after an answer, and resumes sessions', async () => {
      // A handshake for each question, one after another, takes its time on a busy machine.
      await serveSecure({}, undefined, '10s');
      upstream.script = (asked, socket) => socket.end(framed(answerTo(asked)));
      for (let i = 0; i < 4; i++) expect(await ask(`n${i}.example`)).to.equal(0);
      expect(upstream.resumed[0]).to.equal(false);
      expect(upstream.resumed.slice(1)).to.include(true);
      expect(await askMany()).to.deep.equal(FINE);
    });

    it('goes on by another connection when the server has closed an idle one', async () => {
      await serveSecure();
      expect(await ask('a.example')).to.equal(0);
      const idle = [...upstream.connections];
      for (const socket of idle) {
        socket.end();
        if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve));
      }
      expect(await ask('b.example')).to.equal(0);
      expect(upstream.connections).to.have.lengthOf(idle.length + 1);
      expect(results()).to.deep.equal([]);
    });

    it('leaves a connection that is mute after its first answer', async () => {
      await serveSecure();
      const seen = new Set<unknown>();
      upstream.script = (asked, socket) => {
        if (seen.has(socket)) return;
        seen.add(socket);
        socket.write(framed(answerTo(asked)));
      };
      expect(await ask('a.example')).to.equal(0);
      expect(await ask('b.example')).to.equal(0);
      expect(new Set(results())).to.deep.equal(new Set(['silent, new stream']));
    });

    it('puts answers together that come in many records', async () => {
      await serveSecure();
      upstream.script = async (asked, socket) => {
        for (const octet of framed(answerTo(asked))) {
          await new Promise((resolve) => socket.write(Uint8Array.of(octet), resolve));
        }
      };
      expect(await ask('a.example')).to.equal(0);
    });

    const certificates = [
      {
        what: 'has expired',
        issue: { from: new Date('2019-01-01'), to: new Date('2020-02-03') },
        reason: 'expired',
        evidence: 'certificate expired on 2020-02-03',
      },
      {
        what: 'is not valid yet',
        issue: { from: new Date('2090-01-02'), to: new Date('2091-01-01') },
        reason: 'not-yet-valid',
        evidence: 'certificate is not valid before 2090-01-02',
      },
      {
        what: 'is for another name',
        issue: { names: ['other.example'] },
        reason: 'name',
        evidence: 'name dns.example does not match the certificate: it is for other.example',
      },
    ];
    for (const { what, issue, reason, evidence } of certificates) {
      it(`asks nothing of a server whose certificate ${what}`, async () => {
        await serveSecure(identity(issue));
        expect(await ask('a.example')).to.equal(SERVFAIL);
        expect(results()).to.deep.equal([evidence, evidence]);
        expect(record()).to.deep.include({ event: 'failed', ede: [22] });
        expect(upstream.questions).to.deep.equal([]);
        expect(await failures()).to.have.all.keys(reason);
      });

      it(`asks it with a word in the configuration, and says that it ${what}`, async () => {
        const more = `ca: ${authority.file}, privacy: opportunistic`;
        await serveSecure(identity(issue), more);
        expect(await ask('a.example')).to.equal(0);
        expect(record().upstream).to.include({ transport: 'dot', unverified: evidence });
        expect(await failures()).to.deep.equal({});
      });
    }

    it('does not believe other authorities than it has been told of', async () => {
      const stranger = new Authority(join(folder, 'stranger'), 'stranger');
      await serveSecure({}, `ca: ${stranger.file}`);
      expect(await ask('a.example')).to.equal(SERVFAIL);
      expect(results()[0]).to.equal('certificate issued by CN=authority is not trusted');
      expect(upstream.questions).to.deep.equal([]);
    });

    it('believes nobody but known authorities without one', async () => {
      await serveSecure({}, 'probe: 0');
      expect(await ask('a.example')).to.equal(SERVFAIL);
      expect(results()[0]).to.equal('certificate issued by CN=authority is not trusted');
    });

    it('wants a pinned key besides', async () => {
      const shown = identity();
      const pin = keyHash(new X509Certificate(shown.cert));
      const pinned = (hash: string) => `ca: ${authority.file}, pins: ["sha256/${hash}"]`;
      await serveSecure(shown, pinned(pin));
      expect(await ask('a.example')).to.equal(0);
      await site.stop();
      upstream.close();
      await serveSecure(shown, pinned(Buffer.alloc(32).toString('base64')));
      expect(await ask('a.example')).to.equal(SERVFAIL);
      expect(results()[0]).to.equal(`no key of the certificate is pinned: it has sha256/${pin}`);
    });

    const strangers = [
      {
        what: 'speaks another protocol',
        start: () => SecureUpstream.start({ ...identity(), ALPNProtocols: ['h2'] }),
        evidence: 'the server speaks another protocol there (ALPN)',
      },
      {
        what: 'speaks old versions alone',
        start: () =>
          SecureUpstream.start({
            ...identity(),
            minVersion: 'TLSv1.1',
            maxVersion: 'TLSv1.1',
            ciphers: 'DEFAULT:@SECLEVEL=0',
          }),
        evidence: 'the server speaks neither TLS 1.2 nor TLS 1.3',
      },
      {
        what: 'does not speak TLS',
        start: () => SecureUpstream.plain((socket) => socket.end('HTTP/1.1 400 Bad\r\n\r\n')),
        evidence: 'the server does not speak TLS there',
      },
      {
        what: 'closes the connection in the handshake',
        start: () => SecureUpstream.plain((socket) => socket.once('data', () => socket.end())),
        evidence: 'the server closed the connection during the TLS handshake',
      },
      {
        what: 'resets the connection in the handshake',
        start: () =>
          SecureUpstream.plain((socket) => socket.once('data', () => socket.resetAndDestroy())),
        evidence: 'the server reset the connection during the TLS handshake',
      },
      {
        what: 'is silent',
        start: () => SecureUpstream.plain((socket) => socket.resume()),
        evidence: 'timeout in the TLS handshake',
        ede: 23,
      },
      {
        what: 'stalls in the handshake',
        start: () => SecureUpstream.plain((socket) => socket.write(Uint8Array.of(22, 3, 3, 0, 99))),
        evidence: 'timeout in the TLS handshake',
        ede: 23,
      },
    ];
    for (const { what, start, evidence, ede = 22 } of strangers) {
      it(`fails by name with a server that ${what}`, async () => {
        await serve(await start());
        expect(await ask('a.example')).to.equal(SERVFAIL);
        expect(results()).to.deep.equal([evidence, evidence]);
        expect(record().ede).to.deep.equal([ede]);
      });
    }

    it('costs a server whose certificate is not in order few handshakes', async () => {
      await serveSecure(identity({ names: ['other.example'] }));
      expect(await askMany()).to.deep.equal(Array(MANY).fill(SERVFAIL));
      expect(upstream.connections.length).to.be.below(MANY);
    });
  });
}
