/** The Huffman code of HPACK (RFC 7541 section 5.2, appendix B): decoding. */

const EOS = 256;
/** Bits that may be left at the end: fewer than an octet. */
const MAX_PADDING = 7;

/**
 * Bits of the code of each octet, and of EOS. That is all of the code: of the same length the codes
 * follow each other in the order of the octets, behind those that are shorter.
 */
const LENGTHS: readonly number[] = [
  '13 23 28 28 28 28 28 28 28 24 30 28 28 30 28 28 28 28 28 28 28 28 30 28 28 28 28 28 28 28 28 28 ',
  '6 10 10 12 13 6 8 11 10 10 8 11 8 6 6 6 5 5 5 6 6 6 6 6 6 6 7 8 15 6 12 10 ',
  '13 6 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 7 8 7 8 13 19 13 14 6 ',
  '15 5 6 5 6 5 6 6 6 5 7 7 6 6 6 5 6 7 6 5 5 6 7 7 7 7 7 15 11 14 13 28 ',
  '20 22 20 20 22 22 22 23 22 23 23 23 23 23 24 23 24 24 22 23 24 23 23 23 23 21 22 23 22 23 23 24 ',
  '22 21 20 22 22 23 23 21 23 22 22 24 21 22 23 23 21 21 22 21 23 22 23 23 20 22 22 22 23 22 22 23 ',
  '26 26 20 19 22 23 22 25 26 26 26 27 27 26 24 25 19 21 26 27 27 26 27 24 21 21 26 26 28 27 27 27 ',
  '20 24 20 21 22 21 21 23 22 22 25 25 24 24 26 23 26 27 26 26 27 27 27 27 27 28 27 27 27 27 27 26 ',
  '30 ',
]
  .join('')
  .trim()
  .split(' ')
  .map(Number);

/** The code of each octet, and of EOS, in the lowest bits. */
const CODES: Uint32Array = buildCodes();

function buildCodes(): Uint32Array {
  const codes = new Uint32Array(LENGTHS.length);
  const symbols = LENGTHS.map((_, symbol) => symbol).sort(
    (a, b) => LENGTHS[a]! - LENGTHS[b]! || a - b,
  );
  let code = 0;
  let length = 0;
  for (const symbol of symbols) {
    code <<= LENGTHS[symbol]! - length;
    length = LENGTHS[symbol]!;
    codes[symbol] = code++;
  }
  return codes;
}

/** The code of an octet: its bits, and how many they are. */
export function huffmanCode(octet: number): { readonly bits: number; readonly count: number } {
  return { bits: CODES[octet]!, count: LENGTHS[octet]! };
}

/** Two entries for each inner node: another node, or below 0 a symbol. */
const NODES: Int16Array = buildNodes();

function buildNodes(): Int16Array {
  const nodes = new Int16Array(2 * LENGTHS.length);
  let count = 1;
  for (const [symbol, code] of CODES.entries()) {
    let node = 0;
    for (let bit = LENGTHS[symbol]! - 1; bit > 0; bit--) {
      const at = 2 * node + ((code >> bit) & 1);
      if (nodes[at] === 0) nodes[at] = count++;
      node = nodes[at]!;
    }
    nodes[2 * node + (code & 1)] = ~symbol;
  }
  return nodes;
}

/** What a half octet does in a state, which is a node: the next state, and a symbol if one ends in it. */
const STATE = 0x1ff;
const SYMBOL_SHIFT = 9;
const HAS_SYMBOL = 1 << 17;
const IS_BROKEN = 1 << 18;

const STEPS: Uint32Array = buildSteps();

function buildSteps(): Uint32Array {
  const steps = new Uint32Array(16 * (NODES.length / 2));
  for (let at = 0; at < steps.length; at++) steps[at] = step(at >> 4, at & 15);
  return steps;
}

/** No code is shorter than a half octet: at most one symbol ends in it. */
function step(node: number, half: number): number {
  let state = node;
  let symbol = 0;
  for (let bit = 3; bit >= 0; bit--) {
    const next = NODES[2 * state + ((half >> bit) & 1)]!;
    if (~next === EOS) return IS_BROKEN;
    if (next < 0) symbol = HAS_SYMBOL | (~next << SYMBOL_SHIFT);
    state = Math.max(next, 0);
  }
  return symbol | state;
}

/** Whether a block may end in a state: in fewer bits than an octet that are all ones. */
const MAY_END: Uint8Array = buildEnds();

function buildEnds(): Uint8Array {
  const ends = new Uint8Array(NODES.length / 2);
  let node = 0;
  for (let depth = 0; depth <= MAX_PADDING; depth++) {
    ends[node] = 1;
    node = NODES[2 * node + 1]!;
  }
  return ends;
}

/** Octets of text that are collected at a time. */
let text: Buffer = Buffer.allocUnsafeSlow(1024);

/** The text that the octets stand for; undefined when they stand for none. */
export function decodeHuffman(octets: Uint8Array): string | undefined {
  // No code has fewer than five bits.
  const most = Math.ceil((octets.length * 8) / 5);
  if (most > text.length) text = Buffer.allocUnsafeSlow(2 * most);
  let length = 0;
  let state = 0;
  for (let i = 0; i < octets.length; i++) {
    const octet = octets[i]!;
    const first = STEPS[(state << 4) | (octet >> 4)]!;
    if ((first & HAS_SYMBOL) !== 0) text[length++] = (first >> SYMBOL_SHIFT) & 0xff;
    const second = STEPS[((first & STATE) << 4) | (octet & 15)]!;
    if ((second & HAS_SYMBOL) !== 0) text[length++] = (second >> SYMBOL_SHIFT) & 0xff;
    if (((first | second) & IS_BROKEN) !== 0) return undefined;
    state = second & STATE;
  }
  return MAY_END[state] === 1 ? text.toString('latin1', 0, length) : undefined;
}
