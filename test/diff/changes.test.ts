import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import fc from 'fast-check';
import { parseConfig } from '../../src/config/config.ts';
import { type Change, findChanges } from '../../src/diff/changes.ts';
import { explainQuestion } from '../../src/explain/explain.ts';
import { askedQuestion } from '../../src/explain/question.ts';
import { parseAddress } from '../../src/net/address.ts';
import { contains, parsePrefix } from '../../src/net/prefix.ts';
import { compilePolicy, type Policy } from '../../src/policy/compile.ts';

const UPSTREAMS = 'upstreams: { a: { servers: [192.0.2.1] }, b: { servers: [192.0.2.2] } }\n';

function compile(text: string): Policy {
  return compilePolicy(parseConfig('site.yaml', UPSTREAMS + text), '0.1.0', { now: 0 });
}

function changes(before: string, after: string): readonly Change[] {
  return findChanges(compile(before), compile(after));
}

/** What a change is about, for short. */
function told({ clients, names, types, old, new: now }: Change): string {
  return `${clients} ${names} ${types}: ${old.rule} -> ${now.rule}`;
}

const BASE = 'routes: { ".": a }\n';

describe('diff/changes', () => {
  it('finds none between a configuration and itself, whatever the order of its lines', () => {
    const one = `${BASE}acl: { query: { 10.0.0.0/8: allow, 10.1.0.0/16: refuse } }`;
    const other = `acl: { query: { 10.1.0.0/16: refuse, 10.0.0.0/8: allow } }\n${BASE}`;
    expect(changes(one, other)).to.deep.equal([]);
  });

  it('tells the prefix whose clients lose', () => {
    const [change] = changes(
      `${BASE}acl: { query: { 10.20.0.0/16: allow } }`,
      `${BASE}acl: { query: { 10.20.0.0/16: allow, 10.20.99.0/24: refuse } }`,
    );
    expect(change).to.deep.include({ clients: ['10.20.99.0/24'], names: ['*'], types: ['*'] });
    expect(change!.old).to.include({ layer: 'upstream', action: 'forward', rule: 'routes .' });
    expect(change!.new).to.deep.equal({
      rcode: 'REFUSED',
      layer: 'acl',
      action: 'refuse',
      rule: 'acl.query 10.20.99.0/24',
      file: 'site.yaml',
      line: 3,
    });
  });

  it('tells what rules with options change: types, names that they are not for', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    const lists = ['||b.example^$dnstype=MX,denyallow=ok.b.example', '||b.example^$dnstype=TXT'];
    const [one, other] = lists.map((text, i) => {
      writeFileSync(join(folder, `${i}.txt`), text);
      return `${BASE}acl: { query: { 10.0.0.0/8: allow } }\npolicies: [{ name: ads, adblock: ${folder}/${i}.txt }]`;
    });
    try {
      expect(changes(one!, one!)).to.deep.equal([]);
      const found = changes(one!, other!);
      expect(found.map(told)).to.have.members([
        '10.0.0.0/8 *.b.example.,b.example. MX: ads -> routes .',
        '10.0.0.0/8 *.b.example.,b.example. TXT: routes . -> ads',
      ]);
      const [mx] = found.filter(({ types }) => types.includes('MX'));
      expect(mx!.except).to.deep.equal(['*.ok.b.example.', 'ok.b.example.']);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('tells of DS records with DO what is otherwise, and no more', () => {
    const found = changes(
      `${BASE}acl: { query: { 10.0.0.0/8: allow } }`,
      `${BASE}acl: { query: { 10.0.0.0/8: allow, 10.1.0.0/16: refuse } }`,
    ).filter(({ old }) => old.upstream);
    expect(
      found.map(({ types, exceptTypes, do: dnssecOk }) => [types, exceptTypes, dnssecOk]),
    ).to.deep.equal([
      [['*'], ['ANY', 'AXFR', 'IXFR'], undefined],
      [['DS'], undefined, true],
    ]);
    expect(found[1]!.names).to.include('home.arpa.').and.not.include('test.');
  });

  it('tells that a name above a new route is not denied any more', () => {
    const found = changes(BASE, 'routes: { ".": a, b.a.test: b }').filter(({ old, new: now }) => {
      return old.action === 'nxdomain' && now.action === 'nodata';
    });
    expect(found.map(({ names, types }) => [...types, ...names])).to.deep.equal([
      ['*', 'a.test.'],
      // The DS records of the route itself are those of the domain above it.
      ['DS', 'a.test.', 'b.a.test.'],
    ]);
  });

  it('tells the name that changes, and leaves the others out', () => {
    const open = `${BASE}acl: { query: { 10.0.0.0/8: allow } }\n`;
    const found = changes(
      `${open}policies: [{ name: house, rules: { "*.bad.example": refuse } }]`,
      `${open}policies: [{ name: house, rules: { "*.bad.example": refuse, ok.bad.example: allow } }]`,
    );
    expect(found.filter(({ exceptTypes }) => exceptTypes !== undefined).map(told)).to.deep.equal([
      '10.0.0.0/8 ok.bad.example. *: house/*.bad.example -> routes .',
    ]);
  });

  it('tells the types of a rule that is for some', () => {
    const open = `${BASE}acl: { query: { 10.0.0.0/8: allow } }\n`;
    const rule = (types: string) =>
      `${open}policies: [{ name: house, rules: { a.example: { action: nxdomain, types: ${types} } } }]`;
    expect(changes(rule('[A]'), rule('[A, AAAA]')).map(told)).to.deep.equal([
      '10.0.0.0/8 a.example. AAAA: routes . -> house/a.example',
    ]);
  });

  it('tells where a route leads elsewhere', () => {
    const open = 'acl: { query: { 10.0.0.0/8: allow } }\n';
    const [change] = changes(
      `${open}routes: { ".": a }`,
      `${open}routes: { ".": a, corp.example: b }`,
    );
    expect(change!.names).to.deep.equal(['*.corp.example.', 'corp.example.']);
    expect(change!.new).to.include({ rule: 'routes corp.example', upstream: 'b' });
  });
});

const anyName = fc.constantFrom(
  '.',
  'a',
  'b.a',
  'c.b.a',
  'd.a',
  'x.y.z',
  'q.c.b.a',
  'invalid',
  'test',
  'z.test',
  'y.z.test',
  'home.arpa',
  'resolver.arpa',
);
const anyOwner = fc.constantFrom('a', '*.a', 'b.a', '*.b.a', 'c.b.a', '*', '*.test', 'd.a');
const anyAction = fc.constantFrom('allow', 'refuse', 'nxdomain', 'drop', 'truncate');
const anyTypes = fc.constantFrom(undefined, '[A]', '[AAAA, MX]');
const anyPrefix = fc.constantFrom(
  '10.0.0.0/8',
  '10.0.0.0/9',
  '10.1.0.0/16',
  '10.1.2.0/24',
  '0.0.0.0/0',
  '"2001:db8::/32"',
  '"::/0"',
);
const anyAccess = fc
  .uniqueArray(
    fc.tuple(anyPrefix, fc.constantFrom('allow', 'allow', 'refuse', 'truncate', 'drop')),
    {
      selector: ([prefix]) => prefix,
      maxLength: 4,
    },
  )
  .map((lines) => `{ ${lines.map(([prefix, action]) => `${prefix}: ${action}`).join(', ')} }`);
const anyPermission = anyAccess.map((text) => text.replaceAll(/truncate|drop/g, 'refuse'));
const anyRules = fc
  .uniqueArray(fc.tuple(anyOwner, anyAction, anyTypes), {
    selector: ([owner]) => owner,
    maxLength: 4,
  })
  .map((rules) =>
    rules.map(([owner, action, types]) =>
      types === undefined
        ? `"${owner}": ${action}`
        : `"${owner}": { action: ${action}, types: ${types} }`,
    ),
  )
  .map((lines) => `{ ${lines.join(', ')} }`);

/** Routes at and below domains of special use, with a parent that is routed, or is not. */
const CUTS: readonly string[] = [
  '{ ".": a, y.z.test: b }',
  '{ ".": b, home.arpa: a, a: b }',
  '{ resolver.arpa: a, y.z.test: b, z.test: a }',
];

/** A configuration of few words, so that two of them often say something about the same query. */
const anyConfig = fc
  .record({
    query: anyAccess,
    recursion: fc.option(anyPermission),
    transfer: anyPermission,
    update: anyPermission,
    house: anyRules,
    second: anyRules,
    routes: fc.constantFrom(
      '{ ".": a }',
      '{ ".": a, b.a: b }',
      '{ a: a }',
      '{ ".": b, test: a }',
      ...CUTS,
    ),
    view: fc.option(fc.record({ clients: anyPrefix, policies: fc.constantFrom('[house]', '[]') })),
  })
  .map(
    ({ query, recursion, transfer, update, house, second, routes, view }) => `acl:
  query: ${query}
${recursion === null ? '' : `  recursion: ${recursion}\n`}  transfer: ${transfer}
  update: ${update}
routes: ${routes}
policies:
  - { name: house, rules: ${house} }
  - { name: second, rules: ${second} }
${view === null ? '' : `views: { v: { clients: [${view.clients}], policies: ${view.policies} } }\n`}`,
  );

// RESINFO at resolver.arpa lists the codes that the policy can send: `explain` does not show the data.
const anyQuestion = fc
  .record({
    client: fc.constantFrom(
      '10.0.0.1',
      '10.1.0.1',
      '10.1.2.3',
      '10.200.0.1',
      '192.0.2.1',
      '2001:db8::1',
      '::5',
    ),
    name: anyName,
    type: fc.constantFrom('A', 'AAAA', 'MX', 'TXT', 'ANY', 'AXFR', 'DS', 'SOA', 'NS', 'RESINFO'),
    do: fc.constantFrom('0', '1'),
    rd: fc.constantFrom('0', '1'),
    transport: fc.constantFrom('udp', 'tcp'),
    opcode: fc.constantFrom('QUERY', 'QUERY', 'UPDATE', 'NOTIFY'),
  })
  .filter(({ name, type }) => name !== 'resolver.arpa' || type !== 'RESINFO');
type AnyQuestion = typeof anyQuestion extends fc.Arbitrary<infer T> ? T : never;

function isAbout(change: Change, question: AnyQuestion): boolean {
  const { clients, types, exceptTypes = [], rd, do: dnssecOk, transport } = change;
  const { opcode = 'QUERY' } = change;
  const address = parseAddress(question.client)!;
  if (!clients.some((text) => contains(parsePrefix(text) as never, address))) return false;
  if (opcode !== question.opcode) return false;
  if (opcode === 'QUERY') {
    const isNamed = types.includes(question.type);
    const isRest = types.includes('*') && !exceptTypes.includes(question.type);
    if (!isNamed && !isRest) return false;
  }
  if (rd !== undefined && rd !== (question.rd === '1')) return false;
  if (dnssecOk !== undefined && dnssecOk !== (question.do === '1')) return false;
  if (transport !== undefined && transport !== question.transport) return false;
  return hasName(change, question.name === '.' ? '.' : `${question.name}.`);
}

/** Of all that is named, the most specific decides. */
function hasName({ names, except }: Change, name: string): boolean {
  const labels = name === '.' ? [] : name.slice(0, -1).split('.');
  const candidates = [
    name,
    ...labels.map((_, i) => `*.${labels.slice(i + 1).join('.')}.`).slice(0, -1),
    '*',
  ];
  const first = candidates.find((one) => names.includes(one) || except.includes(one));
  return first !== undefined && names.includes(first);
}

/** What `explain` says that a difference is about. */
function explained(policy: Policy, question: AnyQuestion): string {
  const asked = askedQuestion(question);
  if (typeof asked === 'string') throw new Error(asked);
  const { decision, upstream } = explainQuestion(policy, asked, 0);
  const { rcode, layer, action, rule, ede } = decision;
  return JSON.stringify([rcode, layer, action, (rule as { id: string }).id, ede, upstream]);
}

describe('diff/changes and explain', () => {
  it('differ in no question', () => {
    fc.assert(
      fc.property(
        anyConfig,
        anyConfig,
        fc.array(anyQuestion, { minLength: 20, maxLength: 20 }),
        (before, after, questions) => {
          const [old, now] = [compile(before), compile(after)];
          const found = findChanges(old, now);
          for (const question of questions) {
            const differs = explained(old, question) !== explained(now, question);
            const about = found.filter((change) => isAbout(change, question));
            expect(about.length, JSON.stringify(question)).to.equal(differs ? 1 : 0);
          }
        },
      ),
      { numRuns: Number(process.env['RUNS'] ?? 20) },
    );
  });
});
