/** An API server of Kubernetes by script: lists in pages, watches from a version, tokens, TLS. */

import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { TlsIdentity } from '../../src/transport/tls-handshakes.ts';

export type KubernetesThing = {
  readonly metadata: { readonly uid: string; readonly name: string; readonly namespace: string };
} & Readonly<Record<string, unknown>>;

interface Change {
  readonly type: string;
  readonly version: number;
  readonly object: object;
}

interface Collection {
  readonly things: Map<string, KubernetesThing>;
  readonly changes: Change[];
  readonly watches: Set<ServerResponse>;
}

const JSON_TYPE = { 'content-type': 'application/json' };

export class KubernetesServer {
  /** Whoever has another one gets status 401. */
  token = 'first';
  /** Every request, as it came. */
  readonly asked: string[] = [];
  /** Objects of a page, whatever `limit` is. */
  pageSize = 2;
  /** Changes up to this version are forgotten: a watch from before gets 410. */
  #oldest = 0;
  #version = 100;
  #heard: () => void = () => {};
  readonly #server: Server;
  readonly #kinds: Readonly<Record<string, Collection>> = {
    '/api/v1/pods': { things: new Map(), changes: [], watches: new Set() },
    '/api/v1/services': { things: new Map(), changes: [], watches: new Set() },
  };

  private constructor({ certificate, key }: TlsIdentity) {
    this.#server = createServer({ cert: certificate, key }, (request, response) =>
      this.#answer(request, response),
    );
  }

  static async start(identity: TlsIdentity): Promise<KubernetesServer> {
    const made = new KubernetesServer(identity);
    made.#server.listen(0, '127.0.0.1');
    await once(made.#server, 'listening');
    return made;
  }

  get url(): string {
    return `https://127.0.0.1:${(this.#server.address() as { port: number }).port}`;
  }

  set(kind: 'pods' | 'services', thing: KubernetesThing): void {
    const { things } = this.#kinds[`/api/v1/${kind}`]!;
    const type = things.has(thing.metadata.uid) ? 'MODIFIED' : 'ADDED';
    things.set(thing.metadata.uid, thing);
    this.#change(kind, type, thing);
  }

  delete(kind: 'pods' | 'services', thing: KubernetesThing): void {
    this.#kinds[`/api/v1/${kind}`]!.things.delete(thing.metadata.uid);
    this.#change(kind, 'DELETED', thing);
  }

  /** Nothing but a newer version. */
  bookmark(kind: 'pods' | 'services'): void {
    this.#change(kind, 'BOOKMARK', { kind: 'Pod' });
  }

  /** Forgets what has changed until now, and ends watches; with `inStream` by an event ERROR. */
  expire(inStream: boolean): void {
    this.#oldest = ++this.#version;
    for (const { watches, changes } of Object.values(this.#kinds)) {
      changes.length = 0;
      const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' };
      for (const watch of watches) {
        watch.end(inStream ? `${JSON.stringify({ type: 'ERROR', object: status })}\n` : '');
      }
    }
  }

  endWatches(): void {
    for (const { watches } of Object.values(this.#kinds)) for (const one of watches) one.end();
  }

  /** Resolves when a request has come that is like this, now or before. */
  async hears(like: RegExp): Promise<void> {
    while (!this.asked.some((one) => like.test(one))) {
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #change(kind: string, type: string, object: object): void {
    const version = ++this.#version;
    const { changes, watches } = this.#kinds[`/api/v1/${kind}`]!;
    const { metadata = {} } = object as { metadata?: object };
    const written = { ...object, metadata: { ...metadata, resourceVersion: String(version) } };
    const change = { type, version, object: written };
    changes.push(change);
    for (const watch of watches) send(watch, change);
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname, searchParams } = new URL(request.url!, 'https://api');
    this.asked.push(request.url!);
    const known = this.#kinds[pathname];
    if (request.headers.authorization !== `Bearer ${this.token}`) {
      fail(response, 401, 'Unauthorized');
    } else if (known === undefined) fail(response, 404, 'NotFound');
    else if (searchParams.get('watch') === '1') this.#watch(known, searchParams, response);
    else this.#list(known, searchParams, response);
    this.#heard();
  }

  #list({ things }: Collection, query: URLSearchParams, response: ServerResponse): void {
    const from = Number(query.get('continue') ?? 0);
    const items = [...things.values()].slice(from, from + this.pageSize);
    const left = things.size > from + this.pageSize;
    const more = left ? { continue: String(from + this.pageSize) } : {};
    const metadata = { resourceVersion: String(this.#version), ...more };
    response.writeHead(200, JSON_TYPE).end(JSON.stringify({ kind: 'List', metadata, items }));
  }

  #watch({ changes, watches }: Collection, query: URLSearchParams, response: ServerResponse): void {
    const from = Number(query.get('resourceVersion'));
    if (from < this.#oldest) return fail(response, 410, 'Expired');
    response.writeHead(200, JSON_TYPE).flushHeaders();
    for (const change of changes) if (change.version > from) send(response, change);
    watches.add(response);
    response.on('close', () => watches.delete(response));
  }
}

/** In two pieces: what comes by a stream is cut anywhere. */
function send(response: ServerResponse, { type, object }: Change): void {
  const line = `${JSON.stringify({ type, object })}\n`;
  response.write(line.slice(0, 9));
  response.write(line.slice(9));
}

function fail(response: ServerResponse, code: number, reason: string): void {
  response.writeHead(code, JSON_TYPE).end(JSON.stringify({ kind: 'Status', code, reason }));
}
