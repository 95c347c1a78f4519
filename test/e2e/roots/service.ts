/** What every way to install is held to: it serves, refuses with a record, reloads and stops. */

import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import type { WrittenRecord } from '../../world/written-record.ts';
import type { Program } from '../processes.ts';
import { ask } from '../sockets.ts';
import type { Manner, Root } from './root.ts';

const REFUSED = 5;
const CONFIG = '/srv/site.yaml';
const LOG = '/srv/decisions.log';

export const SERVE: readonly string[] = ['serve', '-c', CONFIG];

/** Writes the configuration into a root, where `user` can write its records. */
export function configure(root: Root, more = ''): void {
  root.make('srv', 0o777);
  root.write(
    CONFIG,
    `listen: ["127.0.0.1:0"]
admin: { listen: "127.0.0.1:0" }
threads: 2
upstreams: { default: { servers: ["127.0.0.1:1"] } }
acl: { query: { 0.0.0.0/0: refuse } }
decisionLog: { to: ${LOG} }
${more}`,
  );
}

export interface Service {
  readonly program: Program;
  readonly port: number;
  readonly admin: string;
  /** All of its log until it was ready. */
  readonly said: string;
}

export async function ready(program: Program): Promise<Service> {
  const said = await program.says(/admin HTTP on |cannot (?!be laid)/);
  const port = Number(/listening on 127\.0\.0\.1:(\d+)/.exec(said)?.[1]);
  const admin = /admin HTTP on (http:[^"]+)/.exec(said)?.[1];
  if (admin === undefined) throw new Error(said);
  return { program, port, admin, said };
}

export function records(root: Root): WrittenRecord[] {
  const lines = readFileSync(root.path(LOG), 'utf8').trimEnd().split('\n');
  return lines.map((line) => JSON.parse(line));
}

/** `command` runs the program in its root, with more words. */
export async function expectService(
  root: Root,
  { program, port, admin }: Service,
  command: readonly string[],
  how: Manner = {},
): Promise<void> {
  expect(await ask(port, 'www.example.com')).to.equal(REFUSED);
  expect(await ask(port, 'www.example.com', { transport: 'tcp' })).to.equal(REFUSED);
  const written = records(root).map(({ layer, transport }) => `${layer} ${transport}`);
  expect(written).to.deep.equal(['acl udp', 'acl tcp']);
  const page = await (await fetch(admin)).text();
  expect(page).to.match(/<!doctype html>/);
  const before = program.stderr.length;
  program.signal('SIGHUP');
  await program.says(/"reloaded policy=/, before);
  const reload = await root.run([...command, 'reload', '--admin', admin], how);
  expect(reload).to.deep.include({ code: 0, stderr: '' });
  expect(reload.stdout).to.match(/^reloaded policy=[0-9a-f]{8}\n$/);
  program.signal('SIGTERM');
  expect(await program.ended).to.deep.equal({ code: 0, signal: null });
}
