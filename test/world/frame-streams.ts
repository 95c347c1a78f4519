/** Frame Streams, as fstrm_capture writes them. */

/** The data frames of a Frame Streams file: those behind a length that is not 0. */
export function readFrames(octets: Buffer): Buffer[] {
  const frames: Buffer[] = [];
  for (let at = 0; at < octets.length; ) {
    const length = octets.readUInt32BE(at);
    const start = length === 0 ? at + 8 : at + 4;
    const end = start + (length === 0 ? octets.readUInt32BE(at + 4) : length);
    if (length > 0) frames.push(octets.subarray(start, end));
    at = end;
  }
  return frames;
}
