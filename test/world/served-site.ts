/** A server that runs in this process, from a configuration in a folder of its own. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Logger, silentLog } from '../../src/log.ts';
import { RunningServer } from '../../src/server/server.ts';
import type { Target } from './client.ts';
import { ask, type HttpReply, type HttpRequest } from './http.ts';
import type { WrittenRecord } from './written-record.ts';

const LOG = 'decisions.log';

/** Every site listens on free ports, records every query in its folder, and has one thread. */
export const COMMON = `
node: ns1.test
threads: 0
listen: ["127.0.0.1:0"]
admin: { listen: "127.0.0.1:0" }
decisionLog: { to: ${LOG}, record: all }
`;

export class ServedSite {
  environment: Readonly<Record<string, string>> = {};
  readonly folder: string = mkdtempSync(join(tmpdir(), 'rcode5-'));
  #server: RunningServer | undefined;

  get server(): RunningServer {
    return this.#server!;
  }

  /** Where clients ask; `from` is the address of the client. */
  target(from?: string): Target {
    const { address, port } = this.server.endpoints[0]!;
    return { address, port, ...(from !== undefined && { from }) };
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  /** Writes a file into the folder. */
  write(file: string, text: string): void {
    writeFileSync(this.path(file), text);
  }

  /** Writes the configuration: what is common to all sites, and this. */
  configure(config: string, common: string = COMMON): void {
    this.write('site.yaml', `${common}\n${config}`);
  }

  /** Serves by a configuration; without one, by the one that was written. */
  async start(config?: string, log: Logger = silentLog()): Promise<void> {
    if (config !== undefined) this.configure(config);
    const source = { file: this.path('site.yaml'), environment: this.environment };
    const begin = () => RunningServer.start(source, log);
    // A port that is free by one transport may be taken by the other: another one is tried.
    this.#server = await begin().catch((error: Error) => {
      if (!/the address is in use/.test(error.message)) throw error;
      return begin();
    });
  }

  /** The records that stand in the decision log. */
  records(file: string = LOG): WrittenRecord[] {
    const lines = readFileSync(this.path(file), 'utf8').split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line));
  }

  /** Asks the admin HTTP. */
  http(target: string, request?: HttpRequest): Promise<HttpReply> {
    return ask(this.server.admin, target, request);
  }

  /** Asks the admin HTTP for JSON. */
  async json(target: string, request?: HttpRequest) {
    return JSON.parse((await this.http(target, request)).body);
  }

  /** Closes the server; the folder stays. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    await server?.close();
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.folder, { recursive: true });
  }
}

/** The configuration of an access list and one upstream. */
export function forwardTo(server: string, acl = '127.0.0.1: allow'): string {
  return `acl: { query: { ${acl} } }\nupstreams: { default: { servers: ["${server}"] } }\n`;
}
