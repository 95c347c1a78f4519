/**
 * A process that makes DNS over TLS connections, one after the other in each of several lines, and
 * asks one question by each: a session that is new, or the one of the connection before. It writes
 * how many there were, and how many of them were resumed.
 *
 *     node handshake-client.ts PORT full|resumed SECONDS NAME LINES
 */

import { connect } from 'node:tls';
import { framed, queryFor, rcodeOf, readFrames } from './message.ts';

const [port, mode, seconds, name, lines] = process.argv.slice(2);
const query = framed(queryFor(name!));
const end = performance.now() + Number(seconds) * 1000;
const result = { connections: 0, resumed: 0, rcodes: {} as Record<number, number> };

/** Resolves with a session to resume, when there was an answer. */
function connectAndAsk(session: Buffer | undefined): Promise<Buffer | undefined> {
  return new Promise((resolve, reject) => {
    let latest = session;
    const socket = connect({
      host: '127.0.0.1',
      port: Number(port),
      rejectUnauthorized: false,
      ...(session !== undefined && { session }),
    });
    socket.on('session', (ticket: Buffer) => {
      latest = ticket;
    });
    const read = readFrames((answer) => {
      const rcode = rcodeOf(answer);
      result.rcodes[rcode] = (result.rcodes[rcode] ?? 0) + 1;
      result.connections++;
      if (socket.isSessionReused()) result.resumed++;
      socket.end();
    });
    socket.on('data', read);
    socket.on('error', reject);
    socket.on('close', () => resolve(latest));
    socket.write(query);
  });
}

async function line(): Promise<void> {
  let session: Buffer | undefined;
  while (performance.now() < end) {
    const latest = await connectAndAsk(session);
    if (mode === 'resumed') session = latest;
  }
}

await Promise.all(Array.from({ length: Number(lines) }, line));
process.stdout.write(JSON.stringify(result));
