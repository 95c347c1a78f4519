/** What an answer says of the name asked: its aliases, one after the other, and its addresses. */

import { HashedName } from './hashed-name.ts';
import type { Query } from './query.ts';
import { RecordCursor, Section } from './records.ts';
import { RrClass, RrType } from './registry.ts';

/** Aliases that are followed: resolvers give up at about as many. */
const MAX_ALIASES = 16;

const records = new RecordCursor();

interface Alias {
  ownerAt: number;
  targetAt: number;
  /** Offset behind the record, and the number of the answer's records up to there. */
  end: number;
  count: number;
  /** No alias is followed twice, so that no loop is. */
  isUsed: boolean;
}

interface AnswerAddress {
  family: 4 | 6;
  readonly words: Uint32Array;
}

/** An instance is reused for many answers: nothing may keep it or what it holds. */
export class AliasChain {
  message: Uint8Array = new Uint8Array(0);
  /** Names that the name asked leads to. */
  length = 0;
  addressCount = 0;
  readonly #names: HashedName[] = [];
  readonly #order: number[] = [];
  readonly #aliases: Alias[] = [];
  readonly #addresses: AnswerAddress[] = [];
  readonly #owner: HashedName = new HashedName();

  /** The name behind `step` aliases; the first is the one asked. */
  name(step: number, asked: HashedName): HashedName {
    return step === 0 ? asked : this.#names[step - 1]!;
  }

  /** The alias that leads to the name at `step`, which is not the first. */
  aliasAt(step: number): Readonly<Alias> {
    return this.#aliases[this.#order[step - 1]!]!;
  }

  address(index: number): Readonly<AnswerAddress> {
    return this.#addresses[index]!;
  }

  /** Reads the answer section of a well-formed message that answers the query. */
  read(message: Uint8Array, length: number, query: Query): void {
    this.message = message;
    this.length = 0;
    this.addressCount = 0;
    let aliases = 0;
    let count = 0;
    records.start(message, length);
    while (records.next() && records.section === Section.ANSWER) {
      count++;
      if (records.rrClass !== RrClass.IN) continue;
      if (records.type === RrType.CNAME) {
        if (aliases < MAX_ALIASES) this.#keepAlias(aliases++, count);
      } else if (records.type === RrType.A || records.type === RrType.AAAA) {
        this.#keepAddress(message);
      }
    }
    // Who asks for the alias itself is told it, and led nowhere.
    if (query.qtype !== RrType.CNAME) this.#follow(query, aliases, length);
  }

  #keepAlias(index: number, count: number): void {
    this.#aliases[index] ??= { ownerAt: 0, targetAt: 0, end: 0, count: 0, isUsed: false };
    const alias = this.#aliases[index];
    alias.ownerAt = records.ownerAt;
    alias.targetAt = records.rdataAt;
    alias.end = records.end;
    alias.count = count;
    alias.isUsed = false;
  }

  #keepAddress(message: Uint8Array): void {
    const size = records.type === RrType.A ? 4 : 16;
    if (records.end - records.rdataAt !== size) return;
    this.#addresses[this.addressCount] ??= { family: 4, words: new Uint32Array(4) };
    const address = this.#addresses[this.addressCount++]!;
    address.family = size === 4 ? 4 : 6;
    address.words.fill(0);
    for (let i = 0; i < size; i++) {
      const word = i >> 2;
      address.words[word] = ((address.words[word]! << 8) | message[records.rdataAt + i]!) >>> 0;
    }
  }

  #follow(asked: HashedName, aliases: number, length: number): void {
    let current = asked;
    for (let step = 1; step <= aliases; step++) {
      const index = this.#findAlias(current, aliases, length);
      if (index < 0) return;
      this.#names[step - 1] ??= new HashedName();
      const target = this.#names[step - 1]!;
      const { targetAt, end } = this.#aliases[index]!;
      if (!target.take(this.message, targetAt, end)) return;
      this.#aliases[index]!.isUsed = true;
      this.#order[step - 1] = index;
      this.length = step;
      current = target;
    }
  }

  #findAlias(name: HashedName, aliases: number, length: number): number {
    for (let i = 0; i < aliases; i++) {
      const { isUsed, ownerAt } = this.#aliases[i]!;
      if (isUsed || !this.#owner.take(this.message, ownerAt, length)) continue;
      if (this.#owner.equals(name)) return i;
    }
    return -1;
  }
}
