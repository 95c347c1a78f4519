/** Who is asked for what dnsmasq does not know: servers, addresses and local domains by the longest domain. */

import type { Rule, Verdict, VerdictSpec } from '../../decision/verdict.ts';
import type { Layer } from '../../policy/layer.ts';
import type { Query } from '../../wire/query.ts';
import { Ede, RrType } from '../../wire/registry.ts';
import { ruleAt } from '../verdicts.ts';
import { unhide } from './lines.ts';
import { oneOf } from './parts.ts';
import { isAnswer, type ServerEntry } from './servers.ts';
import { type DnsmasqWorld, nameOf, wantedBy } from './world.ts';

const ZEROS = { 4: new Uint8Array(4), 6: new Uint8Array(16) } as const;

export function compileRoute(world: DnsmasqWorld): Layer {
  const { verdicts, servers, names, parts } = world;
  const ttl = Number(oneOf(parts, 'local-ttl')?.value ?? 0) || 0;
  const local = (spec: Omit<VerdictSpec, 'layer'>) =>
    verdicts.of({ layer: 'local', authoritative: true, ...spec });
  const closed = (name: string, rule: Rule, hasAddress: boolean) =>
    local({ action: hasAddress || names.exists(name) ? 'nodata' : 'nxdomain', rule });
  const nobody = verdicts.of({
    layer: 'route',
    action: 'refuse',
    ede: Ede.NOT_READY,
    rule: ruleAt('no server for the name', undefined),
  });
  const needed = oneOf(parts, 'domain-needed');
  const judge = (query: Query): Verdict => {
    const name = nameOf(query);
    const wanted = wantedBy(query);
    const found = servers.find(name, wanted);
    const kind = found?.[0].kind;
    if (found !== undefined && kind !== 'server' && kind !== 'standard') {
      const rule = ruleOf(found[0]);
      if (!isAnswer(found[0].kind)) {
        return closed(
          name,
          rule,
          servers.siblings(found[0]).some((one) => isAnswer(one.kind)),
        );
      }
      return local({ action: 'answer', rule, records: recordsOf(found, wanted, ttl) });
    }
    const isSimple = name !== '' && !name.includes('.');
    if (needed !== undefined && isSimple && (wanted.address4 || wanted.address6)) {
      return closed(name, ruleAt('domain-needed', needed.place), false);
    }
    if (found === undefined) return nobody;
    return verdicts.of({ layer: 'upstream', action: 'forward', rule: ruleOf(found[0]) });
  };
  return { name: 'route', judge };
}

/** The line, as it is written. */
function ruleOf({ option }: ServerEntry): Rule {
  return ruleAt(`${option.name}=${unhide(option.value ?? '')}`, option.place);
}

function recordsOf(
  found: readonly ServerEntry[],
  { address4, address6 }: ReturnType<typeof wantedBy>,
  ttl: number,
) {
  return found.flatMap(({ kind, address }) => {
    const of = (type: number, rdata: Uint8Array) => ({ type, ttl, rdata });
    if (kind === 'address4') return [of(RrType.A, address!)];
    if (kind === 'address6') return [of(RrType.AAAA, address!)];
    return [
      ...(address4 ? [of(RrType.A, ZEROS[4])] : []),
      ...(address6 ? [of(RrType.AAAA, ZEROS[6])] : []),
    ];
  });
}
