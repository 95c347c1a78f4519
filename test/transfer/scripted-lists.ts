/** An HTTP server of lists that does as a test says. */

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type ListScript = (request: IncomingMessage, response: ServerResponse) => void;

export class ScriptedLists {
  /** Each request: what it asked for, and by which conditions. */
  readonly requests: string[] = [];
  script: ListScript = (_, response) => response.writeHead(404).end();
  readonly #server = createServer((request, response) => {
    const { url, headers } = request;
    const conditions = [headers['if-none-match'], headers['if-modified-since']];
    this.requests.push([url, ...conditions.filter((one) => one !== undefined)].join(' '));
    this.script(request, response);
  });

  static async start(): Promise<ScriptedLists> {
    const lists = new ScriptedLists();
    await new Promise<void>((resolve) => {
      lists.#server.listen(0, '127.0.0.1', resolve);
    });
    return lists;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/list.txt`;
  }

  /** Answers with this list from now on, and 304 to whoever has it. */
  serve(text: string | Uint8Array, etag?: string): void {
    this.script = ({ headers }, response) => {
      if (etag !== undefined && headers['if-none-match'] === etag) {
        response.writeHead(304).end();
      } else {
        response.writeHead(200, etag === undefined ? {} : { etag }).end(text);
      }
    };
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
