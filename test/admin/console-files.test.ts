import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { expect } from 'chai';
import { buildConsole } from '../../scripts/build-console.ts';
import { type ConsoleBuild, hashSources, readBuild } from '../../src/admin/console-build.ts';
import { CONSOLE_NEEDS, consoleHandlers } from '../../src/admin/console-files.ts';
import { type AdminHttp, listenAdmin } from '../../src/admin/http.ts';
import { Identities } from '../../src/admin/identities.ts';
import { ask } from '../world/http.ts';

/** Octets of the first view. */
const MOST = 120_000;

describe('admin/console-files', () => {
  let folder: string;
  let build: ConsoleBuild;
  let admin: AdminHttp;
  let base: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-console-'));
    const url = pathToFileURL(`${folder}/`);
    build = await buildConsole(url);
    const tokens = [{ name: 'ops', token: 'secret', may: 'reload' }] as const;
    admin = await listenAdmin({
      ...{ address: '127.0.0.1', port: 0, identities: new Identities(tokens) },
      ...{ handlers: consoleHandlers({ folder: url }), needs: CONSOLE_NEEDS },
    });
    base = `http://127.0.0.1:${admin.port}`;
  });
  after(() => {
    admin.close();
    rmSync(folder, { recursive: true });
  });

  it('is a page to whoever comes, and nothing from elsewhere', async () => {
    const response = await fetch(base);
    expect(response.status).to.equal(200);
    const policy = response.headers.get('content-security-policy');
    expect(policy).to.match(/^default-src 'self'; frame-ancestors 'none'/);
    expect(policy).to.not.include('unsafe');
    const page = await response.text();
    expect(page).to.not.match(/https?:|<script>|<style|\son\w+=|style=/);
    for (const [, path] of page.matchAll(/(?:href|src)="([^"]+)"/g)) {
      expect(path).to.match(/^console\/[\w-]+\.\w+$/);
      const file = await fetch(`${base}/${path}`);
      expect(file.status, path).to.equal(200);
      expect(file.headers.get('cache-control')).to.include('immutable');
    }
  });

  it('is small', async () => {
    const sizes = build.files.map(({ name }) => readFileSync(join(folder, `${name}.gz`)).length);
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.below(MOST);
  });

  it('comes packed to whoever takes that, and plain to others', async () => {
    for (const { name, type } of build.files) {
      const path = name === 'index.html' ? '' : `console/${name}`;
      const plain = await fetch(`${base}/${path}`, { headers: { 'accept-encoding': 'identity' } });
      expect(plain.headers.get('content-type')).to.equal(type);
      const text = Buffer.from(await plain.arrayBuffer());
      expect(gunzipSync(readFileSync(join(folder, `${name}.gz`))).equals(text)).to.equal(true);
      const packed = await fetch(`${base}/${path}`, { headers: { 'accept-encoding': 'gzip' } });
      expect(packed.headers.get('content-encoding')).to.equal('gzip');
    }
  });

  it('has the session in the page where nobody has to log in, and asks for it where tokens are', async () => {
    expect(await (await fetch(base)).text()).to.include('<div id="console"></div>');
    let visits = 0;
    const open = await listenAdmin({
      ...{ address: '127.0.0.1', port: 0, identities: new Identities([]) },
      handlers: consoleHandlers({ folder: pathToFileURL(`${folder}/`), visited: () => visits++ }),
      needs: CONSOLE_NEEDS,
    });
    const response = await fetch(`http://127.0.0.1:${open.port}`);
    open.close();
    expect(response.headers.get('cache-control')).to.equal('no-store');
    const [, session] = /data-session="([^"]*)"/.exec(await response.text()) ?? [];
    expect(JSON.parse(session!.replaceAll('&quot;', '"'))).to.deep.equal({
      ...{ login: false, name: 'loopback', may: 'reload' },
    });
    expect(visits).to.equal(1);
  });

  it('may be visited from a link on another page, and embedded by none', async () => {
    const visit = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' };
    expect((await ask(admin, '/', { headers: visit })).status).to.equal(200);
    const embedded = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' };
    expect((await ask(admin, '/', { headers: embedded })).status).to.equal(403);
  });

  for (const path of [
    'console/..%2fbuild.json',
    'console/build.json',
    'console/',
    'console/x.js',
  ]) {
    it(`has nothing at ${path}`, async () => {
      expect((await fetch(`${base}/${path}`)).status).to.be.oneOf([401, 404]);
    });
  }

  it('is not served when it is stale, damaged or missing', async () => {
    const other = mkdtempSync(join(tmpdir(), 'rcode5-console-'));
    const url = pathToFileURL(`${other}/`);
    expect(readBuild(url)).to.match(/^it has not been built; run npm run build:console$/);
    cpSync(folder, other, { recursive: true });
    expect(readBuild(url)).to.deep.equal(build);
    expect(readBuild(url, 'other sources')).to.match(/^it was built from other sources/);
    const text = JSON.stringify({ ...build, version: '0.0.0' });
    writeFileSync(join(other, 'build.json'), text);
    expect(readBuild(url)).to.match(/^it was built for 0\.0\.0/);
    const reply = await consoleHandlers({ folder: url })['GET /']!(
      new URL(base),
      {} as never,
      {
        header: () => undefined,
      } as never,
    );
    expect(reply).to.include({ status: 503 });
    rmSync(other, { recursive: true });
  });

  it('is known by its sources', () => {
    expect(hashSources()).to.match(/^[0-9a-f]{64}$/);
    expect(hashSources(pathToFileURL(`${folder}/`))).to.equal(undefined);
  });
});
