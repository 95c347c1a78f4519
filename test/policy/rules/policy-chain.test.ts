import { expect } from 'chai';
import fc from 'fast-check';
import type { Action } from '../../../src/decision/verdict.ts';
import { parseAddress } from '../../../src/net/address.ts';
import { contains, type Prefix, parsePrefix } from '../../../src/net/prefix.ts';
import { PolicyChain } from '../../../src/policy/rules/policy-chain.ts';
import { type AskedParts, answered, asked, from } from '../../world/asked.ts';
import { Flag, record, TYPE } from '../../world/messages.ts';
import { type PolicyLines, policyOf } from '../chains.ts';

const chainOf = (...policies: readonly PolicyLines[]) =>
  new PolicyChain(policies.map((lines, i) => policyOf(`p${i}`, lines)));

/** A question, and the answer that comes to it. */
interface Case {
  readonly name: string;
  readonly client: string;
  readonly rd: boolean;
  readonly dnssecOk: boolean;
  readonly transport: 'udp' | 'tcp';
  readonly aliases: readonly string[];
  readonly addresses: readonly string[];
  /** Steps of the way that are signed. */
  readonly signed: readonly number[];
}

const NAMES = ['a.x', 'b.x', 'x', 'c.b.x', 'y'];
const OWNERS = [...NAMES, '*', '*.x', '*.b.x'];
const CLIENTS = ['10.0.0.1', '10.1.0.1', '2001:db8::1'];
const PREFIXES = ['10.0.0.0/8', '10.1.0.0/16', '2001:db8::/32', '192.0.2.0/24', '192.0.2.66'];
const TRIGGERS = [
  ...OWNERS,
  ...PREFIXES.slice(0, 3).map((prefix) => `client ${prefix}`),
  ...PREFIXES.slice(2).map((prefix) => `answer ${prefix}`),
];
const ACTIONS: readonly Action[] = ['nxdomain', 'nodata', 'drop', 'forward', 'truncate', 'answer'];

const anyPolicy: fc.Arbitrary<PolicyLines> = fc.record({
  lines: fc.uniqueArray(fc.tuple(fc.constantFrom(...TRIGGERS), fc.constantFrom(...ACTIONS)), {
    selector: ([trigger]) => trigger,
    maxLength: 3,
  }),
  recursiveOnly: fc.boolean(),
  keepsSigned: fc.boolean(),
});
const anyPolicies = fc.array(anyPolicy, { maxLength: 3 });

const anyCase: fc.Arbitrary<Case> = fc.record({
  name: fc.constantFrom(...NAMES),
  client: fc.constantFrom(...CLIENTS),
  rd: fc.boolean(),
  dnssecOk: fc.boolean(),
  transport: fc.constantFrom('udp' as const, 'tcp' as const),
  aliases: fc.uniqueArray(fc.constantFrom(...NAMES), { maxLength: 3 }),
  addresses: fc.array(fc.constantFrom('192.0.2.1', '192.0.2.66', '203.0.113.1', '2001:db8::9'), {
    maxLength: 2,
  }),
  signed: fc.uniqueArray(fc.nat(3), { maxLength: 4 }),
});

/** The names that are met on the way, the one asked among them. */
const wayOf = ({ name, aliases }: Case) => {
  const others = aliases.filter((alias) => alias !== name);
  return [name, ...others];
};

function queryOf({ name, client, rd, dnssecOk, transport }: Case) {
  return from(client, { name, dnssecOk, transport, flags: rd ? Flag.RD : 0 });
}

function answerOf(one: Case, query = queryOf(one)) {
  const aliases = wayOf(one).slice(1);
  const signed = one.signed.filter((step) => step <= aliases.length);
  return answered(query, { aliases, addresses: one.addresses, signed });
}

/** What the model finds: the rule with its action; a rule may do nothing to this query. */
interface Found {
  readonly rule: string;
  readonly action: Action;
}

/** The rule that decides, found by trying all in the order of the draft. */
function decides(policies: readonly PolicyLines[], one: Case): Found | undefined {
  const way = wayOf(one);
  const all = way.flatMap((name, step) => {
    const addresses = step === way.length - 1 ? one.addresses : [];
    return policies.map((policy, i) => {
      const isKept = (at: number) =>
        policy.keepsSigned === true && one.dnssecOk && one.signed.includes(at);
      if (isKept(step)) return undefined;
      const isFirst = way.slice(0, step).every((_, before) => isKept(before));
      const clients = isFirst ? [one.client] : [];
      return findIn(policy, `p${i}`, one, { clients, name, addresses });
    });
  });
  return all.find((found) => found !== undefined);
}

/** What one policy has for a name of the way. */
function findIn(
  { lines, recursiveOnly }: PolicyLines,
  policy: string,
  { rd }: Case,
  at: { readonly clients: readonly string[]; name: string; addresses: readonly string[] },
): Found | undefined {
  if (recursiveOnly === true && !rd) return undefined;
  const trigger =
    longest(lines, 'client', at.clients) ??
    nearest(lines, at.name) ??
    longest(lines, 'answer', at.addresses);
  if (trigger === undefined) return undefined;
  const action = lines.find(([text]) => text === trigger)![1];
  return { rule: `${policy} ${trigger}`, action };
}

function nearest(lines: PolicyLines['lines'], name: string): string | undefined {
  const labels = name.split('.');
  const above = labels.map((_, i) => ['*', ...labels.slice(i + 1)].join('.'));
  return [name, ...above].find((owner) => lines.some(([trigger]) => trigger === owner));
}

function longest(
  lines: PolicyLines['lines'],
  what: string,
  addresses: readonly string[],
): string | undefined {
  const bits = ({ family, length }: Prefix) => (family === 4 ? length + 96 : length);
  return lines
    .filter(([trigger]) => trigger.startsWith(`${what} `))
    .map(([trigger]) => ({ trigger, prefix: parsePrefix(trigger.split(' ')[1]!) as Prefix }))
    .filter(({ prefix }) => addresses.some((text) => contains(prefix, parseAddress(text)!)))
    .sort((a, b) => bits(b.prefix) - bits(a.prefix))[0]?.trigger;
}

function enforced(found: Found | undefined, { transport }: Case): Found | undefined {
  if (found?.action === 'forward') return undefined;
  return found?.action === 'truncate' && transport === 'tcp' ? undefined : found;
}

const shown = (verdict: ReturnType<PolicyChain['judge']>): Found | undefined =>
  verdict && { rule: verdict.rule.id, action: verdict.action };

describe('policy/policy-chain', () => {
  it('decides on an answer what a search over all rules decides', () => {
    fc.assert(
      fc.property(anyPolicies, anyCase, (policies, one) => {
        const query = queryOf(one);
        const verdict = chainOf(...policies).judgeAnswer(query, answerOf(one, query));
        expect(shown(verdict)).to.deep.equal(enforced(decides(policies, one), one));
      }),
      { numRuns: 2000 },
    );
  });

  it('decides at once only what no answer could change', () => {
    fc.assert(
      fc.property(anyPolicies, anyCase, (policies, one) => {
        const chain = chainOf(...policies);
        const atOnce = chain.judge(queryOf(one));
        const answer = answerOf(one);
        if (atOnce === undefined && chain.watches(queryOf(one), answer.length > 0)) return;
        const judged = chain.judgeAnswer(queryOf(one), answer);
        expect(shown(judged)).to.deep.equal(shown(atOnce));
      }),
      { numRuns: 2000 },
    );
  });

  it('decides without an answer what an answer with nothing in it would decide', () => {
    fc.assert(
      fc.property(anyPolicies, anyCase, (policies, one) => {
        const chain = chainOf(...policies);
        const empty = answerOf({ ...one, aliases: [], addresses: [], signed: [] });
        const judged = chain.judgeAnswer(queryOf(one), empty);
        expect(shown(chain.settle(queryOf(one)))).to.deep.equal(shown(judged));
      }),
      { numRuns: 500 },
    );
  });

  const passed: readonly (readonly [string, PolicyLines[], string[]])[] = [
    ['the policies behind', [{ lines: [['www.example', 'forward']] }], []],
    ['the names behind its aliases', [{ lines: [['www.example', 'forward']] }], ['bad.example']],
    ['what a client asks', [{ lines: [['client 192.0.2.0/24', 'forward']] }], ['bad.example']],
  ];
  for (const [what, first, aliases] of passed) {
    it(`lets a query pass whatever ${what} would say`, () => {
      const lines = ['www.example', 'bad.example', 'answer 0.0.0.0/0'].map(
        (trigger) => [trigger, 'nxdomain'] as const,
      );
      const query = from('192.0.2.1');
      const chain = chainOf(...first, { lines });
      const answer = answered(query, { aliases, addresses: ['192.0.2.1'] });
      expect(chain.judgeAnswer(query, answer)).to.equal(undefined);
    });
  }

  const BLOCKED: PolicyLines = { lines: [['www.example', 'nxdomain']] };
  const none: readonly (readonly [string, AskedParts])[] = [
    ['UPDATE', { opcode: 5 }],
    ['NOTIFY', { opcode: 4 }],
    ['class CH', { rrClass: 3 }],
  ];
  for (const [what, parts] of none) {
    it(`has nothing to say about ${what}`, () => {
      const chain = chainOf(BLOCKED);
      const query = asked('www.example', parts);
      expect(chain.judge(query)).to.equal(undefined);
      expect(chain.watches(query, true)).to.equal(false);
    });
  }

  const verbatim: readonly (readonly [string, AskedParts])[] = [
    ['AXFR', { type: 252, transport: 'tcp' }],
    ['IXFR', { type: 251 }],
    ['TSIG', { additionals: [record('key', TYPE.TSIG, [], { rrClass: 255, ttl: 0 })] }],
    ['SIG(0)', { additionals: [record('.', TYPE.SIG, new Uint8Array(23), { rrClass: 255 })] }],
  ];
  for (const [what, parts] of verbatim) {
    it(`judges a query and its answer that are passed on as they are: ${what}`, () => {
      const query = asked('www.example', parts);
      const addresses: PolicyLines = { lines: [['answer 192.0.2.0/24', 'nxdomain']] };
      expect(chainOf(BLOCKED).judge(query)?.action).to.equal('nxdomain');
      expect(chainOf(addresses, BLOCKED).judge(query)).to.equal(undefined);
      const chain = chainOf(addresses);
      expect(chain.watches(query, false)).to.equal(true);
      const answer = answered(query, { addresses: ['192.0.2.1'] });
      expect(chain.judgeAnswer(query, answer)?.action).to.equal('nxdomain');
    });
  }

  it('waits for no answer to type ANY, which has none', () => {
    const addresses: PolicyLines = { lines: [['answer 0.0.0.0/0', 'drop']], keepsSigned: true };
    const chain = chainOf(addresses, BLOCKED);
    const any = asked('www.example', { type: TYPE.ANY, dnssecOk: true });
    expect(chain.judge(any)?.action).to.equal('nxdomain');
    expect(chain.waitsFor(chain.search(any)!, any)).to.equal(undefined);
    expect(chain.watches(any, true)).to.equal(false);
    expect(chain.judge(asked('www.example'))).to.equal(undefined);
  });

  it('says what may keep a rule from deciding', () => {
    const addresses: PolicyLines = { lines: [['answer 0.0.0.0/0', 'drop']] };
    const plain = asked('www.example');
    const secure = asked('www.example', { dnssecOk: true });
    const why = (query: typeof plain, ...policies: PolicyLines[]) => {
      const chain = chainOf(...policies);
      return chain.waitsFor(chain.search(query)!, query);
    };
    expect(why(plain, BLOCKED, addresses)).to.equal(undefined);
    expect(why(plain, addresses, BLOCKED)).to.match(/^unless a policy before it/);
    expect(why(plain, { ...BLOCKED, keepsSigned: true })).to.equal(undefined);
    expect(why(secure, { ...BLOCKED, keepsSigned: true })).to.equal('unless the answer is signed');
    const pass: PolicyLines = { lines: [['www.example', 'forward']], keepsSigned: true };
    expect(why(secure, pass)).to.equal(undefined);
    expect(why(secure, addresses, pass)).to.match(/^unless a policy before it/);
  });
});
