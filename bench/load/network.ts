/**
 * Two hosts in network namespaces of their own, with two cables from one to the other. Nothing of
 * this host is touched.
 *
 *     inside                     outside
 *     a0 10.9.0.2/24 ----------- b0 10.9.0.1/24
 *     a1 10.9.1.2/24 ----------- b1 10.9.1.1/24
 *                                lo 10.99.0.1/32, the address of the upstream
 */

import { execFileSync } from 'node:child_process';

/** Where the upstream is. */
export const OUTSIDE = '10.99.0.1';

let count = 0;
const namespaces = new Set<Namespace>();

// A run that is broken off leaves nothing behind either.
process.on('exit', () => {
  for (const namespace of namespaces) namespace.close();
});

/** A network namespace. */
export class Namespace {
  readonly name: string = `rcode5-load-${process.pid}-${++count}`;
  readonly #program: string;

  /** `program` is `ip` of iproute2. Throws where no namespace can be made. */
  constructor(program: string) {
    this.#program = program;
    execute(program, 'netns', 'add', this.name);
    namespaces.add(this);
    this.ip('link set lo up');
  }

  /** What follows `ip`, with blanks between the words. */
  ip(words: string): void {
    execute(this.#program, '-n', this.name, ...words.split(' '));
  }

  /** The command that runs another within it. `ip` becomes that program, so the pid is its own. */
  command(command: readonly string[]): string[] {
    return [this.#program, 'netns', 'exec', this.name, ...command];
  }

  /** Removes it; its programs must have ended. */
  close(): void {
    if (namespaces.delete(this)) execute(this.#program, 'netns', 'del', this.name);
  }
}

export class Network {
  readonly inside: Namespace;
  readonly outside: Namespace;

  constructor(program: string) {
    this.inside = new Namespace(program);
    this.outside = new Namespace(program);
    this.outside.ip(`addr add ${OUTSIDE}/32 dev lo`);
    for (const cable of [0, 1]) this.#plug(cable);
    this.route(0);
  }

  /** The upstream is reached by this cable. */
  route(cable: number): void {
    this.inside.ip(`route replace ${OUTSIDE}/32 via 10.9.${cable}.1`);
  }

  close(): void {
    this.inside.close();
    this.outside.close();
  }

  #plug(cable: number): void {
    const { inside, outside } = this;
    inside.ip(`link add a${cable} type veth peer name b${cable} netns ${outside.name}`);
    inside.ip(`addr add 10.9.${cable}.2/24 dev a${cable}`);
    outside.ip(`addr add 10.9.${cable}.1/24 dev b${cable}`);
    inside.ip(`link set a${cable} up`);
    outside.ip(`link set b${cable} up`);
    // An uplink takes only what comes from addresses of its own (RFC 2827).
    const file = `/proc/sys/net/ipv4/conf/b${cable}/rp_filter`;
    const [program, ...args] = outside.command(['sh', '-c', `echo 1 > ${file}`]);
    execute(program!, ...args);
  }
}

function execute(program: string, ...args: readonly string[]): void {
  execFileSync(program, args, { stdio: 'pipe' });
}
