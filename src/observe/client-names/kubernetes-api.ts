/** Speaks with the API server of a Kubernetes cluster: lists objects, and watches them. */

import { readFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';

/** Where the API server is, and the files by which it and we are known. */
export interface KubernetesAccess {
  /** `https://10.96.0.1:443` */
  readonly server: string;
  /** Read for each request: a service account's token is replaced while it is used. */
  readonly tokenFile: string;
  readonly caFile: string;
}

/** What we read of a pod or a service. */
export interface KubernetesObject {
  readonly metadata?: {
    readonly uid?: string;
    readonly name?: string;
    readonly namespace?: string;
    readonly resourceVersion?: string;
  };
  readonly spec?: {
    readonly hostNetwork?: boolean;
    readonly clusterIP?: string;
    readonly clusterIPs?: readonly string[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly podIP?: string;
    readonly podIPs?: readonly { readonly ip?: string }[];
  };
}

export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK' | 'ERROR';
  /** With ERROR a Status, which has a code. */
  readonly object: KubernetesObject & { readonly code?: number; readonly message?: string };
}

interface ObjectList {
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly KubernetesObject[];
}

/** The version that was asked for is too old: all has to be listed again. */
export class Gone extends Error {}

const GONE = 410;
const PAGE = '500';
/** Seconds after which the server is asked to end a watch, and that it may be silent beyond. */
const WATCH_SECONDS = 300;
const SILENCE_SECONDS = 30;
const LIST_MS = 30_000;
/** Octets of one object, and of an error that is quoted. */
const LONGEST = 4 << 20;
const QUOTED = 200;

/** All objects at a path, and the version from which a watch goes on. Rejects with why not. */
export async function listObjects(
  access: KubernetesAccess,
  path: string,
  signal: AbortSignal,
): Promise<{ readonly items: readonly KubernetesObject[]; readonly version: string }> {
  const items: KubernetesObject[] = [];
  let next: string | undefined;
  for (;;) {
    const query = new URLSearchParams({ limit: PAGE, ...(next && { continue: next }) });
    const response = await ask(access, `${path}?${query}`, LIST_MS, signal);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    const list = JSON.parse(text) as ObjectList;
    items.push(...(list.items ?? []));
    next = list.metadata?.continue;
    if (next === undefined || next === '') {
      return { items, version: list.metadata?.resourceVersion ?? '' };
    }
  }
}

/** The changes after a version, until the server ends the watch. Throws a Gone, or why not. */
export async function* watchObjects(
  access: KubernetesAccess,
  path: string,
  version: string,
  signal: AbortSignal,
): AsyncGenerator<WatchEvent> {
  const query = new URLSearchParams({
    ...{ watch: '1', resourceVersion: version, allowWatchBookmarks: 'true' },
    timeoutSeconds: String(WATCH_SECONDS),
  });
  const silence = (WATCH_SECONDS + SILENCE_SECONDS) * 1000;
  const response = await ask(access, `${path}?${query}`, silence, signal);
  for await (const line of linesOf(response)) {
    const event = JSON.parse(line) as WatchEvent;
    if (event.type !== 'ERROR') yield event;
    else if (event.object.code === GONE) throw new Gone();
    else throw new Error(`ends a watch: ${event.object.message ?? 'without a reason'}`);
  }
}

async function* linesOf(response: IncomingMessage): AsyncGenerator<string> {
  let rest = '';
  for await (const chunk of response.setEncoding('utf8')) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    if (rest.length > LONGEST) throw new Error('sends an object that is too long');
    yield* lines.filter((line) => line.trim() !== '');
  }
}

/** Resolves to an answer with status 200, whose body has not been read. */
async function ask(
  { server, tokenFile, caFile }: KubernetesAccess,
  target: string,
  silenceMs: number,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const [token, ca] = await Promise.all([readFile(tokenFile, 'utf8'), readFile(caFile)]);
  const headers = { authorization: `Bearer ${token.trim()}`, accept: 'application/json' };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const { request } = process.getBuiltinModule('node:https');
    const asked = request(`${server}${target}`, { ca, headers, signal, agent: false }, resolve);
    asked.setTimeout(silenceMs, () => asked.destroy(new Error('does not answer')));
    asked.on('error', reject);
    // Names are for people: they keep no process alive.
    asked.on('socket', (socket) => socket.unref());
    asked.end();
  });
  if (response.statusCode === 200) return response;
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) {
    text += chunk;
    if (text.length > QUOTED) break;
  }
  if (response.statusCode === GONE) throw new Gone();
  throw new Error(`answers ${response.statusCode}: ${text.slice(0, QUOTED).trim()}`);
}
