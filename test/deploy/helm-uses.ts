/** The chart, and values that it is tested with. */

import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parse } from 'yaml';
import { Chart, mergeValues, type Release, type Values } from '../world/helm/chart.ts';
import { deployFile } from './files.ts';

export const FOLDER: string = deployFile('helm/rcode5');
export const RELEASE: Release = { name: 'rcode5', namespace: 'dns' };
export const chart: Chart = new Chart(FOLDER);

export const EXAMPLES: ReadonlyMap<string, Values> = new Map<string, Values>(
  globSync(join(FOLDER, 'examples/*.yaml'))
    .sort()
    .map((file) => [basename(file, '.yaml'), parse(readFileSync(file, 'utf8'))]),
);
const everything = [...EXAMPLES.values()].reduce(mergeValues);
/** What people may want, by its name. */
export const USES: ReadonlyMap<string, Values> = new Map<string, Values>([
  ['the default', {}],
  ...EXAMPLES,
  ['all examples at once', everything],
  ['files', { files: { 'a.rpz': '  ; zone\n\n@ IN SOA . . 1 1 1 1 1\n', 'b.txt': 'x: 1' } }],
  ['IPv6 alone', { ipFamilies: ['IPv6'] }],
  ['DNS over HTTPS alone', mergeValues(EXAMPLES.get('encrypted')!, { tls: { dot: false } })],
]);
