/** An upstream by TLS on a free port of 127.0.0.1 that does what a test has it do. */

import { once } from 'node:events';
import { createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer, type TLSSocket, type TlsOptions } from 'node:tls';
import { framed } from './client.ts';
import { answerTo } from './upstream.ts';

/** What it does with a question. */
export type SecureScript = (asked: Buffer, socket: TLSSocket, upstream: SecureUpstream) => void;

export const answers: SecureScript = (asked, socket) => socket.write(framed(answerTo(asked)));

export class SecureUpstream {
  readonly questions: Buffer[] = [];
  readonly connections: Socket[] = [];
  /** Of each connection that was secured, whether it went on with an earlier session. */
  readonly resumed: boolean[] = [];
  script: SecureScript = answers;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    server.on('connection', (socket) => this.connections.push(socket.on('error', () => {})));
  }

  static async start(options: TlsOptions): Promise<SecureUpstream> {
    const server = createServer({ ALPNProtocols: ['dot'], ...options });
    const upstream = new SecureUpstream(server);
    server.on('tlsClientError', () => {});
    server.on('secureConnection', (socket) => upstream.#serve(socket));
    return upstream.#listen();
  }

  /** One that does not speak TLS. */
  static async plain(onConnection: (socket: Socket) => void): Promise<SecureUpstream> {
    return new SecureUpstream(createTcpServer(onConnection)).#listen();
  }

  async #listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return this;
  }

  get port(): number {
    return (this.#server.address() as { port: number }).port;
  }

  close(): void {
    for (const socket of this.connections) socket.destroy();
    this.#server.close();
  }

  #serve(socket: TLSSocket): void {
    this.resumed.push(socket.isSessionReused());
    socket.on('error', () => {});
    let received: Buffer = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      while (received.length >= 2 && received.length >= 2 + received.readUInt16BE(0)) {
        const end = 2 + received.readUInt16BE(0);
        const asked = received.subarray(2, end);
        received = received.subarray(end);
        this.questions.push(asked);
        this.script(asked, socket, this);
      }
    });
  }
}
