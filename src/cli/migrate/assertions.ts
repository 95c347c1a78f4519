/** Assertions that hold what another server decides, at the boundaries of what its rules are about. */

import { formatRcode } from '../../wire/registry.ts';
import type { Answered, Behaviour } from './behaviours.ts';
import { placeOf } from './rule-place.ts';
import { quoted } from './yaml-text.ts';

export function assertionsOf(behaviours: readonly Behaviour[]): string {
  const lines = behaviours.flatMap(({ clients, example, plain, domains }) =>
    boundariesOf(clients, example).flatMap((client) =>
      [plain, ...domains].flatMap((answered) => lineOf(client, answered)),
    ),
  );
  return lines.length === 0 ? '[]\n' : `${lines.join('\n')}\n`;
}

/** The first address of the first and of the last prefix: where a slip of the pen shows. */
function boundariesOf(clients: readonly string[], example: string): readonly string[] {
  const first = [clients[0], clients.at(-1)].flatMap((prefix) => prefix?.split('/')[0] ?? []);
  return [...new Set([example, ...first])];
}

function lineOf(client: string, { domain, fate, verdict }: Answered): readonly string[] {
  const { action, rcode, layer } = verdict;
  const query = quoted(`${domain} A`);
  const from = `# ${placeOf(verdict.rule)}`;
  if (fate === 'dropped')
    return [`- { client: ${quoted(client)}, query: ${query}, expect: { action: drop } } ${from}`];
  if (fate === 'refused') {
    return [
      `- { client: ${quoted(client)}, query: ${query}, expect: { rcode: ${formatRcode(rcode)} } } ${from}`,
    ];
  }
  // Its own zones are asked of it; what fails there is none of our decisions.
  if (action !== 'forward' && layer !== 'local') return [];
  return [`- { client: ${quoted(client)}, query: ${query}, expect: { action: forward } } ${from}`];
}
