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

/** Two entries for each inner node: another node, or below 0 a symbol. */
const NODES: Int16Array = buildNodes();

function buildNodes(): Int16Array {
  const nodes = new Int16Array(2 * LENGTHS.length);
  const symbols = LENGTHS.map((_, symbol) => symbol).sort(
    (a, b) => LENGTHS[a]! - LENGTHS[b]! || a - b,
  );
  let code = 0;
  let length = 0;
  let count = 1;
  for (const symbol of symbols) {
    code <<= LENGTHS[symbol]! - length;
    length = LENGTHS[symbol]!;
    let node = 0;
    for (let bit = length - 1; bit > 0; bit--) {
      const at = 2 * node + ((code >> bit) & 1);
      if (nodes[at] === 0) nodes[at] = count++;
      node = nodes[at]!;
    }
    nodes[2 * node + (code & 1)] = ~symbol;
    code++;
  }
  return nodes;
}

/** The text that the octets stand for; undefined when they stand for none. */
export function decodeHuffman(octets: Uint8Array): string | undefined {
  let text = '';
  let node = 0;
  /** Bits since the last symbol, and whether they are all ones. */
  let depth = 0;
  let isOnes = true;
  for (const octet of octets) {
    for (let bit = 7; bit >= 0; bit--) {
      const value = (octet >> bit) & 1;
      const next = NODES[2 * node + value]!;
      depth++;
      if (value === 0) isOnes = false;
      if (next >= 0) {
        node = next;
        continue;
      }
      if (~next === EOS) return undefined;
      text += String.fromCharCode(~next);
      node = 0;
      depth = 0;
      isOnes = true;
    }
  }
  return depth <= MAX_PADDING && isOnes ? text : undefined;
}
