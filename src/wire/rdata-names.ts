/** Names in RDATA, which the sender may have compressed: RDATA that stands on its own. */

import { expandName, MAX_NAME, skipName } from './name.ts';
import { RrType } from './registry.ts';

/** Octets before the first name, and how many names follow; behind them are octets again. */
interface Layout {
  readonly before: number;
  readonly names: number;
}

const ONE: Layout = { before: 0, names: 1 };
const TWO: Layout = { before: 0, names: 2 };
const PREFERRED: Layout = { before: 2, names: 1 };

/** The types whose names a receiver must expand (RFC 3597 section 4), and DNAME. */
const LAYOUTS: ReadonlyMap<number, Layout> = new Map<number, Layout>([
  [RrType.NS, ONE],
  [3, ONE], // MD
  [4, ONE], // MF
  [RrType.CNAME, ONE],
  [RrType.SOA, TWO],
  [7, ONE], // MB
  [8, ONE], // MG
  [9, ONE], // MR
  [RrType.PTR, ONE],
  [14, TWO], // MINFO
  [RrType.MX, PREFERRED],
  [RrType.RP, TWO],
  [RrType.AFSDB, PREFERRED],
  [21, PREFERRED], // RT
  [RrType.SIG, { before: 18, names: 1 }],
  [26, { before: 2, names: 2 }], // PX
  [30, ONE], // NXT
  [RrType.SRV, { before: 6, names: 1 }],
  [RrType.KX, PREFERRED],
  [RrType.DNAME, ONE],
]);

const ORDER_AND_PREFERENCE = 4;

const name = new Uint8Array(MAX_NAME);

/** The RDATA from `at` to `end` without compression pointers; undefined when it is malformed. */
export function expandRdata(
  message: Uint8Array,
  at: number,
  end: number,
  type: number,
): Uint8Array | undefined {
  const layout = type === RrType.NAPTR ? naptrLayout(message, at, end) : LAYOUTS.get(type);
  if (layout === undefined) return message.slice(at, end);
  let next = at + layout.before;
  if (next > end) return undefined;
  const parts = [message.subarray(at, next)];
  for (let i = 0; i < layout.names; i++) {
    const length = expandName(message, next, end, name);
    if (length < 0) return undefined;
    parts.push(name.slice(0, length));
    next = skipName(message, next, end);
  }
  parts.push(message.subarray(next, end));
  return concat(parts);
}

/** RFC 3403: its name stands behind three character-strings. */
function naptrLayout(message: Uint8Array, at: number, end: number): Layout {
  let next = at + ORDER_AND_PREFERENCE;
  for (let i = 0; i < 3; i++) next += 1 + (message[next] ?? end);
  return { before: next - at, names: 1 };
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
