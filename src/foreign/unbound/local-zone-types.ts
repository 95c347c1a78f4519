/** The types of `local-zone`, and what each answers where it has no data. */

export const LOCAL_ZONE_TYPES = [
  'deny',
  'refuse',
  'static',
  'transparent',
  'typetransparent',
  'redirect',
  'inform',
  'inform_deny',
  'inform_redirect',
  'always_transparent',
  'block_a',
  'always_refuse',
  'always_nxdomain',
  'always_nodata',
  'always_deny',
  'always_null',
  'ipset',
  'noview',
  'nodefault',
] as const;
export type LocalZoneType = (typeof LOCAL_ZONE_TYPES)[number];

/** Types that never look at the data of their zone. */
const DATALESS: readonly LocalZoneType[] = [
  'always_refuse',
  'always_transparent',
  'block_a',
  'always_nxdomain',
  'always_nodata',
  'always_deny',
];
const REDIRECTS: readonly LocalZoneType[] = ['redirect', 'inform_redirect'];

export function readsData(type: LocalZoneType): boolean {
  return !DATALESS.includes(type);
}

/** Whether all names of the zone have the data of its apex. */
export function isRedirect(type: LocalZoneType): boolean {
  return REDIRECTS.includes(type);
}

export type Denial = 'drop' | 'refuse' | 'nxdomain' | 'nodata' | 'null' | undefined;

/**
 * What becomes of a question that no record of the zone answers; undefined passes it on. `exists`: the
 * name is in the data, or above a name that is. `hasRecords`: it has records of other types.
 */
export function denialOf(
  type: LocalZoneType,
  { exists, hasRecords, isA }: { exists: boolean; hasRecords: boolean; isA: boolean },
): Denial {
  switch (type) {
    case 'deny':
    case 'always_deny':
    case 'inform_deny':
      return 'drop';
    case 'refuse':
    case 'always_refuse':
      return 'refuse';
    case 'static':
      return exists ? 'nodata' : 'nxdomain';
    case 'redirect':
    case 'inform_redirect':
    case 'always_nodata':
      return 'nodata';
    case 'always_nxdomain':
      return exists ? 'nodata' : 'nxdomain';
    case 'typetransparent':
    case 'always_transparent':
      return undefined;
    case 'block_a':
      return isA ? 'nodata' : undefined;
    case 'always_null':
      return 'null';
    default:
      return hasRecords ? 'nodata' : undefined;
  }
}
