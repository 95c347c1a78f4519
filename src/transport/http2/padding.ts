/** Frames may be padded (RFC 9113 sections 6.1 and 6.2). */

import { Flag } from './frame-writer.ts';
import { Http2Error } from './http2-error.ts';

/** What is between the length of the padding, with `skipped` octets behind it, and the padding. */
export function unpadded(payload: Buffer, flags: number, skipped: number): Buffer {
  if (skipped === 0 && (flags & Flag.PADDED) === 0) return payload;
  const isPadded = (flags & Flag.PADDED) !== 0;
  const start = (isPadded ? 1 : 0) + skipped;
  const end = payload.length - (isPadded ? (payload[0] ?? 0) : 0);
  if (start > end) throw new Http2Error('PROTOCOL_ERROR');
  return payload.subarray(start, end);
}
