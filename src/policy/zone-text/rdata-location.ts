/** LOC records (RFC 1876): `52 22 23.000 N 4 53 32.000 E -2.00m 0.00m 10000m 10m`. */

import { formatOctets } from './escape.ts';
import { pushNumber, type Rest } from './rdata-field.ts';

/** Version, size, two precisions, and three numbers. */
const LENGTH = 16;

/** Latitude 0 and longitude 0, in thousandths of a second. */
const MERIDIAN = 2 ** 31;
/** Centimetres from the lowest altitude to the sphere. */
const SEA_LEVEL = 10_000_000;

/** Size and precisions where the text leaves them out, in centimetres. */
const DEFAULTS = [100, 1_000_000, 1_000];

const METRES = /^-?\d{1,8}(?:\.\d{1,2})?m?$/i;
const MAX_ALTITUDE = 42_849_672.95;
const MAX_SIZE = 90_000_000;

export const LOCATION: Rest = {
  name: 'location',
  write(tokens, out) {
    const texts = tokens.map(({ octets }) => formatOctets(octets));
    const latitude = readAngle(texts, 0, { limit: 90, signs: 'NS' });
    if (typeof latitude === 'string') return { field: 0, expected: latitude };
    const longitude = readAngle(texts, latitude.next, { limit: 180, signs: 'EW' });
    if (typeof longitude === 'string') return { field: latitude.next, expected: longitude };
    const { next } = longitude;
    const altitude = readMetres(texts[next], { least: -100_000, most: MAX_ALTITUDE });
    if (altitude === undefined) return { field: next, expected: 'an altitude in metres' };
    const sizes = [...DEFAULTS];
    for (let i = 0; i < sizes.length && next + 1 + i < texts.length; i++) {
      const size = readMetres(texts[next + 1 + i], { least: 0, most: MAX_SIZE });
      if (size === undefined) return { field: next + 1 + i, expected: 'a length in metres' };
      sizes[i] = size;
    }
    const end = next + 1 + sizes.length;
    if (texts.length > end) return { field: end, expected: 'the end of the record' };
    out.push(0, ...sizes.map(packSize));
    pushNumber(MERIDIAN + latitude.thousandths, 4, out);
    pushNumber(MERIDIAN + longitude.thousandths, 4, out);
    pushNumber(SEA_LEVEL + altitude, 4, out);
    return undefined;
  },
  isWhole: (rdata, at) => rdata.length - at === LENGTH,
};

interface Angle {
  /** Of a second; negative in the south and in the west. */
  readonly thousandths: number;
  /** The field behind it. */
  readonly next: number;
}

/** Degrees, minutes and seconds, of which the latter may be left out, and a letter. */
function readAngle(
  texts: readonly string[],
  at: number,
  { limit, signs }: { limit: number; signs: string },
): Angle | string {
  const expected = `degrees up to ${limit}, minutes, seconds, and ${signs[0]} or ${signs[1]}`;
  const end = texts.findIndex((text, i) => i > at && /^[NSEW]$/i.test(text));
  if (end < 0 || end - at > 3) return expected;
  const parts = texts.slice(at, end);
  const isWellFormed = parts.every((part, i) =>
    (i < 2 ? /^\d{1,3}$/ : /^\d{1,2}(?:\.\d{1,3})?$/).test(part),
  );
  const [degrees, minutes = 0, seconds = 0] = parts.map(Number);
  const thousandths = Math.round((degrees! * 3600 + minutes * 60 + seconds) * 1000);
  const isAngle = minutes < 60 && seconds < 60 && thousandths <= limit * 3_600_000;
  const sign = signs.indexOf(texts[end]!.toUpperCase());
  if (!isWellFormed || !isAngle || sign < 0) return expected;
  return { thousandths: sign === 0 ? thousandths : -thousandths, next: end + 1 };
}

/** Centimetres. */
function readMetres(
  text: string | undefined,
  { least, most }: { least: number; most: number },
): number | undefined {
  if (text === undefined || !METRES.test(text)) return undefined;
  const metres = Number(text.replace(/m$/i, ''));
  return metres >= least && metres <= most ? Math.round(metres * 100) : undefined;
}

/** One digit and a power of ten, a nibble each. */
function packSize(centimetres: number): number {
  let mantissa = centimetres;
  let exponent = 0;
  for (; mantissa > 9; exponent++) mantissa = Math.floor(mantissa / 10);
  return (mantissa << 4) | exponent;
}
