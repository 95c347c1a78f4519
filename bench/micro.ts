/**
 * What the parts of the hot path cost: nanoseconds to read, bytes against a budget. Exits with 1
 * when an operation allocates more than it may.
 */

import assert from 'node:assert/strict';
import { parseConfig } from '../src/config/config.ts';
import type { Outcome } from '../src/decision/outcome.ts';
import { VerdictTable } from '../src/decision/verdict.ts';
import { Engine } from '../src/engine/engine.ts';
import { Replies } from '../src/engine/reply.ts';
import { AnswerCache } from '../src/forward/cache.ts';
import { createForwarding } from '../src/forward/forwarding.ts';
import { NameCase } from '../src/forward/name-case.ts';
import { type Upstream, UpstreamTable } from '../src/forward/upstream.ts';
import { RecordWriter } from '../src/observe/record.ts';
import { AnswerJudge, type JudgedAnswer } from '../src/policy/answer-judge.ts';
import { compilePolicy, type Policy } from '../src/policy/compile.ts';
import { judge } from '../src/policy/layer.ts';
import { attachRpz, readRpz } from '../src/policy/rpz/rpz-zone.ts';
import { PolicyChain } from '../src/policy/rules/policy-chain.ts';
import { HEADER_LENGTH } from '../src/wire/header.ts';
import { parseName } from '../src/wire/name.ts';
import { OPT_LENGTH } from '../src/wire/opt.ts';
import { Query } from '../src/wire/query.ts';
import { Rcode, RrClass, RrType } from '../src/wire/registry.ts';
import { formatRequest } from '../src/wire/request.ts';
import { assertSees, type Measured, measure } from './measure.ts';

const NOW = 1_800_000_000_000;
const CACHE = {
  size: 1 << 20,
  entries: 100,
  maxTtl: 86_400,
  minTtl: 0,
  negativeMaxTtl: 3600,
  serveStale: 0,
};

/** A few bytes of noise for each operation: what the measurement itself takes. */
const NOTHING = 8;
/** The text that a decision is found by. */
const REF = 64;

const CONFIG = `
listen: ["127.0.0.1:0"]
acl: { query: { 127.0.0.0/24: allow, 127.0.1.0/24: refuse, 10.0.0.0/8: allow } }
upstreams: { default: { servers: [192.0.2.1] } }
policies:
  - name: house
    rules: { "*.gambling.example": refuse, tracker.example: nxdomain }
`;

/** As many rules as a policy has that people keep by hand, and some views. */
const LARGE = `
acl: { query: { 10.0.0.0/8: allow, "2001:db8::/32": allow } }
upstreams: { default: { servers: [192.0.2.1] } }
policies:
  - name: long
    rules: { ${Array.from({ length: 1000 }, (_, i) => `"*.bad${i}.example": nxdomain`).join(', ')} }
views:
  office: { clients: [10.1.0.0/16, "2001:db8:1::/48"], policies: [] }
  guests: { clients: [10.2.0.0/16, "2001:db8:2::/48"] }
`;

const LIMITED = `
acl: { query: { 10.0.0.0/8: allow } }
rateLimit: { queriesPerSecond: 1000000, burst: 1000000 }
upstreams: { default: { servers: [192.0.2.1] } }
`;

const compile = (text: string) => compilePolicy(parseConfig('bench.yaml', text), 'bench');
const ask = (name: string) =>
  formatRequest({
    id: 1,
    name: parseName(name) as Uint8Array,
    type: RrType.A,
    rrClass: RrClass.IN,
  });

const policy = compile(CONFIG);
const large = compile(LARGE);
const limited = compile(LIMITED);
const request = ask('www.some.example.com');
const buffer = new Uint8Array(0x10000);

function queryFrom(client: number, octets = request): Query {
  const query = new Query();
  query.address[0] = client;
  query.receivedAt = NOW;
  buffer.set(octets);
  query.parse(buffer, octets.length);
  return query;
}

/** An answer to `www.some.example.com`: an address, behind an alias or not. */
function answerWith(alias: boolean): JudgedAnswer {
  const target = parseName('host.elsewhere.example') as Uint8Array;
  const records = [
    ...(alias ? [0xc0, 12, 0, RrType.CNAME, 0, 1, 0, 0, 0, 60, 0, target.length, ...target] : []),
    ...[...(alias ? target : [0xc0, 12]), 0, RrType.A, 0, 1, 0, 0, 0, 60, 0, 4, 192, 0, 2, 80],
  ];
  const question = request.subarray(0, request.length - OPT_LENGTH);
  const octets = Uint8Array.of(...question, ...records);
  octets.set([0x81, 0x80, 0, 1, 0, alias ? 2 : 1, 0, 0, 0, 0], 2);
  return { octets, length: octets.length, hasAlias: alias };
}

const allowed = queryFrom(0x7f000001);
const denied = queryFrom(0x7f000101);
const verdict = judge(policy.views[0]!.layers, denied)!;
const outcome: Outcome = {
  verdict,
  origin: 'local',
  rcode: Rcode.REFUSED,
  ref: 'bench-1',
  group: -1,
  upstream: undefined,
  secured: undefined,
  rttMs: 0,
  refusal: undefined,
  attempts: [],
  aliases: undefined,
  resolved: undefined,
  inside: [],
};
const replies = new Replies();
const writer = new RecordWriter();
const guest = queryFrom(0x0a020001);
const blocked = queryFrom(0x0a020001, ask('www.bad500.example'));
const sixth = queryFrom(0);
sixth.family = 6;
sixth.address.set([0x20010db8, 0x00020000, 0, 1]);
const guests = large.viewOf(guest);
const judges = new AnswerJudge(() => {});
const aliased = answerWith(true);
const plain = answerWith(false);

/** A policy zone that leaves signed steps alone, and looks at addresses. */
const ZONE = `$TTL 60
@ SOA ns.example. host.example. 1 1h 10m 1d 60
*.bad.example CNAME .
a.good.bad.example CNAME rpz-passthru.
24.0.100.51.198.rpz-ip CNAME .
`;
const zone = attachRpz(
  { name: 'zone', isShadow: false, ede: 'blocked', breakDnssec: false, recursiveOnly: true },
  readRpz(new TextEncoder().encode(ZONE), 'given'),
  new VerdictTable(),
);
const zoned = { ...guests, policies: new PolicyChain([zone]) };
const wantsSignatures = queryFrom(0x0a020001);
wantsSignatures.dnssecOk = true;

/** An engine that has been told the answer; what it replies and records goes nowhere. */
function engineWith(setup: Policy, answer: Uint8Array): Engine {
  const nothing = () => {};
  const groups = createForwarding(setup.config, new UpstreamTable(), () => false);
  groups.refresh();
  let asked: { upstream: Upstream; question: Uint8Array } | undefined;
  const send = (upstream: Upstream, octets: Uint8Array) => {
    asked = { upstream, question: octets.slice(0, request.length - OPT_LENGTH) };
    return 1;
  };
  const channels = {
    send,
    isStuck: () => false,
    isOutlived: () => false,
    isSecuring: () => false,
    unanswered: () => false,
  };
  const cache = new AnswerCache(CACHE);
  const engine = new Engine(
    { policy: setup, groups: groups.groups, cache },
    {
      outbox: { reply: nothing, more: nothing, drop: nothing, end: nothing, channels },
      recorder: {
        ...{ received: nothing, decided: nothing, shadowed: nothing, ignored: nothing },
        ...{
          upstreamAnswered: nothing,
          upstreamRefused: nothing,
          handshakeFailed: () => {},
          channelLost: nothing,
        },
      },
      capacity: 16,
      refPrefix: 'bench',
    },
  );
  receive(engine);
  assert.ok(asked);
  buffer.set(answer);
  // The ID, and the name in the case that it was asked in.
  buffer.set(asked.question.subarray(0, 2));
  buffer.set(asked.question.subarray(HEADER_LENGTH), HEADER_LENGTH);
  engine.response(buffer, answer.length, { upstream: asked.upstream, channel: 1 }, NOW);
  assert.equal(cache.size, 1);
  return engine;
}

function receive(engine: Engine, address = 0x0a020001): void {
  engine.query.address[0] = address;
  buffer.set(request);
  engine.receive(buffer, request.length, NOW);
}

const cachedPlain = engineWith(large, plain.octets);
const cachedAliased = engineWith(large, aliased.octets);
assert.equal(judge(guests.layers, blocked)?.action, 'nxdomain');
assert.equal(large.viewOf(sixth).index, guests.index);
assert.equal(judge(limited.views[0]!.layers, guest), undefined);

const cases = new NameCase(1);
const cased = request.slice();
cases.write(0, cased, allowed);
assert.ok(cases.isKept(0, cased, allowed));

assertSees();

const results: Measured[] = [
  measure('parse a query', NOTHING, () => {
    buffer.set(request);
    allowed.parse(buffer, request.length);
  }),
  measure('judge: pass all layers', NOTHING, () => {
    judge(policy.views[0]!.layers, allowed);
  }),
  measure('judge: refuse by acl', NOTHING, () => {
    judge(policy.views[0]!.layers, denied);
  }),
  measure('parse, judge, write REFUSED', NOTHING, () => {
    buffer.set(request);
    denied.parse(buffer, request.length);
    judge(policy.views[0]!.layers, denied);
    replies.writeVerdict(denied, outcome);
  }),
  measure('find the view of a client', NOTHING, () => {
    large.viewOf(guest);
    large.viewOf(sixth);
  }),
  measure('judge: 1000 rules, none matches', NOTHING, () => {
    judge(guests.layers, guest);
  }),
  measure('judge: 1000 rules, one matches', NOTHING, () => {
    judge(guests.layers, blocked);
  }),
  measure('judge: pass a rate limit', NOTHING, () => {
    judge(limited.views[0]!.layers, guest);
  }),
  measure('judge an answer with an alias', NOTHING, () => {
    judges.judge(guests, guest, aliased, NOW);
  }),
  measure('judge an answer without', NOTHING, () => {
    judges.judge(guests, guest, plain, NOW);
  }),
  measure('judge each step of it, DO=1', NOTHING, () => {
    judges.judge(zoned, wantsSignatures, aliased, NOW);
  }),
  measure('engine: refuse', REF, () => {
    receive(cachedPlain, 0x7f000101);
  }),
  measure('engine: from the cache', NOTHING, () => {
    receive(cachedPlain);
  }),
  measure('engine: the same with an alias', NOTHING, () => {
    receive(cachedAliased);
  }),
  measure('give a name a case, compare it', NOTHING, () => {
    cases.write(0, cased, allowed);
    cases.isKept(0, cased, allowed);
  }),
  measure('write a decision record', 64, () => {
    writer.length = 0;
    writer.record(denied, outcome, NOW);
  }),
];

for (const { name, nanoseconds, bytes, budget } of results) {
  const isOver = bytes > budget;
  const state = isOver ? `over its budget of ${budget}` : `of ${budget}`;
  console.log(
    `${name.padEnd(32)} ${nanoseconds.toFixed(0).padStart(6)} ns ${bytes.toFixed(1).padStart(8)} B ${state}`,
  );
  if (isOver) process.exitCode = 1;
}
