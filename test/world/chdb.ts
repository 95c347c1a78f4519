/**
 * ClickHouse of today, as far as it can be had: chDB, which is the engine of a recent release as a
 * library, behind the HTTP interface of a server as far as ours is asked. In a process of its own.
 */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ClickhouseClient, type ClickhouseTable } from '../../src/logs/clickhouse/client.ts';
import { findUnpacked } from '../e2e/unpacked.ts';
import { rowsOf } from './clickhouse-rows.ts';

const SCHEMA = new URL('../../config/deploy/clickhouse/schema-recent.sql', import.meta.url);
/** Where .ci/run installs the package, which is too large to be one of ours. */
const LIBRARY = 'chdb/node_modules/chdb/index.js';
const SERVE = 'serve';
const NAME = /^\w+$/;

/** As far as it is used here. */
interface Library {
  readonly Session: new (
    folder: string,
  ) => {
    query(query: string, format?: string): string;
  };
}

export class Chdb {
  readonly #folder: string = mkdtempSync(join(tmpdir(), 'rcode5-chdb-'));
  #process: ChildProcess | undefined;
  #port = 0;

  /** Starts with the database `dns`, which has the schema for recent releases. */
  static async start(): Promise<Chdb> {
    const server = new Chdb();
    const args = [import.meta.filename, SERVE, findUnpacked(LIBRARY)!, server.#folder];
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    server.#process = spawn(process.execPath, args, { stdio: [...stdio] });
    [server.#port] = (await once(server.#process, 'message')) as [number];
    await new ClickhouseClient({ ...server.to, database: 'default' }).ask('CREATE DATABASE dns');
    for (const statement of readFileSync(SCHEMA, 'utf8').split(';\n')) {
      if (statement.includes('CREATE')) await server.ask(statement);
    }
    return server;
  }

  get to(): ClickhouseTable {
    const url = `http://127.0.0.1:${this.#port}`;
    return { url, database: 'dns', table: 'decisions', user: undefined, password: undefined };
  }

  ask(query: string): Promise<string> {
    return new ClickhouseClient(this.to).ask(query);
  }

  /** Writes lines of a log, as the sender of a server does. */
  async write(lines: readonly string[]): Promise<void> {
    await this.ask(rowsOf(lines));
  }

  async close(): Promise<void> {
    const child = this.#process!;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
    rmSync(this.#folder, { recursive: true });
  }
}

export function hasChdb(): boolean {
  return findUnpacked(LIBRARY) !== undefined;
}

/** The process with the library: parameters of a URL are settings, all but two. */
function serve(library: string, folder: string): void {
  const { Session } = createRequire(import.meta.url)(library) as Library;
  const session = new Session(folder);
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString('utf8');
    const { searchParams } = new URL(request.url!, 'http://localhost');
    const { query = '', database = 'default', ...settings } = Object.fromEntries(searchParams);
    try {
      session.query(`USE ${database}`);
      for (const [name, value] of Object.entries(settings)) {
        if (!NAME.test(name) || !NAME.test(value)) throw new Error(`${name}=${value}`);
        session.query(`SET ${name} = ${value}`);
      }
      response.end(session.query(query === '' ? body : `${query}\n${body}`, 'TabSeparated'));
    } catch (error) {
      response.writeHead(500).end((error as Error).message.replace('Query failed: ', ''));
    }
  }).listen(0, '127.0.0.1', () => process.send!((server.address() as AddressInfo).port));
}

if (process.argv[2] === SERVE) serve(process.argv[3]!, process.argv[4]!);
