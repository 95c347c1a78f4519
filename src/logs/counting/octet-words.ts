/** Finds which of some words octets are. */

/** Of a power of two slots most are empty. */
const SLOTS = 512;

export class OctetWords {
  readonly #words: readonly Uint8Array[];
  readonly #slots: Int16Array = new Int16Array(SLOTS).fill(-1);

  /** Words of ASCII. */
  constructor(words: readonly string[]) {
    this.#words = words.map((word) => Buffer.from(word, 'latin1'));
    for (const [index, word] of this.#words.entries()) {
      let slot = slotOf(word, 0, word.length);
      while (this.#slots[slot] !== -1) slot = (slot + 1) % SLOTS;
      this.#slots[slot] = index;
    }
  }

  /** The index of the word that stands there; -1 for another one. */
  find(octets: Uint8Array, start: number, end: number): number {
    for (let slot = slotOf(octets, start, end); ; slot = (slot + 1) % SLOTS) {
      const index = this.#slots[slot]!;
      if (index < 0 || isWord(this.#words[index]!, octets, start, end)) return index;
    }
  }
}

function slotOf(octets: Uint8Array, start: number, end: number): number {
  let hash = end - start;
  for (let at = start; at < end; at++) hash = (hash * 33 + octets[at]!) | 0;
  return (hash ^ (hash >>> 9)) & (SLOTS - 1);
}

function isWord(word: Uint8Array, octets: Uint8Array, start: number, end: number): boolean {
  if (word.length !== end - start) return false;
  for (let i = 0; i < word.length; i++) if (word[i] !== octets[start + i]) return false;
  return true;
}
