/** Whatever comes to the admin HTTP, by a connection of its own. */

import { once } from 'node:events';
import { connect } from 'node:net';
import { ServedSite } from '../world/served-site.ts';
import { plainly } from './fuzzing.ts';
import { hold, type Target } from './target.ts';

/** What a server may say to somebody who knows its interface, and to somebody who does not. */
const STATUSES: readonly number[] = [200, 400, 401, 403, 404, 405, 408, 413, 414, 417, 431, 501];
/** Milliseconds after which it is asked no more of what does not end: a stream. */
const LONG_ENOUGH_MS = 400;
const MOST_OCTETS = 1 << 20;

let site: ServedSite | undefined;

export const http: Target = {
  name: 'http',
  async run(input) {
    if (site === undefined) {
      site = new ServedSite();
      await site.start('upstreams: { default: { servers: ["127.0.0.1:9"] } }\n');
    }
    const { address, port } = site.server.admin;
    const said = await send(input, address, port);
    const replies = [...said.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
    const [first] = replies;
    hold(said === '' || first !== undefined, `no HTTP: ${said.slice(0, 100)}`);
    hold(first === undefined || STATUSES.includes(first), said.slice(0, 400));
    hold(!/^ {4}at /m.test(said), `a stack: ${said}`);
    const { status } = await site.http('/healthz');
    hold(status === 200, `afterwards it is not healthy: ${status}`);
    return `${first} ${/\r\n\r\n(.{0,20})/.exec(said)?.[1]?.replace(/\d+|"[^"]*"?/g, '…')}`;
  },
  mutate: plainly([
    ...['GET ', 'POST ', 'HEAD ', 'OPTIONS ', 'CONNECT ', ' HTTP/1.1\r\n', ' HTTP/1.0\r\n'],
    ...['Host: localhost\r\n', 'Host: evil.example\r\n', 'Origin: http://evil.example\r\n'],
    ...['Content-Length: 5\r\n', 'Content-Length: -1\r\n', 'Transfer-Encoding: chunked\r\n'],
    ...['Expect: 100-continue\r\n', 'Upgrade: websocket\r\n', 'Connection: close\r\n', '\r\n\r\n'],
    ...['/healthz', '/readyz', '/metrics', '/api/decisions', '/api/explain', '/api/policy', '//'],
    ...['?client=127.0.0.1&name=example.com&type=A', '&since=1h', '&limit=-1', '&limit=1e99'],
    ...['&name=%', '&name=%00', '&client=::1%25eth0', '&type=TYPE65536', '&layer=acl', '&event='],
    ...['http://[::1', 'http://x/', '*', '..', '%2e', '\0', '\n', '\t', 'ü', '1\r\n0\r\n\r\n'],
  ]),
  async close() {
    await site?.close();
    site = undefined;
  },
};

/** All that is said to an input until the connection ends, or for long enough. */
async function send(input: Uint8Array, host: string, port: number): Promise<string> {
  const socket = connect({ host, port });
  const timer = setTimeout(() => socket.destroy(), LONG_ENOUGH_MS);
  const chunks: Buffer[] = [];
  let length = 0;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > MOST_OCTETS) socket.destroy();
  });
  socket.end(input);
  await once(socket, 'close');
  clearTimeout(timer);
  return Buffer.concat(chunks).toString('latin1');
}
