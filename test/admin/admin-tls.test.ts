import { readFileSync, utimesSync } from 'node:fs';
import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { describeWith } from '../e2e/processes.ts';
import { writeCertificate } from '../world/certificates.ts';
import { ServedSite } from '../world/served-site.ts';

const SITE = `
threads: 0
listen: ["127.0.0.1:0"]
decisionLog: { to: decisions.log }
upstreams: { default: { servers: ["127.0.0.1:9"] } }
admin: { listen: "127.0.0.1:0", token: secret, tls: { certificate: admin.pem, key: admin.key } }
`;

describeWith(['openssl'], 'admin tls', () => {
  let site: ServedSite;
  before(async () => {
    site = new ServedSite();
    writeCertificate(site.folder, 'admin', { names: ['127.0.0.1'] });
    site.configure('', SITE);
    await site.start();
  });
  after(() => site.close());

  /** The status of a request, the cookie that comes with it, and the certificate shown. */
  function ask(path: string, method = 'GET', body = '') {
    const { address: host, port } = site.server.admin;
    const ca = readFileSync(site.path('admin.pem'));
    const headers = { authorization: 'Bearer secret' };
    return new Promise<{ status: number; cookie: string; serial: string }>((resolve, reject) => {
      const sent = request({ host, port, path, method, ca, headers, agent: false });
      sent.on('error', reject);
      sent.on('response', (response) => {
        const { serialNumber } = (response.socket as TLSSocket).getPeerCertificate();
        const cookie = String(response.headers['set-cookie'] ?? '');
        response.resume();
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, cookie, serial: serialNumber }),
        );
      });
      sent.end(body);
    });
  }

  it('encrypts the admin HTTP, and its cookies are for encrypted connections', async () => {
    expect((await ask('/api/v1/policy')).status).to.equal(200);
    const { cookie } = await ask('/api/v1/session', 'POST', '{"token":"secret"}');
    expect(cookie).to.match(/; Secure$/);
  });

  it('shows another certificate after a reload', async () => {
    const { serial } = await ask('/healthz');
    writeCertificate(site.folder, 'admin', { names: ['127.0.0.1'] });
    utimesSync(site.path('admin.pem'), 1, 1);
    expect((await site.server.reload()).ok).to.equal(true);
    expect((await ask('/healthz')).serial).to.not.equal(serial);
  });
});

describe('admin tokens', () => {
  const BASE = 'upstreams: { default: { servers: ["192.0.2.1"] } }\n';
  const cases = [
    {
      when: 'two have one name',
      admin: 'tokens: [{ name: a, token: x }, { name: a, token: y }]',
      says: /a token named a is there already; expect another name/,
    },
    {
      when: 'one has the name of admin.token',
      admin: 'token: x, tokens: [{ name: admin, token: y }]',
      says: /a token named admin is there already/,
    },
    {
      when: 'two have one token',
      admin: 'tokens: [{ name: a, token: x }, { name: b, token: x }]',
      says: /another name has this token; expect one for each/,
    },
    {
      when: 'a name has other characters',
      admin: 'tokens: [{ name: "a~b", token: x }]',
      says: /"a~b" is not valid; expect a name of letters/,
    },
    {
      when: 'somebody may do something else',
      admin: 'tokens: [{ name: a, token: x, may: write }]',
      says: /"write" is not valid; expect .*read/,
    },
    { when: 'there are none', admin: 'tokens: []', says: /there is nothing in it/ },
    {
      when: 'there is a key too few',
      admin: 'tls: { certificate: [a, b], key: c }',
      says: /1 keys for 2 certificates/,
    },
    {
      when: 'a name has two sources in one item',
      admin: 'token: x }\nclientNames: [{ hosts: a, ptr: default }]\ncache: {',
      says: /expect one source in each item/,
    },
    {
      when: 'a server of the fleet is none',
      admin: 'token: x }\nfleet: ["a b"]\ncache: {',
      says: /"a b" is not valid; expect an address or a host name/,
    },
  ];
  for (const { when, admin, says } of cases) {
    it(`are refused when ${when}`, () => {
      expect(() => parseConfig('a.yaml', `${BASE}admin: { ${admin} }\n`)).to.throw(says);
    });
  }

  it('let the admin HTTP listen off loopback', () => {
    const tokens = 'tokens: [{ name: a, token: x }]';
    const text = `${BASE}admin: { listen: "0.0.0.0:8053", ${tokens} }\n`;
    expect(parseConfig('a.yaml', text).admin.tokens).to.deep.equal([
      { name: 'a', token: 'x', may: 'read' },
    ]);
  });
});
