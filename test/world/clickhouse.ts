/** A ClickHouse server of the test: on loopback, with a folder, ports and users of its own. */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { ClickhouseClient, type ClickhouseTable } from '../../src/logs/clickhouse/client.ts';
import { rowsOf } from './clickhouse-rows.ts';

const SCHEMA = new URL('../../config/deploy/clickhouse/schema.sql', import.meta.url);
const PASSWORD = "let 'me in";
/** Looks until it is given up. */
const LOOKS = 1200;

export class Clickhouse {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'rcode5-clickhouse-'));
  #ports: readonly number[] = [];
  #process: ChildProcess | undefined;

  /** Starts a server with the database `dns`, which has the schema. */
  static async start(): Promise<Clickhouse> {
    const server = new Clickhouse();
    server.#ports = [await freePort(), await freePort()];
    server.#configure();
    await server.begin();
    await new ClickhouseClient({ ...server.to, database: 'default' }).ask('CREATE DATABASE dns');
    for (const statement of readFileSync(SCHEMA, 'utf8').split(';\n')) {
      if (statement.includes('CREATE')) await server.ask(statement);
    }
    return server;
  }

  get to(): ClickhouseTable {
    return {
      url: `http://127.0.0.1:${this.#ports[0]}`,
      ...{ database: 'dns', table: 'decisions', user: 'rcode5', password: PASSWORD },
    };
  }

  /** As `--from` takes it. */
  get from(): string {
    return `clickhouse://rcode5:${encodeURIComponent(PASSWORD)}@127.0.0.1:${this.#ports[0]}/dns`;
  }

  ask(query: string): Promise<string> {
    return new ClickhouseClient(this.to).ask(query);
  }

  /** Writes lines of a log, as the sender of a server does. */
  async write(lines: readonly string[]): Promise<void> {
    await this.ask(rowsOf(lines));
  }

  /** Starts it again with what it had. */
  async begin(): Promise<void> {
    const args = [`--config-file=${join(this.folder, 'config.xml')}`];
    this.#process = spawn('clickhouse-server', args, { stdio: 'ignore' });
    for (let look = 0; look < LOOKS; look++) {
      const answer = await fetch(`${this.to.url}/ping`).catch(() => undefined);
      if (answer?.ok) return;
      await after(50);
    }
    throw new Error(`clickhouse-server does not start: ${readFileSync(join(this.folder, 'log'))}`);
  }

  /** Kills it as a crash would. */
  async kill(): Promise<void> {
    if (this.#process === undefined) return;
    const ended = once(this.#process, 'exit');
    this.#process.kill('SIGKILL');
    await ended;
    this.#process = undefined;
  }

  async close(): Promise<void> {
    await this.kill();
    rmSync(this.folder, { recursive: true });
  }

  #configure(): void {
    const [http, tcp] = this.#ports;
    const at = (name: string) => join(this.folder, name);
    writeFileSync(
      at('config.xml'),
      `<?xml version="1.0"?>
<yandex>
  <logger><level>warning</level><log>${at('log')}</log><errorlog>${at('errors')}</errorlog></logger>
  <listen_host>127.0.0.1</listen_host>
  <http_port>${http}</http_port><tcp_port>${tcp}</tcp_port>
  <path>${at('data')}/</path><tmp_path>${at('tmp')}/</tmp_path>
  <users_config>users.xml</users_config>
  <default_profile>default</default_profile><default_database>default</default_database>
  <mark_cache_size>67108864</mark_cache_size><uncompressed_cache_size>0</uncompressed_cache_size>
</yandex>
`,
    );
    writeFileSync(
      at('users.xml'),
      `<?xml version="1.0"?>
<yandex>
  <profiles><default><max_memory_usage>1000000000</max_memory_usage></default></profiles>
  <users><rcode5>
    <password>${PASSWORD}</password><networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota>
  </rcode5><default>
    <password></password><networks><ip>127.0.0.1</ip></networks>
    <profile>default</profile><quota>default</quota>
  </default></users>
  <quotas><default/></quotas>
</yandex>
`,
    );
  }
}

/** Whether this machine has the server. */
export function hasClickhouse(): boolean {
  try {
    execFileSync('clickhouse-server', ['--version'], { stdio: 'ignore' });
    return true;
  } catch (error) {
    // It has no such option: that it runs at all is what counts.
    return !['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}
