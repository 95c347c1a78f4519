/** Plugins that answer from files: `hosts` and `file`. */

import type { Verdict } from '../../decision/verdict.ts';
import { parseAddress } from '../../net/address.ts';
import type { Layer } from '../../policy/layer.ts';
import { lowerName, parseName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { RrType } from '../../wire/registry.ts';
import type { RecordData } from '../../wire/response.ts';
import { readForeign } from '../problems.ts';
import { ruleAt } from '../verdicts.ts';
import { keyOf, readZoneFile } from '../zone-data.ts';
import type { Directive } from './corefile.ts';
import { type PluginParts, pathIn } from './plugin-parts.ts';
import { isWithin, zonesOf } from './zones.ts';

const HOSTS_FILE = '/etc/hosts';
const TTL = 3600;
const OPTIONS = ['fallthrough', 'ttl', 'no_reverse', 'reload'];

interface HostLine {
  readonly records: RecordData[];
  readonly place: { readonly file: string; readonly line: number; readonly column: number };
}

/** Addresses of names; a name that it lacks is SERVFAIL, or left to others by `fallthrough`. */
export function compileHosts(directive: Directive, parts: PluginParts): Layer {
  const { name, args, block } = directive;
  const hasFile = args[0] !== undefined && /[/.]/.test(args[0].text) && parts.zones.length > 0;
  const file = hasFile ? pathIn(parts.folder, args[0]!.text) : HOSTS_FILE;
  const rest = args.slice(hasFile ? 1 : 0);
  const zones = rest.length === 0 ? parts.zones : zonesOf(rest, parts.problems);
  const inline = block.filter((line) => !OPTIONS.includes(line.name.text));
  const hosts = new Map<string, HostLine>();
  for (const line of inline) {
    const words = [line.name, ...line.args].map(({ text }) => text);
    addHost(hosts, words, line.name.place);
  }
  if (hasFile || inline.length === 0) readHosts(hosts, file);
  for (const key of hosts.keys()) parts.names.push(Buffer.from(key, 'latin1'));
  const fallthrough = block.find((line) => line.name.text === 'fallthrough');
  const falls = fallthrough && zonesOf(fallthrough.args, parts.problems);
  const fails = parts.verdicts.of({
    layer: 'local',
    action: 'fail',
    rule: ruleAt('hosts: a name that it lacks', name.place),
  });
  const judge = (query: Query): Verdict | undefined => {
    if (!isWithin(query, zones)) return undefined;
    const host = hosts.get(keyOf(query.name.subarray(0, query.nameLength)));
    if (host === undefined) {
      const isLeft = falls !== undefined && (falls.length === 0 || isWithin(query, falls));
      return isLeft ? undefined : fails;
    }
    const records = host.records.filter(({ type }) => type === query.qtype);
    const action = records.length > 0 ? 'answer' : 'nodata';
    return parts.verdicts.of({
      layer: 'local',
      action,
      rule: ruleAt('hosts', host.place),
      authoritative: true,
      records,
    });
  };
  return { name: 'local', judge };
}

function readHosts(hosts: Map<string, HostLine>, file: string): void {
  const read = readForeign(file, 'a hosts file');
  // A file that is not there is an empty one, as in CoreDNS.
  if ('problem' in read) return;
  for (const [i, line] of read.text.split('\n').entries()) {
    const words = line.replace(/#.*/, '').trim().split(/\s+/);
    addHost(hosts, words, { file, line: i + 1, column: 1 });
  }
}

function addHost(
  hosts: Map<string, HostLine>,
  words: readonly string[],
  place: HostLine['place'],
): void {
  const [first = '', ...names] = words;
  const address = parseAddress(first);
  if (address === undefined) return;
  const octets = new Uint8Array(address.family === 4 ? 4 : 16);
  for (let i = 0; i < octets.length; i++) octets[i] = address.words[i >> 2]! >>> (24 - 8 * (i & 3));
  const type = address.family === 4 ? RrType.A : RrType.AAAA;
  for (const name of names) {
    const wire = parseName(name);
    if (typeof wire === 'string') continue;
    const key = keyOf(lowerName(wire));
    const host = hosts.get(key) ?? { records: [], place };
    host.records.push({ type, ttl: TTL, rdata: octets });
    hosts.set(key, host);
  }
}

/** `file DBFILE [ZONES…]`: a zone that CoreDNS serves itself. */
export function compileFile(directive: Directive, parts: PluginParts): Layer {
  const { name, args } = directive;
  const zones = args.length < 2 ? parts.zones : zonesOf(args.slice(1), parts.problems);
  const path = args[0] && pathIn(parts.folder, args[0].text);
  parts.names.push(...zones);
  const rule = ruleAt(`file ${args.map(({ text }) => text).join(' ')}`, name.place);
  const served = zones.map((zone) => ({
    zone,
    data: path === undefined ? undefined : readZoneFile(path, zone),
  }));
  const judge = (query: Query): Verdict | undefined => {
    const own = served
      .filter(({ zone }) => isWithin(query, [zone]))
      .sort((a, b) => b.zone.length - a.zone.length)[0];
    if (own === undefined) return undefined;
    if (own.data === undefined) return parts.verdicts.of({ layer: 'local', action: 'fail', rule });
    const found = own.data.find(query.name.subarray(0, query.nameLength), query.qtype);
    const action = found.kind === 'nxdomain' || found.kind === 'nodata' ? found.kind : 'answer';
    return parts.verdicts.of({
      layer: 'local',
      action,
      rule,
      authoritative: true,
      records: found.records,
    });
  };
  return { name: 'local', judge };
}
