/** Work: DNS over HTTPS. */

import type { Bench, Work } from '../bench.ts';
import { compareAnswering, compareRefusing } from './encrypted.ts';

const METHODS = ['POST', 'GET'] as const;

export const doh: Work = {
  name: 'doh',
  about: `DNS over HTTPS by HTTP/2: [h2load](https://nghttp2.org/documentation/h2load.1.html) with eight
connections and twenty requests under way on each; by POST for one name, by GET for a thousand. Refused
and logged, and answered from the cache, as by TLS.`,
  async run(bench) {
    if (!bench.programs.has('h2load')) return 'Left out: h2load is not installed.';
    const tables: string[] = [];
    for (const method of METHODS) tables.push(...(await tablesOf(bench, method)));
    return tables.join('\n\n');
  },
};

async function tablesOf(bench: Bench, method: (typeof METHODS)[number]): Promise<string[]> {
  const asked = { transport: 'doh', method } as const;
  const refused = await compareRefusing(bench, asked, 'doh');
  const cached = await compareAnswering(bench, asked, 'doh');
  return [
    `${method}, refused and logged:\n\n${refused}`,
    `${method}, from the cache:\n\n${cached}`,
  ];
}
