/** The plugins of a server block, in CoreDNS's own order, as layers. */

import type { Verdict } from '../../decision/verdict.ts';
import { formatAddress, parseAddress } from '../../net/address.ts';
import type { Layer } from '../../policy/layer.ts';
import type { Query } from '../../wire/query.ts';
import { Opcode, Rcode, RrClass, RrType } from '../../wire/registry.ts';
import { ruleAt } from '../verdicts.ts';
import { compileAcl } from './acl-plugin.ts';
import type { Directive } from './corefile.ts';
import { compileFile, compileHosts } from './data-plugins.ts';
import type { PluginParts } from './plugin-parts.ts';
import { isWithin, zonesOf } from './zones.ts';

/** Plugins that decide something, in the order of plugin.cfg of CoreDNS 1.12. */
const DECIDING: readonly (readonly [
  string,
  (directive: Directive, parts: PluginParts) => Layer,
])[] = [
  ['acl', compileAcl],
  ['any', compileAny],
  ['template', compileTemplate],
  ['hosts', compileHosts],
  ['file', compileFile],
  ['forward', compileForward],
  ['whoami', compileWhoami],
];

/** Plugins that decide nothing: what they do is not about who is answered. */
const PASSED_OVER: ReadonlySet<string> = new Set(
  `bind bufsize cache cancel debug dnssec dnstap errors health header loadbalance log loop metadata
   minimal nsid pprof prometheus quic ready reload root sign tls trace timeouts transfer view multisocket local`
    .trim()
    .split(/\s+/),
);

/** What other plugins do, and what to do about it here. */
const UNMODELLED: Readonly<Record<string, string>> = {
  rewrite: 'changes questions and answers before others see them; write the names as rules',
  kubernetes: 'answers for services of a cluster; keep CoreDNS for that zone',
  k8s_external: 'answers for services of a cluster; keep CoreDNS for that zone',
  auto: 'serves zone files; keep CoreDNS for its zones',
  secondary: 'serves transferred zones; keep CoreDNS for its zones',
  etcd: 'answers from a database; keep CoreDNS for that zone',
  autopath: 'tries names of a search list; clients do that themselves',
  dns64: 'makes AAAA records of A records',
  tsig: 'demands signatures',
  grpc: 'asks others by gRPC',
  chaos: 'answers names of class CH',
  erratic: 'answers by chance',
  geoip: 'looks up where clients are',
};

export function compilePlugins(
  directives: readonly Directive[],
  parts: PluginParts,
): readonly Layer[] {
  for (const { name } of directives) {
    if (PASSED_OVER.has(name.text) || DECIDING.some(([known]) => known === name.text)) continue;
    const instead = UNMODELLED[name.text];
    if (instead === undefined) {
      parts.left.push({
        place: name.place,
        what: name.text,
        instead: 'nobody knows this plugin here',
        decides: true,
      });
    } else parts.left.push({ place: name.place, what: name.text, instead, decides: true });
  }
  const layers = DECIDING.flatMap(([known, compile]) =>
    directives
      .filter(({ name }) => name.text === known)
      .map((directive) => compile(directive, parts)),
  );
  return [...layers, nobodyAnswers(parts)];
}

/** The end of the chain. */
function nobodyAnswers({ verdicts }: PluginParts): Layer {
  const failed = verdicts.of({
    layer: 'route',
    action: 'fail',
    rule: ruleAt('no plugin answers', undefined),
  });
  return { name: 'route', judge: () => failed };
}

/** ANY gets HINFO (RFC 8482). */
function compileAny({ name }: Directive, { verdicts }: PluginParts): Layer {
  const minimal = verdicts.of({
    layer: 'protocol',
    action: 'reject',
    rcode: 0,
    rule: ruleAt('any', name.place),
  });
  return {
    name: 'protocol',
    judge: ({ qtype, opcode }) =>
      qtype === RrType.ANY && opcode === Opcode.QUERY ? minimal : undefined,
  };
}

function compileWhoami({ name }: Directive, { verdicts }: PluginParts): Layer {
  const answer = verdicts.of({
    layer: 'local',
    action: 'answer',
    rule: ruleAt('whoami', name.place),
  });
  return { name: 'local', judge: () => answer };
}

/** `template CLASS TYPE [ZONE…]`: where it is the same for all names. */
function compileTemplate(directive: Directive, parts: PluginParts): Layer {
  const { name, args, block } = directive;
  const [rrClass, type, ...rest] = args;
  const zones = rest.length === 0 ? parts.zones : zonesOf(rest, parts.problems);
  const property = (word: string) => block.find((line) => line.name.text === word);
  const moving = ['match', 'fallthrough', 'upstream']
    .map(property)
    .find((one) => one !== undefined);
  if (moving !== undefined) {
    const instead = 'answers by patterns; write the names as rules';
    parts.left.push({
      place: moving.name.place,
      what: `template with ${moving.name.text}`,
      instead,
      decides: true,
    });
  }
  const rcode = property('rcode')?.args[0]?.text.toUpperCase() ?? 'NOERROR';
  const code = Rcode[rcode as keyof typeof Rcode] ?? Rcode.NOERROR;
  const verdict = parts.verdicts.of({
    ...{
      layer: 'local',
      rcode: code,
      rule: ruleAt(`template ${args.map(({ text }) => text).join(' ')}`, name.place),
    },
    action: actionOf(code),
  });
  const isOfType = (query: Query) => {
    const wanted = type?.text.toUpperCase() ?? 'ANY';
    return wanted === 'ANY' || RrType[wanted as keyof typeof RrType] === query.qtype;
  };
  const isOfClass = ({ qclass }: Query) =>
    rrClass?.text.toUpperCase() !== 'CH' || qclass === RrClass.CH;
  const judge = (query: Query): Verdict | undefined =>
    moving === undefined && isWithin(query, zones) && isOfType(query) && isOfClass(query)
      ? verdict
      : undefined;
  return { name: 'local', judge };
}

function actionOf(rcode: number) {
  if (rcode === Rcode.REFUSED) return 'refuse';
  if (rcode === Rcode.NXDOMAIN) return 'nxdomain';
  return rcode === Rcode.NOERROR ? 'answer' : 'fail';
}

/** `forward FROM TO… { except NAME… }` */
function compileForward(directive: Directive, parts: PluginParts): Layer {
  const { name, args, block } = directive;
  const [from] = zonesOf(args.slice(0, 1), parts.problems);
  const exceptions = zonesOf(
    block.flatMap((line) => (line.name.text === 'except' ? line.args : [])),
    parts.problems,
  );
  if (from !== undefined) parts.names.push(from, ...exceptions);
  const rule = ruleAt(`forward ${args.map(({ text }) => text).join(' ')}`, name.place);
  const forwarded = parts.verdicts.of({ layer: 'upstream', action: 'forward', rule });
  const judge = (query: Query): Verdict | undefined =>
    from !== undefined && isWithin(query, [from]) && !isWithin(query, exceptions)
      ? forwarded
      : undefined;
  return { name: 'route', judge };
}

/** The servers of `forward`, as ours are written; `tls://` ones and names of files too. */
export function serversOf({ args }: Directive): readonly string[] {
  return args.slice(1).map(({ text }) => {
    const plain = text.replace(/^dns:\/\//, '');
    const address = parseAddress(plain.replace(/^\[(.*)\]$/, '$1'));
    return address === undefined ? plain : formatAddress(address.family, address.words);
  });
}
