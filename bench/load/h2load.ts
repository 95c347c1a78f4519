/** h2load: queries by DNS over HTTPS (RFC 8484), with HTTP/2. */

import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { CLIENTS, type Load, type LoadResult } from './dnsperf.ts';
import { queryFor, rcodeOf } from './message.ts';
import { run } from './run.ts';

/** Requests under way on each connection. */
const STREAMS = 20;
/** The part by which the mean length of the answers may differ from that of one that was checked. */
const MAX_DEVIATION = 0.05;
const PATH = '/dns-query';
const MEDIA_TYPE = 'application/dns-message';

/**
 * Loads a server for some seconds: by GET for one name after the other, by POST for the last.
 * h2load does not look into answers. One is looked into before, and the others are of its length.
 */
export async function loadByHttps(
  { queries, method, ready }: Load,
  { port, seconds, cores }: { port: number; seconds: number; cores: string },
): Promise<LoadResult> {
  // It takes whole seconds only.
  const whole = Math.ceil(seconds);
  const names = readFileSync(queries, 'utf8').trim().split('\n');
  // As RFC 8484 section 4.1 has it, for caches.
  const messages = names.map((line) => queryFor(line.split(' ', 1)[0]!, 0));
  const url = `https://127.0.0.1:${port}${PATH}`;
  const answer = await askOnce(url, messages.at(-1)!);
  if (rcodeOf(answer) !== ready.rcode) throw new Error(`answered RCODE ${rcodeOf(answer)} by HTTP`);
  const asked = `${queries}.${port}`;
  const { ok, output } = await run('taskset', [
    ...['-c', cores, 'h2load', '-t', '1', '-c', `${CLIENTS}`, '-m', `${STREAMS}`],
    ...['-D', `${whole}`, ...argumentsOf(method, { url, asked, messages })],
  ]);
  if (!ok) throw new Error(`h2load failed: ${output.trim().slice(-300)}`);
  return parseLoad(output, { seconds: whole, answer });
}

function argumentsOf(
  method: Load['method'],
  { url, asked, messages }: { url: string; asked: string; messages: readonly Buffer[] },
): string[] {
  if (method === 'GET') {
    writeFileSync(asked, messages.map((m) => `${url}?dns=${m.toString('base64url')}\n`).join(''));
    return ['-i', asked];
  }
  writeFileSync(asked, messages.at(-1)!);
  return ['-d', asked, '-H', `content-type: ${MEDIA_TYPE}`, url];
}

/** Reads what h2load prints at its end. Throws when an answer is missing or is not like the one known. */
export function parseLoad(
  output: string,
  { seconds, answer }: { seconds: number; answer: Buffer },
): LoadResult {
  const number = (pattern: RegExp): number => {
    const found = pattern.exec(output);
    if (found === null) throw new Error(`h2load did not say its ${pattern.source}`);
    return Number(found[1]);
  };
  const completed = number(/^requests:.* (\d+) done/m);
  const succeeded = number(/^requests:.* (\d+) succeeded/m);
  const octets = number(/\((\d+)\) data$/m);
  const others = completed - Math.min(succeeded, number(/^status codes: (\d+) 2xx/m));
  if (succeeded === 0 || others > 0) {
    throw new Error(`${others} of ${completed} queries had no answer`);
  }
  const length = octets / completed;
  if (Math.abs(length / answer.length - 1) > MAX_DEVIATION) {
    throw new Error(`answers of ${length.toFixed(1)} octets; expect ${answer.length}`);
  }
  return { sent: completed, completed, seconds, perSecond: completed / seconds };
}

/** The body of an answer, by POST. */
function askOnce(url: string, message: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const session = connect(new URL(url).origin, { rejectUnauthorized: false });
    session.on('error', reject);
    const stream = session.request({
      ':method': 'POST',
      ':path': PATH,
      'content-type': MEDIA_TYPE,
      accept: MEDIA_TYPE,
      'content-length': message.length,
    });
    const body: Buffer[] = [];
    stream.on('data', (chunk: Buffer) => body.push(chunk));
    stream.on('error', reject);
    stream.on('end', () => {
      session.close();
      resolve(Buffer.concat(body));
    });
    stream.end(message);
  });
}
