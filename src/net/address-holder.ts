/** Which program has an address that this one cannot listen on: what Linux shows in /proc. */

import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { type Endpoint, parseAddress } from './address.ts';

interface Socket {
  readonly inode: string;
  readonly uid: string;
}

const TABLES = ['udp', 'udp6', 'tcp', 'tcp6'] as const;

/** The states of sockets that keep others from listening (include/net/tcp_states.h): 7 is UDP's only one. */
const LISTENS = new Set(['07', '0A']);

/**
 * `named (pid 712)`, or `a program of the user bind`, for one of another user when this one has no right to see what
 * that has open. Undefined on other systems.
 */
export function findHolder({ address, port }: Endpoint): string | undefined {
  try {
    const sockets = TABLES.flatMap((table) => socketsAt(table, address, port));
    if (sockets.length === 0) return undefined;
    return findProcess(new Set(sockets.map(({ inode }) => inode))) ?? findUser(sockets);
  } catch {
    return undefined;
  }
}

/** The sockets at a port whose addresses leave none for us. */
function socketsAt(table: string, address: string, port: number): readonly Socket[] {
  return readText(`/proc/net/${table}`)
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local = '', , state = '', , , , uid = '', , inode = '0'] = line.trim().split(/\s+/);
      const [host = '', hexPort = ''] = local.split(':');
      if (Number.parseInt(hexPort, 16) !== port || !LISTENS.has(state)) return [];
      return inode !== '0' && collides(host, address) ? [{ inode, uid }] : [];
    });
}

/** Whether sockets at both addresses collide; `host` is hex, in words of the host's byte order. */
function collides(host: string, address: string): boolean {
  if (/^0+$/.test(host)) return true;
  const wanted = parseAddress(address);
  if (wanted === undefined || wanted.words.every((word) => word === 0)) return true;
  const words = host.match(/.{8}/g)!.map((word) => Buffer.from(word, 'hex').readUInt32LE());
  const used = wanted.family === 4 ? 1 : 4;
  const own = host.length === 8 || wanted.family === 6 ? words : words.slice(3);
  return own.length === used && own.every((word, i) => word === wanted.words[i]);
}

function findProcess(inodes: ReadonlySet<string>): string | undefined {
  const names = new Set([...inodes].map((inode) => `socket:[${inode}]`));
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  const pid = pids.find((one) => socketsOf(one).some((name) => names.has(name)));
  return pid === undefined ? undefined : `${nameOf(pid)} (pid ${pid})`;
}

/** The tables show everybody who has a socket. */
function findUser([socket]: readonly Socket[]): string | undefined {
  if (socket === undefined) return undefined;
  const line = readText('/etc/passwd')
    .split('\n')
    .find((one) => one.split(':')[2] === socket.uid);
  return `a program of the user ${line?.split(':')[0] ?? socket.uid}`;
}

/** As it was called: a program may name its threads as it likes, and Node does. */
function nameOf(pid: string): string {
  const [command = ''] = readText(`/proc/${pid}/cmdline`).split('\0');
  return command === '' ? readText(`/proc/${pid}/comm`).trim() : basename(command);
}

function socketsOf(pid: string): readonly string[] {
  try {
    return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
      try {
        return readlinkSync(`/proc/${pid}/fd/${fd}`);
      } catch {
        // It was closed meanwhile.
        return [];
      }
    });
  } catch {
    // A process of another user, or one that has ended.
    return [];
  }
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
