/** The alias chain of the name asked in an answer: its aliases in order, and its addresses. */

import { type AnswerAddress, AnswerAddresses, type TranslationPrefix } from './answer-addresses.ts';
import { HashedName } from './hashed-name.ts';
import type { Query } from './query.ts';
import { RecordCursor, Section } from './records.ts';
import { RrClass, RrType } from './registry.ts';
import { isSignedRrset } from './signed-rrset.ts';

/** Aliases that are followed: resolvers give up at about as many. */
const MAX_ALIASES = 16;

const NO_STEP = -1;
const NO_PREFIXES: readonly TranslationPrefix[] = [];

const records = new RecordCursor();

interface Alias {
  ownerAt: number;
  targetAt: number;
  targetEnd: number;
  /**
   * Offset behind the record, or behind its signature if that comes next, and the number of the
   * answer's records up to there.
   */
  end: number;
  count: number;
  /** No alias is followed twice, so that no loop is. */
  isUsed: boolean;
}

/** An instance is reused for many answers: nothing may keep it or what it holds. */
export class AliasChain {
  message: Uint8Array = new Uint8Array(0);
  /** Names that the name asked leads to. */
  length = 0;
  /**
   * Aliases may be missing on the way: there are more than are followed, two for one name, or one
   * without a name that it leads to.
   */
  losesAliases = false;
  /** A record of an address is not of its type's form. */
  losesAddresses = false;
  #end = 0;
  /** Records of the answer so far, and the aliases that are kept of them. */
  #count = 0;
  #aliasCount = 0;
  #isBehindAlias = false;
  #signedStep: number = NO_STEP;
  #isSigned = false;
  readonly #addresses: AnswerAddresses = new AnswerAddresses();
  readonly #names: HashedName[] = [];
  readonly #order: number[] = [];
  readonly #aliases: Alias[] = [];
  readonly #owner: HashedName = new HashedName();
  readonly #target: HashedName = new HashedName();

  get addressCount(): number {
    return this.#addresses.count;
  }

  /** The name behind `step` aliases; the first is the one asked. */
  name(step: number, asked: HashedName): HashedName {
    return step === 0 ? asked : this.#names[step - 1]!;
  }

  /** The alias that leads to the name at `step`, which is not the first. */
  aliasAt(step: number): Readonly<Alias> {
    return this.#aliases[this.#order[step - 1]!]!;
  }

  address(index: number): Readonly<AnswerAddress> {
    return this.#addresses.at(index);
  }

  /** Whether the answer for the name at `step` is signed: its alias, data, or absence. */
  isSigned(step: number, query: Query): boolean {
    if (this.#signedStep !== step) {
      this.#signedStep = step;
      const name = this.name(step, query);
      const type = step === this.length ? query.qtype : RrType.CNAME;
      this.#isSigned = isSignedRrset(this.message, this.#end, name, type);
    }
    return this.#isSigned;
  }

  /** Reads the answer section of a well-formed message that answers the query. */
  read(
    message: Uint8Array,
    length: number,
    query: Query,
    nat64: readonly TranslationPrefix[] = NO_PREFIXES,
  ): void {
    this.message = message;
    this.length = 0;
    this.losesAliases = false;
    this.losesAddresses = false;
    this.#end = length;
    this.#signedStep = NO_STEP;
    this.#addresses.start(message, nat64);
    this.#count = 0;
    this.#aliasCount = 0;
    this.#isBehindAlias = false;
    records.start(message, length);
    while (records.next() && records.section === Section.ANSWER) this.#take();
    // Who asks for the alias itself gets it, and who asks for a zone gets all that it has.
    if (query.qtype === RrType.CNAME || query.isTransfer) this.losesAliases = false;
    else this.#follow(query, length);
  }

  /** Takes the record at hand. */
  #take(): void {
    this.#count++;
    const isBehindAlias = this.#isBehindAlias;
    this.#isBehindAlias = false;
    if (records.rrClass !== RrClass.IN) return;
    if (records.type === RrType.CNAME) this.#takeAlias();
    else if (records.type !== RrType.RRSIG) {
      if (!this.#addresses.take(records)) this.losesAddresses = true;
    } else if (isBehindAlias) this.#extendAlias(this.#aliases[this.#aliasCount - 1]!);
  }

  #takeAlias(): void {
    if (this.#aliasCount === MAX_ALIASES) {
      this.losesAliases = true;
      return;
    }
    const index = this.#aliasCount++;
    this.#aliases[index] ??= newAlias();
    const alias = this.#aliases[index];
    alias.ownerAt = records.ownerAt;
    alias.targetAt = records.rdataAt;
    alias.targetEnd = records.end;
    alias.isUsed = false;
    this.#extendAlias(alias);
    this.#isBehindAlias = true;
  }

  #extendAlias(alias: Alias): void {
    alias.end = records.end;
    alias.count = this.#count;
  }

  #follow(asked: HashedName, length: number): void {
    let current = asked;
    for (let step = 1; step <= this.#aliasCount; step++) {
      const index = this.#findAlias(current, length);
      if (index < 0) return;
      this.#names[step - 1] ??= new HashedName();
      const target = this.#names[step - 1]!;
      const { targetAt, targetEnd } = this.#aliases[index]!;
      if (!target.take(this.message, targetAt, targetEnd)) {
        this.losesAliases = true;
        return;
      }
      this.#aliases[index]!.isUsed = true;
      this.#order[step - 1] = index;
      this.length = step;
      current = target;
    }
  }

  /** RFC 1034 section 3.6.2: a name has one alias; of two, nobody knows which a client follows. */
  #findAlias(name: HashedName, length: number): number {
    let found = -1;
    for (let i = 0; i < this.#aliasCount; i++) {
      const { isUsed, ownerAt } = this.#aliases[i]!;
      if (isUsed || !this.#owner.take(this.message, ownerAt, length)) continue;
      if (!this.#owner.equals(name)) continue;
      if (found < 0) found = i;
      else if (!this.#hasSameTarget(found, i)) this.losesAliases = true;
    }
    return found;
  }

  /** RFC 2181 section 5: a record that is there twice is there once. */
  #hasSameTarget(one: number, other: number): boolean {
    const a = this.#aliases[one]!;
    const b = this.#aliases[other]!;
    return (
      this.#target.take(this.message, a.targetAt, a.targetEnd) &&
      this.#owner.take(this.message, b.targetAt, b.targetEnd) &&
      this.#owner.equals(this.#target)
    );
  }
}

function newAlias(): Alias {
  return { ownerAt: 0, targetAt: 0, targetEnd: 0, end: 0, count: 0, isUsed: false };
}
