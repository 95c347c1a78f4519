import { expect } from 'chai';
import { Identities, SESSION_MS } from '../../../src/admin/identities.ts';
import { COOKIE } from '../../../src/admin/request.ts';
import { ServedSite } from '../../world/served-site.ts';

const TOKENS = [
  { name: 'helpdesk', token: 'read-it', may: 'read' },
  { name: 'ops', token: 'reload-it', may: 'reload' },
] as const;
const COMMON = `
threads: 0
listen: ["127.0.0.1:0"]
decisionLog: { to: decisions.log }
upstreams: { default: { servers: ["127.0.0.1:9"] } }
`;
const WITH_TOKENS = `admin: { listen: "127.0.0.1:0", tokens: ${JSON.stringify(TOKENS)} }\n`;

describe('admin/v1 sessions', () => {
  let site: ServedSite;
  before(async () => {
    site = new ServedSite();
    site.configure(WITH_TOKENS, COMMON);
    await site.start();
  });
  after(() => site.close());

  async function logIn(token: string, headers: Record<string, string> = {}) {
    const { address, port } = site.server.admin;
    const url = `http://${address}:${port}/api/v1/session`;
    const body = JSON.stringify({ token });
    const response = await fetch(url, { method: 'POST', body, headers });
    const cookie = response.headers.get('set-cookie') ?? '';
    return { status: response.status, cookie, session: cookie.split(';')[0]! };
  }

  async function status(path: string, cookie: string, method = 'GET'): Promise<number> {
    return (await site.http(path, { method, headers: { cookie } })).status;
  }

  it('let nobody in without a token, loopback included', async () => {
    for (const path of ['/metrics', '/api/policy', '/api/v1/policy', '/api/v1/decisions/stream']) {
      expect((await site.http(path)).status, path).to.equal(401);
    }
    expect(await site.json('/api/v1/session')).to.deep.equal({ login: true });
    expect((await site.http('/')).status).to.be.oneOf([200, 503]);
  });

  it('begin with a token, in a cookie that no script reads and no other site sends', async () => {
    const { status: said, cookie, session } = await logIn('read-it');
    expect(said).to.equal(200);
    expect(cookie).to.match(/^rcode5-session=[^;]+; HttpOnly; SameSite=Strict; Max-Age=43200$/);
    expect(await status('/api/v1/policy', `other=1; ${session}`)).to.equal(200);
    const { body } = await site.http('/api/v1/session', { headers: { cookie: session } });
    expect(JSON.parse(body)).to.deep.equal({ login: false, name: 'helpdesk', may: 'read' });
  });

  it('are for encrypted connections only behind a proxy that ends TLS', async () => {
    const { cookie } = await logIn('read-it', { 'x-forwarded-proto': 'https' });
    expect(cookie).to.match(/; Secure$/);
  });

  it('begin with no other token', async () => {
    for (const token of ['read-i', 'read-it ', 'helpdesk', '']) {
      expect((await logIn(token)).status).to.be.oneOf([400, 401]);
      expect((await logIn(token)).cookie).to.equal('');
    }
    for (const body of ['', '{', '{"token":1}', 'x'.repeat(10_000)]) {
      const reply = await site.http('/api/v1/session', { method: 'POST', body });
      expect(reply.status).to.equal(400);
    }
  });

  it('end when their holder logs out', async () => {
    const { session } = await logIn('ops-it'.replace('ops', 'reload'));
    expect(await status('/api/v1/policy', session)).to.equal(200);
    expect(await status('/api/v1/session', session, 'DELETE')).to.equal(200);
    expect(await status('/api/v1/policy', session)).to.equal(401);
  });

  it('permit what the token does', async () => {
    const [helpdesk, ops] = await Promise.all([logIn('read-it'), logIn('reload-it')]);
    for (const path of ['/api/reload', '/api/v1/reload']) {
      expect(await status(path, helpdesk.session, 'POST')).to.equal(403);
      expect(await status(path, ops.session, 'POST')).to.equal(200);
    }
    const headers = { authorization: 'Bearer read-it' };
    const reply = await site.http('/api/reload', { method: 'POST', headers });
    expect(reply.body).to.equal(
      'helpdesk may read; expect a token of admin.tokens that has "may: reload"\n',
    );
  });

  it('are not taken from a page of another site, nor by another name of the server', async () => {
    const { session } = await logIn('reload-it');
    const headers = { cookie: session, origin: 'http://evil.example' };
    expect((await site.http('/api/v1/reload', { method: 'POST', headers })).status).to.equal(403);
  });

  it('go on when the server is started again', async () => {
    const { session } = await logIn('read-it');
    await site.stop();
    await site.start();
    expect(await status('/api/v1/policy', session)).to.equal(200);
  });
});

describe('admin/identities', () => {
  let now = 0;
  const identities = new Identities(TOKENS, () => now);
  const begin = () => identities.begin('read-it')!.session;

  it('take a session until it ends', () => {
    now = 1000;
    const session = begin();
    now += SESSION_MS - 1;
    expect(identities.of(undefined, session)).to.include({ name: 'helpdesk' });
    now += 1;
    expect(identities.of(undefined, session)).to.equal(undefined);
  });

  it('take no session that somebody has made or changed', () => {
    const session = begin();
    const [name, ends, nonce, signature] = session.split('~');
    const others = [
      '',
      '~~~',
      name!,
      ['ops', ends, nonce, signature].join('~'),
      [name, 'zzzzzzzzz', nonce, signature].join('~'),
      [name, ends, nonce, signature, ''].join('~'),
      [name, ends, nonce].join('~'),
      session.slice(0, -1),
    ];
    for (const other of others) expect(identities.of(undefined, other), other).to.equal(undefined);
  });

  it('take no session of a token that was changed', () => {
    const changed = TOKENS.map((one) => ({ ...one, token: `${one.token}-new` }));
    expect(new Identities(changed, () => now).of(undefined, begin())).to.equal(undefined);
  });

  it('have a cookie of their own', () => {
    expect(COOKIE).to.equal('rcode5-session');
  });
});
