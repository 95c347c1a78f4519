/**
 * Which of the sockets that share an address gets a datagram (socket(7),
 * SO_ATTACH_REUSEPORT_CBPF): the same question always the same one, so that each thread's cache
 * has its own names and an answer is found wherever its question comes from, also through a
 * proxy that puts a header of the PROXY protocol, version 2, in front.
 */

import { setOptionBytes } from './batch-socket.ts';
import { allocate, type Libc, SO_ATTACH_REUSEPORT_CBPF } from './libc.ts';

/** Classic BPF (the kernel's networking/filter.rst): codes of the instructions that are used. */
const LOAD = 0x00;
const LOAD_WORD = 0x20;
const LOAD_HALF = 0x28;
/** At an offset behind the index. */
const LOAD_WORD_BEHIND = 0x40;
const JUMP = 0x05;
const JUMP_IF_EQUAL = 0x15;
const AND = 0x54;
const MULTIPLY = 0x24;
const STORE = 0x02;
const LOAD_INDEX = 0x61;
const XOR_INDEX = 0xac;
const ADD = 0x04;
const SHIFT_RIGHT = 0x74;
const MODULO = 0x94;
const RETURN = 0x16;

/** An instruction: its code, its value, and how many to skip when it is equal and when not. */
type Instruction = readonly [code: number, value: number, equal?: number, other?: number];

const INSTRUCTION_LENGTH = 8;
/** Words of memory: the hash, and where the message begins. */
const HASH = 0;
const MESSAGE = 1;

/** PROXY protocol version 2: how a header begins, where its length stands, what that leaves out. */
const PROXY_START = 0x0d0a0d0a;
const PROXY_LENGTH = 14;
const PROXY_FIXED = 16;
/** Puts where the message begins into memory: no query begins like a header. */
const SKIP_HEADER: readonly Instruction[] = [
  [LOAD_WORD, 0],
  [JUMP_IF_EQUAL, PROXY_START, 0, 3],
  [LOAD_HALF, PROXY_LENGTH],
  [ADD, PROXY_FIXED],
  [JUMP, 1],
  [LOAD, 0],
  [STORE, MESSAGE],
];

/** `struct sock_fprog`: count, padding, pointer. */
const PROGRAM_LENGTH = 16;

/** Offsets of the words that are hashed: the name, and behind a short one its type. */
const WORDS: readonly number[] = [12, 16, 20, 24];
/** ASCII letters in upper case (RFC 4343); other octets only have to stay the same. */
const CASELESS = 0xdfdfdfdf;
const MULTIPLIER = 0x9e3779b1;

/**
 * Steers the datagrams of the group that `fd` is in to `count` sockets of it, behind the `first`
 * that others opened before. A datagram that is too short for all words goes to the first of
 * the group. A number that no socket has leaves the choice to the kernel. Throws a SystemError.
 */
export function steerByName(libc: Libc, fd: number, count: number, first = 0): void {
  const instructions: Instruction[] = [[STORE, HASH], ...SKIP_HEADER];
  for (const offset of WORDS) {
    instructions.push([LOAD_INDEX, MESSAGE], [LOAD_WORD_BEHIND, offset], [AND, CASELESS]);
    instructions.push([LOAD_INDEX, HASH], [XOR_INDEX, 0], [MULTIPLY, MULTIPLIER], [STORE, HASH]);
  }
  instructions.push([SHIFT_RIGHT, 16], [MODULO, count], [ADD, first], [RETURN, 0]);
  const filter = allocate(instructions.length * INSTRUCTION_LENGTH);
  for (const [i, [code, value, equal = 0, other = 0]] of instructions.entries()) {
    filter.writeUInt16LE(code, i * INSTRUCTION_LENGTH);
    filter.writeUInt8(equal, i * INSTRUCTION_LENGTH + 2);
    filter.writeUInt8(other, i * INSTRUCTION_LENGTH + 3);
    filter.writeUInt32LE(value, i * INSTRUCTION_LENGTH + 4);
  }
  const program = allocate(PROGRAM_LENGTH);
  program.writeUInt16LE(instructions.length, 0);
  program.writeBigUInt64LE(BigInt(libc.address(filter)), 8);
  setOptionBytes(libc, fd, SO_ATTACH_REUSEPORT_CBPF, program);
}
