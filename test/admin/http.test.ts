import { expect } from 'chai';
import { type AdminHandler, type AdminHttp, jsonReply, listenAdmin } from '../../src/admin/http.ts';
import { Identities } from '../../src/admin/identities.ts';
import { ask, type HttpRequest } from '../world/http.ts';

const HANDLERS: Readonly<Record<string, AdminHandler>> = {
  'GET /text': () => ({ status: 200, body: 'text\n' }),
  'GET /json': (url) => jsonReply({ a: url.searchParams.get('a') }),
  'GET /long': () => jsonReply({ long: 'long '.repeat(1000) }),
  'POST /json': async () => jsonReply({ posted: true }, 422),
  'GET /stream': (_url, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('first');
    setImmediate(() => response.end(' last'));
    return 'streaming';
  },
  'GET /broken': () => {
    throw new Error('a handler is broken');
  },
  'GET /half': async (_url, response) => {
    response.writeHead(200).write('half');
    throw new Error('broken half way');
  },
};

function identitiesOf(token?: string): Identities {
  const now = () => 0;
  return new Identities(token === undefined ? [] : [{ name: 'admin', token, may: 'reload' }], now);
}

describe('observe/admin', () => {
  let admin: AdminHttp;
  afterEach(() => admin?.close());

  async function listen(token?: string): Promise<void> {
    admin = await listenAdmin({
      address: '127.0.0.1',
      port: 0,
      identities: identitiesOf(token),
      handlers: HANDLERS,
    });
  }

  async function status(target: string, request?: HttpRequest): Promise<number> {
    return (await ask(admin, target, request)).status;
  }

  it('shares its address with another that is to share it, and with no other', async () => {
    const options = { address: '127.0.0.1', identities: identitiesOf(), handlers: HANDLERS };
    admin = await listenAdmin({ ...options, port: 0, isShared: true });
    const again = { ...options, port: admin.port };
    const refused = await listenAdmin(again).catch((error) => error.code);
    expect(refused).to.equal('EADDRINUSE');
    const other = await listenAdmin({ ...again, isShared: true });
    other.close();
    expect(await status('/text')).to.equal(200);
  });

  it('packs what is long for those who take that', async () => {
    await listen();
    const url = `http://127.0.0.1:${admin.port}`;
    for (const [path, accepted, encoding] of [
      ['long', 'br, gzip', 'gzip'],
      ['long', 'identity', null],
      ['json', 'gzip', null],
      ['text', 'gzip', null],
    ] as const) {
      const response = await fetch(`${url}/${path}`, { headers: { 'accept-encoding': accepted } });
      expect(response.headers.get('content-encoding'), `${path} ${accepted}`).to.equal(encoding);
      if (path === 'long') {
        expect(response.headers.get('vary')).to.equal('accept-encoding');
        expect(await response.json()).to.deep.equal({ long: 'long '.repeat(1000) });
      }
    }
  });

  it('answers what its handlers say', async () => {
    await listen();
    expect(await ask(admin, '/text')).to.deep.equal({
      status: 200,
      type: 'text/plain',
      body: 'text\n',
    });
    expect(await ask(admin, '/json?a=b%20c')).to.deep.equal({
      status: 200,
      type: 'application/json',
      body: '{"a":"b c"}\n',
    });
    expect(await ask(admin, '/json', { method: 'POST' })).to.deep.equal({
      status: 422,
      type: 'application/json',
      body: '{"posted":true}\n',
    });
  });

  it('leaves a stream to its handler', async () => {
    await listen();
    expect(await ask(admin, '/stream')).to.include({ status: 200, body: 'first last' });
  });

  it('says what there is when it is asked for something else', async () => {
    await listen();
    const reply = await ask(admin, '/nothing');
    expect(reply.status).to.equal(404);
    expect(reply.body).to.match(/^nothing at \/nothing; expect GET \/text, GET \/json, /);
  });

  const methods = [
    { method: 'DELETE', target: '/json', expects: 'expect GET /json, POST /json\n' },
    { method: 'POST', target: '/text', expects: 'expect GET /text\n' },
  ];
  for (const { method, target, expects } of methods) {
    it(`says how ${target} may be asked when it is asked by ${method}`, async () => {
      await listen();
      expect(await ask(admin, target, { method })).to.include({ status: 405, body: expects });
    });
  }

  it('says that a handler is broken, and goes on', async () => {
    await listen();
    expect(await ask(admin, '/broken')).to.include({ status: 500, body: 'a handler is broken\n' });
    expect(await ask(admin, '/half')).to.include({ status: 200, body: 'half' });
    expect(await status('/text')).to.equal(200);
  });

  for (const target of ['//', '/%', '//127.0.0.1:x/text', '*', '/text/../text']) {
    it(`goes on after the target ${target}`, async () => {
      await listen();
      expect(await status(target)).to.be.oneOf([200, 400, 404, 500]);
      expect(await status('/text')).to.equal(200);
    });
  }

  describe('observe/admin Host', () => {
    const own = ['127.0.0.1', '127.0.0.1:8053', 'localhost', 'localhost:1', '[::1]:8053'];
    for (const host of own) {
      it(`may be ${host}`, async () => {
        await listen();
        expect(await status('/text', { headers: { host } })).to.equal(200);
      });
    }

    const others = ['evil.example', 'evil.example:8053', '192.0.2.1', 'localhost.evil.example'];
    for (const host of others) {
      it(`may not be "${host}", a name that somebody else made up`, async () => {
        await listen();
        const reply = await ask(admin, '/text', { headers: { host } });
        expect(reply).to.include({
          status: 403,
          body: `Host ${host} is not this server; ask for 127.0.0.1\n`,
        });
      });
    }

    it('may be any for whoever has the token', async () => {
      await listen('secret');
      const headers = { host: 'ns1.example', authorization: 'Bearer secret' };
      expect(await status('/text', { headers })).to.equal(200);
    });
  });

  describe('observe/admin Origin', () => {
    it('may be the server itself', async () => {
      await listen();
      const host = `127.0.0.1:${admin.port}`;
      expect(await status('/text', { headers: { host, origin: `http://${host}` } })).to.equal(200);
    });

    for (const origin of [
      'http://evil.example',
      'null',
      'http://127.0.0.1:1',
      'https://localhost',
    ]) {
      it(`may not be ${origin}`, async () => {
        await listen();
        const reply = await ask(admin, '/json', { method: 'POST', headers: { origin } });
        expect(reply).to.include({ status: 403, body: `Origin ${origin} may not ask\n` });
      });
    }
  });

  describe('observe/admin Sec-Fetch-Site', () => {
    for (const { site, status: expected } of [
      { site: 'none', status: 200 },
      { site: 'same-origin', status: 200 },
      { site: 'same-site', status: 403 },
      { site: 'cross-site', status: 403 },
    ]) {
      it(`${expected === 200 ? 'may' : 'may not'} be ${site}`, async () => {
        await listen();
        const headers = { 'sec-fetch-site': site };
        expect(await status('/text', { headers })).to.equal(expected);
      });
    }
  });

  it('tells browsers to take no answer for a page', async () => {
    await listen();
    const { headers } = await fetch(`http://127.0.0.1:${admin.port}/<script>`);
    expect(headers.get('x-content-type-options')).to.equal('nosniff');
    expect(headers.get('content-type')).to.equal('text/plain');
  });

  it('answers anybody where it is open', async () => {
    const options = {
      address: '127.0.0.1',
      port: 0,
      identities: identitiesOf(),
      handlers: HANDLERS,
    };
    admin = await listenAdmin({ ...options, isOpen: true });
    const headers = { host: 'lb.example', origin: 'http://lb.example', 'sec-fetch-site': 'none' };
    expect(await status('/text', { headers })).to.equal(200);
  });

  describe('observe/admin token', () => {
    const wrong: { what: string; authorization?: string }[] = [
      { what: 'no token' },
      { what: 'another token', authorization: 'Bearer secreT' },
      { what: 'a part of the token', authorization: 'Bearer secre' },
      { what: 'more than the token', authorization: 'Bearer secrets' },
      { what: 'a token that is very long', authorization: `Bearer ${'secret'.repeat(1000)}` },
      { what: 'the token by itself', authorization: 'secret' },
      { what: 'the token as a password', authorization: 'Basic c2VjcmV0' },
    ];
    for (const { what, authorization } of wrong) {
      it(`keeps out whoever has ${what}`, async () => {
        await listen('secret');
        const headers = authorization === undefined ? {} : { authorization };
        expect(await status('/text', { headers })).to.equal(401);
        expect(await status('/nothing', { headers })).to.equal(401);
      });
    }

    it('lets in whoever has it', async () => {
      await listen('secret');
      const headers = { authorization: 'Bearer secret' };
      expect(await status('/text', { headers })).to.equal(200);
    });
  });

  it('rejects when the address is in use', async () => {
    await listen();
    const { address, port } = admin;
    const options = { address, port, identities: identitiesOf(), handlers: HANDLERS };
    const error = await listenAdmin(options).catch((reason) => reason);
    expect(error).to.include({ code: 'EADDRINUSE' });
  });

  it('lets go of the address and of those who listen to a stream', async () => {
    const { address, port } = await listenAdmin({
      address: '127.0.0.1',
      port: 0,
      identities: identitiesOf(),
      handlers: {},
    }).then((first) => {
      first.close();
      return first;
    });
    admin = await listenAdmin({
      address,
      port,
      identities: identitiesOf(),
      handlers: {
        'GET /endless': (_url, response) => {
          response.writeHead(200).write('begun');
          setImmediate(() => admin.close());
          return 'streaming';
        },
      },
    });
    expect(await ask(admin, '/endless')).to.include({ status: 200 });
  });
});
