/** UDP sockets for clients whose datagrams are received and sent many at a time (Linux). */

import { check, enlargeBuffers, openSocket, setOption } from './batch-socket.ts';
import { CONTROL_LENGTH_MAX } from './control-message.ts';
import {
  allocate,
  IP_PKTINFO,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_RECVPKTINFO,
  IPV6_V6ONLY,
  type Libc,
  SO_MEMINFO,
  SO_REUSEPORT,
  SOL_SOCKET,
} from './libc.ts';
import { type LocalEnd, packetInfoLength, readPacketInfo, writePacketInfo } from './packet-info.ts';
import { ReceiveBatch } from './receive-batch.ts';
import { SendQueue } from './send-queue.ts';
import {
  addressLength,
  formatSocketAddress,
  readPort,
  readSocketAddress,
  readZone,
  SOCKADDR_LENGTH,
  type SocketAddress,
  writeSocketAddress,
} from './socket-address.ts';

/** Datagrams of one call. */
export const BATCH = 128;
/** Octets of a datagram that is read; a longer one is dropped. */
export const DATAGRAM = 4096;
/** Replies that can wait to be sent. */
const OUTGOING = 256;
/** `SO_MEMINFO`: nine counters of 32 bits, the last counts the drops. */
const MEMINFO_LENGTH = 36;
const MEMINFO_DROPS = 32;

/** The port of RFC 863, from which nothing comes. */
const DISCARD = 9;
const LOOPBACK: Readonly<Record<4 | 6, Uint32Array>> = {
  4: Uint32Array.of(0x7f000001, 0, 0, 0),
  6: Uint32Array.of(0, 0, 0, 1),
};

/** Where a datagram came from, or where one goes. */
export interface RemoteEnd {
  family: 4 | 6;
  readonly address: Uint32Array;
  port: number;
  /** Zone of a link-local address with its `%`, or nothing. */
  zoneId: string;
}

/** Where a datagram came from and which address of this host it was sent to. */
export interface DatagramPath extends RemoteEnd {
  /** On a wildcard address: the address that was asked, and its interface. */
  readonly local: Uint32Array;
  localInterface: number;
}

/** A UDP socket for clients; several threads can each have one on the same address. */
export class BatchListener {
  readonly fd: number;
  /** Datagrams that the kernel did not take. */
  lost = 0;
  readonly #libc: Libc;
  readonly #address: SocketAddress;
  readonly #family: 4 | 6;
  readonly #isWildcard: boolean;
  readonly #incoming: ReceiveBatch;
  readonly #outgoing: SendQueue;
  /** Which of the incoming messages is being handled. */
  #current = 0;

  /** Throws a SystemError when the address cannot be had. */
  constructor(libc: Libc, address: SocketAddress) {
    this.#libc = libc;
    this.#address = address;
    this.#family = address.family;
    this.#isWildcard = address.words.every((word) => word === 0);
    this.fd = openSocket(libc, address.family);
    const isWildcard = this.#isWildcard;
    this.#incoming = new ReceiveBatch(libc, {
      count: BATCH,
      size: DATAGRAM,
      nameLength: SOCKADDR_LENGTH,
      controlLength: isWildcard ? CONTROL_LENGTH_MAX : 0,
    });
    this.#outgoing = new SendQueue(libc, this.fd, {
      count: OUTGOING,
      size: DATAGRAM,
      nameLength: addressLength(address.family),
      controlLength: isWildcard ? packetInfoLength(address.family) : 0,
    });
    try {
      this.#configure();
      const memory = formatSocketAddress(address);
      check(libc, 'bind', libc.bind(this.fd, memory, memory.length));
    } catch (error) {
      libc.close(this.fd);
      throw error;
    }
  }

  get port(): number {
    const memory = allocate(SOCKADDR_LENGTH);
    const length = allocate(4);
    length.writeUInt32LE(SOCKADDR_LENGTH, 0);
    check(this.#libc, 'getsockname', this.#libc.getsockname(this.fd, memory, length));
    return readPort(memory, 0);
  }

  /** Datagrams for which the kernel had no room, since the socket was opened. */
  get overflowed(): number {
    const info = allocate(MEMINFO_LENGTH);
    const length = allocate(4);
    length.writeUInt32LE(MEMINFO_LENGTH, 0);
    const result = this.#libc.getsockopt(this.fd, SOL_SOCKET, SO_MEMINFO, info, length);
    return result < 0 ? 0 : info.readUInt32LE(MEMINFO_DROPS);
  }

  #configure(): void {
    const set = (level: number, name: number, value: number) =>
      setOption(this.#libc, this.fd, { level, name, value });
    set(SOL_SOCKET, SO_REUSEPORT, 1);
    enlargeBuffers(this.#libc, this.fd);
    if (this.#family === 6) set(IPPROTO_IPV6, IPV6_V6ONLY, 1);
    if (!this.#isWildcard) return;
    if (this.#family === 4) set(IPPROTO_IP, IP_PKTINFO, 1);
    else set(IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
  }

  /**
   * Takes what has come, up to a batch: `path` is filled in before each call of `onDatagram`,
   * whose octets may be answered where they stand. Returns how many came.
   */
  receive(path: DatagramPath, onDatagram: (octets: Uint8Array, length: number) => void): number {
    const incoming = this.#incoming;
    const count = incoming.receive(this.#libc, this.fd);
    for (let i = 0; i < count; i++) {
      if (incoming.isTruncated(i)) continue;
      const at = i * SOCKADDR_LENGTH;
      path.family = readSocketAddress(incoming.names, at, path.address);
      path.port = readPort(incoming.names, at);
      path.zoneId = this.#family === 4 ? '' : readZone(incoming.names, at);
      if (this.#isWildcard) this.#readLocal(i, path);
      this.#current = i;
      onDatagram(incoming.view(i), incoming.lengthOf(i));
    }
    return count;
  }

  #readLocal(index: number, path: LocalEnd): void {
    const start = index * CONTROL_LENGTH_MAX;
    const end = start + this.#incoming.controlLengthOf(index);
    readPacketInfo(this.#incoming.control, start, end, this.#family, path);
  }

  /** Whether there may be more than the `count` datagrams that came. */
  isFull(count: number): boolean {
    return count === BATCH;
  }

  /**
   * Puts a reply on its way to `to` from an address of this host; it leaves with the next `flush`.
   * The octets are not kept.
   */
  send(to: RemoteEnd, from: LocalEnd, octets: Uint8Array, length: number): void {
    const outgoing = this.#outgoing;
    if (outgoing.isFull) this.flush();
    const index = outgoing.length;
    const family = this.#family;
    writeSocketAddress(outgoing.names, index * SOCKADDR_LENGTH, family, to);
    if (this.#isWildcard) {
      writePacketInfo(outgoing.control, index * CONTROL_LENGTH_MAX, family, from);
    }
    if (octets === this.#incoming.view(this.#current)) {
      outgoing.pushAt(this.#incoming.addressOf(this.#current), length);
    } else {
      outgoing.push(octets, length);
    }
  }

  /** Hands the replies to the kernel; to be called before the next `receive`. */
  flush(): void {
    this.lost += this.#outgoing.flush();
  }

  /**
   * Has the kernel send nothing more here: to other sockets of the address if there are any. What
   * has come already can still be received, and replies can be sent.
   */
  leave(): void {
    // A socket with a peer takes datagrams of its peer alone; ours is a port of our own host.
    const words = this.#isWildcard ? LOOPBACK[this.#family] : this.#address.words;
    const memory = formatSocketAddress({ ...this.#address, words, port: DISCARD });
    // Whatever the kernel has against it: then some more queries come and are lost, as before.
    this.#libc.connect(this.fd, memory, memory.length);
  }

  close(): void {
    this.#libc.close(this.fd);
  }
}
