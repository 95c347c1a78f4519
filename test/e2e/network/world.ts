/**
 * Networks of two hosts in network namespaces of their own: one for the forwarder and its clients,
 * one for its upstreams. Two cables lead from one to the other. Nothing of the host is touched.
 *
 *     inside                    outside
 *     a0 10.9.0.2/24 ---------- b0 10.9.0.1/24
 *     a1 10.9.1.2/24 ---------- b1 10.9.1.1/24
 *                               lo 10.99.0.1/32, the address of the upstreams
 */

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { passOver } from '../../world/needs.ts';
import { findProgram, Program } from '../processes.ts';
import type { Order, Report, Tasks } from './member.ts';

const MEMBER = join(import.meta.dirname, 'member.ts');
/** Where the upstreams are. */
export const OUTSIDE = '10.99.0.1';

/** Passes over tests that need network namespaces where none can be made. */
export function needNetworks(context: Mocha.Context, programs: readonly string[] = []): void {
  if (process.getuid?.() !== 0) passOver(context, 'network namespaces need root');
  const missing = ['ip', 'nft', 'ss', ...programs].filter((name) => !findProgram(name));
  if (missing.length > 0) passOver(context, `not installed: ${missing.join(', ')}`);
  try {
    new Namespace().close();
  } catch (error) {
    passOver(context, `no network namespace can be made: ${(error as Error).message}`);
  }
}

function execute(program: string, ...args: readonly string[]): string {
  return execFileSync(findProgram(program)!, args, { encoding: 'utf8', stdio: 'pipe' });
}

let count = 0;
const namespaces = new Set<Namespace>();

// A run that is broken off leaves nothing behind either.
process.on('exit', () => {
  for (const namespace of namespaces) namespace.close();
});

/** A network namespace and what runs in it. */
export class Namespace {
  readonly name: string = `rcode5-${process.pid}-${++count}`;
  readonly #members: Member[] = [];

  constructor() {
    execute('ip', 'netns', 'add', this.name);
    namespaces.add(this);
    this.ip('link', 'set', 'lo', 'up');
  }

  /** `ip` of iproute2, with words between blanks. */
  ip(...words: readonly string[]): string {
    return execute('ip', '-n', this.name, ...words);
  }

  /** Runs a program to its end; returns what it has printed. */
  run(program: string, ...args: readonly string[]): string {
    return execute('ip', 'netns', 'exec', this.name, findProgram(program)!, ...args);
  }

  /** The command of a program that is to run in it. */
  command(program: string, args: readonly string[]): readonly [string, readonly string[]] {
    return [findProgram('ip')!, ['netns', 'exec', this.name, program, ...args]];
  }

  start(program: string, args: readonly string[], folder?: string): Program {
    return new Program(...this.command(program, args), folder);
  }

  member(): Member {
    const member = new Member(...this.command(process.execPath, [MEMBER]));
    this.#members.push(member);
    return member;
  }

  /** Ends its members and removes it. */
  close(): void {
    if (!namespaces.delete(this)) return;
    for (const member of this.#members) member.close();
    execute('ip', 'netns', 'del', this.name);
  }
}

/** A process in a namespace that is told what to do. */
export class Member {
  readonly #child: ChildProcess;
  readonly #waiting: Map<number, (report: Report) => void> = new Map();
  #orders = 0;

  constructor(command: string, args: readonly string[]) {
    const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const;
    this.#child = spawn(command, args, { stdio: [...stdio] });
    this.#child.on('message', (report: Report) => this.#waiting.get(report.number)?.(report));
  }

  /** Has it done, and waits for what comes of it. */
  async do<T extends keyof Tasks>(
    task: T,
    given: Parameters<Tasks[T]>[0],
  ): Promise<Awaited<ReturnType<Tasks[T]>>> {
    const number = ++this.#orders;
    const { result, error } = await new Promise<Report>((resolve) => {
      this.#waiting.set(number, resolve);
      this.#child.send({ number, task, given } as Order);
    });
    if (error !== undefined) throw new Error(`${task}: ${error}`);
    return result as Awaited<ReturnType<Tasks[T]>>;
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }
}

/** Two hosts and the cables between them. */
export class Network {
  readonly inside: Namespace;
  readonly outside: Namespace;

  constructor() {
    this.inside = new Namespace();
    this.outside = new Namespace();
    this.outside.ip('addr', 'add', `${OUTSIDE}/32`, 'dev', 'lo');
    for (const cable of [0, 1]) this.plug(cable);
    this.route(0);
  }

  /** Lays a cable, which is then ready. */
  plug(cable: number): void {
    const { inside, outside } = this;
    const peer = ['peer', 'name', `b${cable}`, 'netns', outside.name];
    inside.ip('link', 'add', `a${cable}`, 'type', 'veth', ...peer);
    inside.ip('addr', 'add', `10.9.${cable}.2/24`, 'dev', `a${cable}`);
    outside.ip('addr', 'add', `10.9.${cable}.1/24`, 'dev', `b${cable}`);
    // Link-local addresses of ours alone, of use at once: nobody else has them (RFC 4862).
    inside.ip('link', 'set', `a${cable}`, 'addrgenmode', 'none');
    outside.ip('link', 'set', `b${cable}`, 'addrgenmode', 'none');
    inside.ip('addr', 'add', `fe80::2/64`, 'dev', `a${cable}`, 'nodad');
    outside.ip('addr', 'add', `fe80::1/64`, 'dev', `b${cable}`, 'nodad');
    inside.ip('link', 'set', `a${cable}`, 'up');
    outside.ip('link', 'set', `b${cable}`, 'up');
  }

  unplug(cable: number): void {
    this.inside.ip('link', 'del', `a${cable}`);
  }

  /** The upstreams are reached by this cable. */
  route(cable: number): void {
    this.inside.ip('route', 'replace', `${OUTSIDE}/32`, 'via', `10.9.${cable}.1`);
  }

  close(): void {
    this.inside.close();
    this.outside.close();
  }
}
