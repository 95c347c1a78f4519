import { expect } from 'chai';
import { cacheControl, readQuery } from '../../src/transport/doh-request.ts';
import { message } from '../world/messages.ts';

const QUERY = Buffer.from(message({ id: 7 }));
const DNS = QUERY.toString('base64url');
const NOTHING = Buffer.alloc(0);

describe('transport/doh-request', () => {
  const get = (target: string, method = 'GET') =>
    readQuery({ path: '/dns-query' }, { method, target, contentType: undefined }, NOTHING);
  const post = (contentType: string | undefined, body: Buffer = QUERY) =>
    readQuery({ path: '/dns-query' }, { method: 'POST', target: '/dns-query', contentType }, body);

  const targets = [
    { target: `/dns-query?dns=${DNS}`, is: 'the query' },
    { target: `/dns-query?x=1&dns=${DNS}`, is: 'the query' },
    { target: `/dns-query?dns=${DNS}&ct=application/dns-message`, is: 'the query' },
    { target: `/dns-query?dns=${DNS}==`, is: 'the query' },
    { target: `/dns-query?dns=${DNS}%3d`, is: 'the query' },
    { target: '/dns-query', is: 400 },
    { target: '/dns-query?', is: 400 },
    { target: '/dns-query?dns=', is: 400 },
    { target: `/dns-query?DNS=${DNS}`, is: 400 },
    { target: `/dns-query?dns=${DNS}&dns=${DNS}`, is: 400 },
    { target: '/dns-query?dns=AAAA', is: 400 },
    { target: `/dns-query?dns=${DNS}A`, is: 400 },
    { target: `/dns-query?dns=${DNS.replace('A', '*')}`, is: 400 },
    { target: `/dns-query?dns=${DNS.replace('A', '+')}`, is: 400 },
    { target: `/dns-query/?dns=${DNS}`, is: 404 },
    { target: `/?dns=${DNS}`, is: 404 },
    { target: `/DNS-query?dns=${DNS}`, is: 404 },
    { target: '', is: 404 },
  ];
  for (const { target, is } of targets) {
    it(`finds ${is} in GET ${target}`, () => {
      expect(get(target)).to.deep.equal(typeof is === 'number' ? is : QUERY);
    });
  }

  it('takes HEAD like GET, and no other method', () => {
    expect(get(`/dns-query?dns=${DNS}`, 'HEAD')).to.deep.equal(QUERY);
    for (const method of ['PUT', 'DELETE', 'OPTIONS', 'get', 'CONNECT']) {
      expect(get(`/dns-query?dns=${DNS}`, method), method).to.equal(405);
    }
  });

  const types = [
    { type: 'application/dns-message', is: 'the query' },
    { type: 'Application/DNS-Message', is: 'the query' },
    { type: 'application/dns-message; charset=utf-8', is: 'the query' },
    { type: ' application/dns-message ;x', is: 'the query' },
    { type: 'application/dns-json', is: 415 },
    { type: 'application/dns-messages', is: 415 },
    { type: '', is: 415 },
    { type: undefined, is: 415 },
  ];
  for (const { type, is } of types) {
    it(`finds ${is} in POST of ${type}`, () => {
      expect(post(type)).to.deep.equal(typeof is === 'number' ? is : QUERY);
    });
  }

  const bodies = [
    { what: 'no octet', body: NOTHING, status: 400 },
    { what: 'one octet', body: Buffer.alloc(1), status: 400 },
    { what: 'eleven octets', body: QUERY.subarray(0, 11), status: 400 },
    { what: 'an answer', body: Buffer.from(message({ flags: 0x8000 })), status: 400 },
    { what: '65,536 octets', body: Buffer.alloc(0x10000), status: 413 },
  ];
  for (const { what, body, status } of bodies) {
    it(`answers ${status} to ${what}`, () => {
      expect(post('application/dns-message', body)).to.equal(status);
    });
  }

  it('takes the largest message that there can be', () => {
    expect(post('application/dns-message', Buffer.alloc(0xffff))).to.have.length(0xffff);
  });

  it('has words for how long an answer may be kept', () => {
    expect([-1, 0, 300].map(cacheControl)).to.deep.equal(['no-store', 'max-age=0', 'max-age=300']);
  });
});
