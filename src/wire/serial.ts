/** Serial numbers of zones: 32 bits that wrap around (RFC 1982). */

const HALF = 0x8000_0000;

/** Whether a serial comes after another one; of two that are half the circle apart neither does. */
export function isNewer(serial: number, than: number): boolean {
  const distance = (serial - than) >>> 0;
  return distance !== 0 && distance < HALF;
}
