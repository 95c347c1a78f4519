import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { download } from '../../src/transfer/list-download.ts';
import { itWith } from '../e2e/processes.ts';
import { ScriptedLists } from './scripted-lists.ts';

const NEVER = new AbortController().signal;

/** What keeps a download from being done. */
async function failure(task: Promise<unknown>): Promise<string> {
  try {
    await task;
    return 'nothing';
  } catch (error) {
    return (error as Error).message;
  }
}

describe('transfer/list-download', () => {
  let lists: ScriptedLists;
  before(async () => {
    lists = await ScriptedLists.start();
  });
  after(() => lists.close());

  const limits = { size: 1000, time: 20_000, silence: 10_000 };

  it('takes no more octets than it may', async () => {
    lists.serve('a.example\n'.repeat(101));
    expect(await failure(download(lists.url, {}, NEVER, limits))).to.equal('more than 1000 octets');
    lists.serve('a.example\n'.repeat(100));
    const done = await download(lists.url, {}, NEVER, limits);
    expect(done.kind === 'whole' && done.octets.length).to.equal(1000);
  });

  it('takes no longer than it may, also when octets drip', async () => {
    lists.script = (_, response) => {
      const drip = setInterval(() => response.write('a'), 10);
      response.on('close', () => clearInterval(drip));
    };
    const short = { ...limits, time: 150 };
    expect(await failure(download(lists.url, {}, NEVER, short))).to.match(/took more than 150 ms/);
  });

  it('does not wait for who is silent', async () => {
    lists.script = () => {};
    const short = { ...limits, silence: 100 };
    expect(await failure(download(lists.url, {}, NEVER, short))).to.equal('silent for 100 ms');
  });

  it('ends when nobody wants it any more', async () => {
    lists.script = () => {};
    const closing = new AbortController();
    const task = download(lists.url, {}, closing.signal, limits);
    setImmediate(() => closing.abort());
    expect(await failure(task)).to.match(/abort/);
  });

  itWith(['openssl'], 'takes a list from who proves its name, and from nobody else', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const made = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
    const files = ['-nodes', '-days', '2', '-keyout', key, '-out', cert, ...subject];
    execFileSync('openssl', [...made, ...files], { stdio: 'pipe' });
    const identity = { key: readFileSync(key), cert: readFileSync(cert) };
    const server = createServer(identity, (_, response) => response.end('a.example\n'));
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve);
    });
    const { port } = server.address() as AddressInfo;
    const from = (host: string, environment: Readonly<Record<string, string>>) => {
      const module = new URL('../../src/transfer/list-download.ts', import.meta.url).href;
      const script = `import { download } from '${module}';
        const task = download('https://${host}:${port}/', {}, new AbortController().signal);
        await task.then(({ kind }) => console.log(kind), ({ code }) => console.log(code));`;
      const env = { ...process.env, ...environment };
      return promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], { env });
    };
    try {
      const ca = { NODE_EXTRA_CA_CERTS: cert };
      expect((await from('localhost', ca)).stdout).to.equal('whole\n');
      expect((await from('127.0.0.1', ca)).stdout).to.equal('ERR_TLS_CERT_ALTNAME_INVALID\n');
      const lax = { NODE_TLS_REJECT_UNAUTHORIZED: '0' };
      expect((await from('localhost', lax)).stdout).to.equal('DEPTH_ZERO_SELF_SIGNED_CERT\n');
    } finally {
      server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
