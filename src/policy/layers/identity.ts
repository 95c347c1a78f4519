/** Which server and which policy answered: CHAOS TXT names (RFC 4892), under acl. */

import { builtIn, type Verdict } from '../../decision/verdict.ts';
import { lowerName, parseName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { Opcode, RrClass, RrType } from '../../wire/registry.ts';
import type { Layer } from '../layer.ts';
import type { PolicyParts } from '../layer-parts.ts';

/** Octets of a character string. */
const MAX_STRING = 255;

const NAMES = {
  'id.server': 'node',
  'hostname.bind': 'node',
  'version.server': 'version',
  'version.bind': 'version',
  'policy.rcode5': 'policy',
} as const;

const WIRES: readonly Uint8Array[] = Object.keys(NAMES).map((name) =>
  lowerName(parseName(name) as Uint8Array),
);

/** Whether it asks class CH for one of the names that are answered. */
export function isIdentityQuery(query: Query): boolean {
  return (
    query.qclass === RrClass.CH &&
    query.opcode === Opcode.QUERY &&
    WIRES.some((wire) => isName(query, wire))
  );
}

function isName(query: Query, wire: Uint8Array): boolean {
  if (query.nameLength !== wire.length) return false;
  for (let i = 0; i < wire.length; i++) if (query.name[i] !== wire[i]) return false;
  return true;
}

export function compileIdentity({ config, version, identity, verdicts }: PolicyParts): Layer {
  const { node } = config;
  // Read at each query: the hash is known only when all else is compiled.
  const texts = { node: () => node, version: () => version, policy: identity };
  const answers = Object.entries(NAMES).map(([name, key]): Verdict => {
    const rule = builtIn(`special-use ${name}`);
    return verdicts.add({
      layer: 'special-use',
      action: 'accept',
      rule,
      authoritative: true,
      recordsOf: () => [{ type: RrType.TXT, ttl: 0, rdata: txt(texts[key]()) }],
    });
  });
  return {
    name: 'special-use',
    judge(query) {
      if (query.qclass !== RrClass.CH || query.opcode !== Opcode.QUERY) return undefined;
      return answers[WIRES.findIndex((wire) => isName(query, wire))];
    },
    account: () => ({ why: 'identity names are asked in class CH' }),
  };
}

/** As many character strings as it takes (RFC 1035 section 3.3.14). */
function txt(text: string): Uint8Array {
  const octets = new TextEncoder().encode(text);
  const strings: number[] = [];
  for (let at = 0; at === 0 || at < octets.length; at += MAX_STRING) {
    const part = octets.subarray(at, at + MAX_STRING);
    strings.push(part.length, ...part);
  }
  return Uint8Array.from(strings);
}
