/** CRC-32C (RFC 3720 appendix B.4), the checksum of PROXY protocol headers. */

const POLYNOMIAL = 0x82f63b78;

const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, octet) => {
  let value = octet;
  for (let bit = 0; bit < 8; bit++) value = (value >>> 1) ^ ((value & 1) * POLYNOMIAL);
  return value >>> 0;
});

export function crc32c(octets: Uint8Array): number {
  let crc = 0xffffffff;
  for (const octet of octets) crc = (crc >>> 8) ^ TABLE[(crc ^ octet) & 0xff]!;
  return ~crc >>> 0;
}
