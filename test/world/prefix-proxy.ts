/** A reverse proxy that puts a server below a path, as nginx or Traefik would. */

import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';

export class PrefixProxy {
  readonly port: number;
  readonly prefix: string;
  /** Requests for something that is not below the prefix. */
  readonly strays: string[] = [];
  readonly #server: Server;

  private constructor(server: Server, prefix: string) {
    this.#server = server;
    this.port = (server.address() as { port: number }).port;
    this.prefix = prefix;
  }

  /** `prefix` like `/dns/one/`: it is taken away, and the Host header is passed on. */
  static async start(
    to: () => { readonly address: string; readonly port: number },
    prefix: string,
  ): Promise<PrefixProxy> {
    const server = createServer((asked, answer) => {
      const { url = '/', method, headers } = asked;
      if (!url.startsWith(prefix)) {
        proxy.strays.push(url);
        answer.writeHead(404).end();
        return;
      }
      const { address: host, port } = to();
      const path = url.slice(prefix.length - 1);
      const passed = request({ host, port, path, method, headers, agent: false }, (reply) => {
        answer.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(answer);
      });
      passed.on('error', () => answer.destroy());
      answer.on('close', () => passed.destroy());
      asked.pipe(passed);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const proxy = new PrefixProxy(server, prefix);
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}${this.prefix}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
