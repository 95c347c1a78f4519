/** Configurations of dnsdist, made by chance: ACLs, servers in pools, and rules. */

import type { Generated } from './bind-configurations.ts';
import type { Chance } from './chance.ts';

const MASKS = [
  '127.0.0.1',
  '127.0.0.1/32',
  '127.0.0.2',
  '127.0.0.0/24',
  '127.0.0.64/26',
  '127.0.0.0/8',
  '127.10.0.0/16',
  '127.10.20.30/17',
  '127.64.0.0/10',
  '127.200.1.1',
  '10.0.0.0/8',
  '0.0.0.0/0',
  '::1',
  '!127.0.0.77',
  '!127.10.99.0/24',
];

const SUFFIXES = ['one.example', 'sub.one.example', 'TWO.example.', 'ads.example', 'org', '.'];

const NAMES = [
  ...['one.example', 'www.one.example', 'x.sub.one.example', 'sub.one.example', 'notone.example'],
  ...['two.example', 'www.two.example', 'ads.example', 'a.b.ads.example', 'other.org', 'org'],
  ...['www.example.com', 'a.very.long.name.with.labels.example.net', 'localhost', 'example'],
];

const QTYPES = ['A', 'AAAA', 'TXT', 'MX', 'ANY', 'SOA', 'PTR', 'NS'];
const POOLS = ['', 'blue', 'green', 'nobody'];

/** `port` is where it listens, `upstream` who answers what it asks. */
export function dnsdistConfiguration(
  chance: Chance,
  { folder, port, upstream }: { folder: string; port: number; upstream: number },
): Generated {
  const quoted = (text: string) => (chance.is(0.8) ? `"${text}"` : `'${text}'`);
  const table = (texts: readonly string[]) => `{${texts.map(quoted).join(', ')}}`;
  const masks = (low: number) => chance.some(low, 3, () => chance.one(MASKS));
  const plain = () => masks(1).map((mask) => mask.replace('!', ''));
  const suffixes = () => chance.some(1, 3, () => chance.one(SUFFIXES));
  const variables: string[] = [];
  const named = (make: string, add: string, all: readonly string[]) => {
    const name = `v${variables.length}`;
    const adds = all.map((one) => `${name}:${add.replace('$', quoted(one))}\n`).join('');
    variables.push(`${chance.is(0.5) ? 'local ' : ''}${name} = ${make}()\n${adds}`);
    return name;
  };
  const qtype = () => {
    const type = chance.one(QTYPES);
    return chance.is(0.5) ? `DNSQType.${type}` : `"${type}"`;
  };
  const simple: readonly (() => string)[] = [
    () => 'AllRule()',
    () => `NetmaskGroupRule(${named('newNMG', 'addMask($)', masks(1))})`,
    () => `QNameRule(${quoted(chance.one(NAMES))})`,
    () =>
      `SuffixMatchNodeRule(${named('newSuffixMatchNode', chance.is(0.5) ? 'add($)' : 'add(newDNSName($))', suffixes())})`,
    () => `QNameSetRule(${named('newDNSNameSet', 'add(newDNSName($))', suffixes())})`,
    () => `QTypeRule(${qtype()})`,
    () => `QClassRule(${chance.one(['DNSClass.IN', 'DNSClass.CHAOS', '3', '4'])})`,
    () => `OpcodeRule(DNSOpcode.${chance.one(['Query', 'Notify', 'Update', 'Status'])})`,
    () => 'RDRule()',
    () => 'DNSSECRule()',
    () => `TCPRule(${chance.one(['true', 'false'])})`,
    () => `QNameLabelsCountRule(${chance.between(0, 2)}, ${chance.between(2, 5)})`,
    () => `QNameWireLengthRule(${chance.between(0, 14)}, ${chance.between(14, 40)})`,
  ];
  const selector = (depth: number): string => {
    if (depth < 2 && chance.is(0.3)) {
      const inner = chance.some(1, 3, () => selector(depth + 1)).join(', ');
      return chance.one([
        `AndRule({${inner}})`,
        `OrRule({${inner}})`,
        `NotRule(${selector(depth + 1)})`,
      ]);
    }
    return chance.one(simple)();
  };
  const matcher = () => {
    if (chance.is(0.15)) return quoted(chance.one(suffixes()));
    if (chance.is(0.15)) return table(suffixes());
    if (chance.is(0.15)) return table(plain());
    if (chance.is(0.08)) return table([...plain(), ...suffixes()]);
    return selector(0);
  };
  const rcode = () =>
    `DNSRCode.${chance.one(['REFUSED', 'NXDOMAIN', 'SERVFAIL', 'NOERROR', 'NOTIMP', 'FORMERR'])}`;
  const action = () =>
    chance.one([
      () => 'AllowAction()',
      () => 'DropAction()',
      () => 'TCAction()',
      () => `RCodeAction(${rcode()})`,
      () => `RCodeAction(${rcode()})`,
      () => `ERCodeAction(DNSRCode.${chance.one(['REFUSED', 'NXDOMAIN'])})`,
      () => `SpoofAction("192.0.2.${chance.between(1, 9)}")`,
      () => 'SpoofAction({"192.0.2.1", "192.0.2.2", "2001:db8::1"})',
      () => 'SpoofAction("2001:db8::5", {ttl=5})',
      () => 'SpoofCNAMEAction("elsewhere.example")',
      () => `PoolAction("${chance.one(POOLS)}")`,
      () => `PoolAction("${chance.one(POOLS)}")`,
      () => 'NoneAction()',
      () => 'SetNoRecurseAction()',
      () => 'SetTagAction("a", "b")',
    ])();
  const rules = chance
    .some(0, 7, () => {
      const before = variables.length;
      const line = `addAction(${matcher()}, ${action()})\n`;
      return variables.slice(before).join('') + line;
    })
    .join('');
  const acl = chance.one([
    () => '',
    () => `setACL(${quoted(chance.one(MASKS).replace('!', ''))})\n`,
    () => `setACL(${table(masks(1))})\n`,
    () => `setACL({${quoted('0.0.0.0/0')}})\naddACL(${quoted(chance.one(MASKS))})\n`,
    () => `addACL(${quoted('10.9.0.0/16')})\n`,
  ])();
  const address = `127.0.0.1:${upstream}`;
  const serverOf = (pool: string) => {
    if (pool === '')
      return chance.is(0.5)
        ? `newServer(${quoted(address)})`
        : `newServer({address=${quoted(address)}})`;
    const pools = chance.is(0.6) ? quoted(pool) : table([pool]);
    return `newServer({address=${quoted(address)}, pool=${pools}})`;
  };
  const server = (pool: string) => {
    const state = chance.is(0.15) ? 'Down' : 'Up';
    const form = serverOf(pool);
    if (chance.is(0.5)) return `${form}:set${state}()\n`;
    const name = pool === '' ? 'plain' : pool;
    const more = chance.maybe(0.3, () => `server_${name}:addPool(${quoted(chance.one(POOLS))})\n`);
    return `server_${name} = ${form}\nserver_${name}:set${state}()\n${more}`;
  };
  const servers = ['', 'blue', 'green']
    .map((pool) => chance.maybe(pool === '' ? 0.9 : 0.6, () => server(pool)))
    .join('');
  const loop = chance.maybe(
    0.2,
    () =>
      'for _, name in ipairs({"ads.example", "x.org"}) do\n  addAction(name, RCodeAction(DNSRCode.NXDOMAIN))\nend\n',
  );
  const fails = chance.maybe(0.2, () => 'setServFailWhenNoServer(true)\n');
  const text = `-- made by chance
setLocal("127.0.0.1:${port}")
setSecurityPollSuffix("")
setVerboseHealthChecks(false)
${acl}${servers}${fails}`;
  const isSplit = chance.is(0.2);
  return {
    files: {
      'dnsdist.lua': isSplit
        ? `${text}includeDirectory("${folder}")\n${loop}`
        : text + rules + loop,
      ...(isSplit && { '50-rules.conf': rules }),
    },
    names: NAMES,
    keys: [],
  };
}
