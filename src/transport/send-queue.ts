/**
 * Datagrams that leave with one sendmmsg. Those of the same length for the same end leave as
 * segments of one message (UDP_SEGMENT, udp(7)): the kernel goes through its layers once for all
 * of them, and cuts them apart again at the end.
 */

import {
  CONTROL_LENGTH_MAX,
  type ControlMessage,
  controlData,
  writeControlHeader,
} from './control-message.ts';
import {
  allocate,
  EAGAIN,
  EINTR,
  EIO,
  ENOBUFS,
  type Libc,
  type Memory,
  MSG_DONTWAIT,
  POLLFD_LENGTH,
  POLLOUT,
  SOL_UDP,
  UDP_SEGMENT,
} from './libc.ts';
import { MessageHeaders } from './message-headers.ts';
import type { BatchShape } from './receive-batch.ts';
import { SOCKADDR_LENGTH } from './socket-address.ts';

/** How often and how long a full send buffer is waited for. */
const SEND_TRIES = 3;
const SEND_WAIT_MS = 2;

/** `UDP_MAX_SEGMENTS` of the kernels that have fewest, and octets of a message of segments. */
const MAX_SEGMENTS = 64;
const MAX_OCTETS = 0xff00;
/** Groups are looked for by what they have in common: twice as many places as datagrams wait. */
const BUCKETS = 512;
const BUCKET_SHIFT = 23;
/** 2^32 by the golden ratio (Knuth, The Art of Computer Programming, volume 3, 6.4). */
const HASH = 0x9e3779b1;
const NO_GROUP = 0xffff;
/** Has the length of a segment. */
const SEGMENT: ControlMessage = { level: SOL_UDP, type: UDP_SEGMENT, length: 2 };
const NAME_WORDS = SOCKADDR_LENGTH / 4;
const CONTROL_WORDS = CONTROL_LENGTH_MAX / 4;

export class SendQueue {
  /** Where each datagram goes, SOCKADDR_LENGTH octets each. */
  readonly names: Memory;
  /** The control messages of each datagram, CONTROL_LENGTH_MAX octets each. */
  readonly control: Memory;
  /** Datagrams that wait. */
  length = 0;
  /** Why the kernel did not take a datagram at the last `flush`; 0 when its buffer was full at most. */
  errno = 0;
  readonly #libc: Libc;
  readonly #fd: number;
  readonly #shape: BatchShape;
  readonly #headers: MessageHeaders;
  readonly #octets: Memory;
  readonly #octetsAddress: number;
  readonly #namesAddress: number;
  readonly #controlAddress: number;
  readonly #nameWords: Int32Array;
  readonly #controlWords: Int32Array;
  #canSegment: boolean;
  /** Of each datagram: where its octets stand, how many, and the next one of its group. */
  readonly #addresses: Float64Array;
  readonly #lengths: Uint16Array;
  readonly #next: Uint16Array;
  /** Of each group: its first and last datagram, how many, and its first vector. */
  #groups = 0;
  readonly #first: Uint16Array;
  readonly #last: Uint16Array;
  readonly #counts: Uint16Array;
  readonly #vectors: Uint16Array;
  readonly #buckets: Uint16Array = new Uint16Array(BUCKETS).fill(NO_GROUP);

  /** For a UDP socket. */
  constructor(libc: Libc, fd: number, shape: BatchShape) {
    const { count, size } = shape;
    this.#libc = libc;
    this.#fd = fd;
    this.#shape = shape;
    this.#headers = new MessageHeaders(libc, count);
    this.#octets = allocate(count * size);
    this.names = allocate(count * SOCKADDR_LENGTH);
    this.control = allocate(count * CONTROL_LENGTH_MAX);
    this.#octetsAddress = libc.address(this.#octets);
    this.#namesAddress = libc.address(this.names);
    this.#controlAddress = libc.address(this.control);
    this.#nameWords = new Int32Array(this.names.buffer);
    this.#controlWords = new Int32Array(this.control.buffer);
    this.#addresses = new Float64Array(count);
    this.#lengths = new Uint16Array(count);
    this.#next = new Uint16Array(count);
    this.#first = new Uint16Array(count);
    this.#last = new Uint16Array(count);
    this.#counts = new Uint16Array(count);
    this.#vectors = new Uint16Array(count);
    // A kernel that does not know segments would send them as one datagram.
    const off = allocate(4);
    this.#canSegment = libc.setsockopt(fd, SOL_UDP, UDP_SEGMENT, off, off.length) === 0;
  }

  get isFull(): boolean {
    return this.length === this.#shape.count;
  }

  /**
   * Adds a datagram, whose name and control messages have been written at `length`. The
   * octets are not kept.
   */
  push(octets: Uint8Array, length: number): void {
    const at = this.length * this.#shape.size;
    this.#octets.set(octets.subarray(0, length), at);
    this.pushAt(this.#octetsAddress + at, length);
  }

  /** The same of octets that stay at `address` until they are sent. */
  pushAt(address: number, length: number): void {
    const index = this.length++;
    this.#addresses[index] = address;
    this.#lengths[index] = length;
    const bucket = this.#canSegment ? this.#bucketOf(index) : 0;
    const group = this.#canSegment ? this.#buckets[bucket]! : NO_GROUP;
    if (group !== NO_GROUP && this.#hasRoom(group, length)) {
      this.#next[this.#last[group]!] = index;
      this.#last[group] = index;
      this.#counts[group]!++;
      return;
    }
    const added = this.#groups++;
    this.#buckets[bucket] = added;
    this.#first[added] = index;
    this.#last[added] = index;
    this.#counts[added] = 1;
  }

  /** Where the group of a datagram is, or may be. Clients differ by port more than by address. */
  #bucketOf(index: number): number {
    const at = index * NAME_WORDS;
    const end = this.#nameWords[at]! ^ this.#nameWords[at + 1]!;
    let bucket = Math.imul(end ^ this.#lengths[index]!, HASH) >>> BUCKET_SHIFT;
    for (;;) {
      const group = this.#buckets[bucket]!;
      if (group === NO_GROUP || this.#isAlike(index, this.#first[group]!)) return bucket;
      bucket = (bucket + 1) % BUCKETS;
    }
  }

  #hasRoom(group: number, length: number): boolean {
    const count = this.#counts[group]!;
    return count < MAX_SEGMENTS && (count + 1) * length <= MAX_OCTETS;
  }

  /** Whether two datagrams may be segments of one message. */
  #isAlike(index: number, first: number): boolean {
    const { nameLength, controlLength } = this.#shape;
    return (
      this.#lengths[first] === this.#lengths[index] &&
      areEqual(this.#nameWords, index * NAME_WORDS, first * NAME_WORDS, nameLength / 4) &&
      areEqual(this.#controlWords, index * CONTROL_WORDS, first * CONTROL_WORDS, controlLength / 4)
    );
  }

  /**
   * Sends all that waits. A datagram that the kernel refuses (a firewall, a vanished route) is
   * passed over; a buffer that stays full loses what is left. Returns how many were not sent.
   */
  flush(): number {
    if (this.length === 0) return 0;
    this.errno = 0;
    for (let group = 0, vector = 0; group < this.#groups; group++) {
      const count = this.#counts[group]!;
      this.#vectors[group] = vector;
      this.#prepare(group, vector, count);
      let index = this.#first[group]!;
      for (let i = 0; i < count; i++, index = this.#next[index]!) {
        this.#headers.setVector(vector++, this.#addresses[index]!, this.#lengths[index]!);
      }
    }
    const lost = this.#send(0, this.#groups);
    this.length = 0;
    this.#groups = 0;
    this.#buckets.fill(NO_GROUP);
    return lost;
  }

  /** Makes `count` vectors the message of a group. */
  #prepare(group: number, vector: number, count: number): void {
    const { nameLength } = this.#shape;
    let { controlLength } = this.#shape;
    const first = this.#first[group]!;
    const at = first * CONTROL_LENGTH_MAX;
    if (count > 1) controlLength += this.#writeSegment(at + controlLength, this.#lengths[first]!);
    this.#headers.setControl(group, this.#controlAddress + at, controlLength);
    const name = this.#namesAddress + first * SOCKADDR_LENGTH;
    this.#headers.setName(group, name, nameLength);
    this.#headers.setVectors(group, vector, count);
  }

  #writeSegment(at: number, length: number): number {
    this.control.writeUInt16LE(length, controlData(at));
    return writeControlHeader(this.control, at, SEGMENT);
  }

  /** Sends the messages of groups; returns how many datagrams were not sent. */
  #send(from: number, to: number): number {
    let lost = 0;
    let tries = 0;
    for (let group = from; group < to; ) {
      const sent = this.#libc.sendmmsg(
        this.#fd,
        this.#headers.from(group),
        to - group,
        MSG_DONTWAIT,
      );
      if (sent > 0) {
        group += sent;
        tries = 0;
        continue;
      }
      const errno = this.#libc.errno();
      if (errno === EAGAIN || errno === ENOBUFS || errno === EINTR) {
        if (++tries <= SEND_TRIES) this.#waitForRoom();
        else lost += this.#counts[group++]!;
      } else {
        lost += this.#sendApart(group++, errno);
      }
    }
    return lost;
  }

  /** What does not go as segments (a small MTU, a tunnel) may go datagram by datagram. */
  #sendApart(group: number, errno: number): number {
    const count = this.#counts[group]!;
    if (count === 1) {
      this.errno = errno;
      return 1;
    }
    // An interface that leaves checksums to us: it is the same next time.
    if (errno === EIO) this.#canSegment = false;
    this.#counts[group] = 1;
    let lost = 0;
    for (let i = 0; i < count; i++) {
      this.#prepare(group, this.#vectors[group]! + i, 1);
      lost += this.#send(group, group + 1);
    }
    return lost;
  }

  #waitForRoom(): void {
    const descriptor = allocate(POLLFD_LENGTH);
    descriptor.writeInt32LE(this.#fd, 0);
    descriptor.writeInt16LE(POLLOUT, 4);
    this.#libc.poll(descriptor, 1, SEND_WAIT_MS);
  }
}

function areEqual(words: Int32Array, one: number, other: number, count: number): boolean {
  for (let i = 0; i < count; i++) if (words[one + i] !== words[other + i]) return false;
  return true;
}
