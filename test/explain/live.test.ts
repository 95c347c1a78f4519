import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { explainQuestion } from '../../src/explain/explain.ts';
import { explainLive, type LiveDecision } from '../../src/explain/live.ts';
import { askedQuestion } from '../../src/explain/question.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { record, TO_QUESTION, TYPE } from '../world/messages.ts';
import { answerTo, type Question, Upstream } from '../world/upstream.ts';

const REFUSED = { rcode: 5 };
const BAD_ADDRESS = { answers: [record(TO_QUESTION, TYPE.A, [192, 0, 2, 66])] };
const ZONE = '@ 60 SOA a. b. 7 1 1 1 1\n32.66.2.0.192.rpz-ip CNAME .\n';
const START = Date.parse('2026-11-20T23:00:00Z');

/** Refuses one name, keeps silent on another, answers the rest. */
function answer({ octets, name }: Question): Uint8Array | undefined {
  if (name === 'silent.example.') return undefined;
  if (name === 'www.other.example.') return answerTo(octets, BAD_ADDRESS);
  return answerTo(octets, name === 'refused.example.' ? REFUSED : {});
}

describe('live', () => {
  let upstream: Upstream;
  let folder: string;
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    writeFileSync(join(folder, 'zone.rpz'), ZONE);
    upstream = await Upstream.start(answer);
    upstream.notesNames = true;
  });
  beforeEach(() => {
    upstream.asked.length = 0;
  });
  after(() => {
    upstream?.close();
    rmSync(folder, { recursive: true });
  });

  async function ask(name: string, client = '10.0.0.1', timeout = '30s'): Promise<LiveDecision> {
    const text = `
acl: { query: { 10.0.0.0/8: allow, 10.9.0.0/16: refuse } }
policies: [{ name: zone, rpz: zone.rpz }]
upstreams: { default: { servers: ["${upstream.server}"], timeout: ${timeout}, attempts: 1 } }
`;
    const config = parseConfig(join(folder, 'site.yaml'), text);
    const policy = compilePolicy(config, '0.1.0', { now: START });
    const question = askedQuestion({ client, name });
    if (typeof question === 'string') expect.fail(question);
    return explainLive(policy, question, explainQuestion(policy, question, START));
  }

  it('has the record of the answer, and what each upstream shows of itself', async () => {
    const { decision, trace, live, meaning } = await ask('www.example');
    expect(decision).to.deep.include({ event: 'answered', rcode: 'NOERROR', origin: 'upstream' });
    expect(trace.at(-1)).to.deep.include({ layer: 'upstream', verdict: 'forward' });
    expect(trace.at(-1)!.why).to.match(/^127\.0\.0\.1:\d+ answers NOERROR in \d+\.\d ms$/);
    expect(live).to.have.length(1);
    const [{ address, role, question, soa, identity }] = live as [LiveDecision['live'][number]];
    expect({ address, role }).to.deep.equal({ address: upstream.server, role: 'recursive' });
    expect(question).to.deep.include({ rcode: 'NOERROR', type: 'A', rd: true, answers: 1 });
    expect(soa).to.deep.include({ type: 'SOA', rd: false });
    expect(identity).to.deep.include({ name: 'id.server.', class: 'CH', type: 'TXT' });
    expect(meaning).to.equal(`answered by the upstream ${upstream.server}`);
    expect(upstream.asked).to.have.length(4);
  });

  it('names the upstream that refuses, and what to do next', async () => {
    const { decision, trace, meaning } = await ask('refused.example');
    expect(decision).to.deep.include({ event: 'refused', layer: 'upstream', origin: 'upstream' });
    expect(trace.at(-1)!.why).to.match(/ answers REFUSED in .* ms: unknown \(low confidence\)/);
    const next = `rcode5 diagnose refused.example. --type A --server ${upstream.server}`;
    expect(meaning).to.equal(`refused by the upstream ${upstream.server}, not here; next: ${next}`);
  });

  it('says of a refusal of its own what the upstream would have said', async () => {
    const { decision, trace, live, meaning } = await ask('www.example', '10.9.0.1');
    expect(decision).to.deep.include({ event: 'refused', layer: 'acl', origin: 'local' });
    expect(trace.at(-1)).to.deep.include({ layer: 'acl', verdict: 'refuse' });
    expect(live[0]!.question.rcode).to.equal('NOERROR');
    const said = `${upstream.server} answers NOERROR`;
    expect(meaning).to.equal(`decided here, by acl; asked directly, ${said}`);
    expect(upstream.asked).to.have.length(3);
  });

  it('says that an upstream refuses as well', async () => {
    const { meaning } = await ask('refused.example', '10.9.0.1');
    expect(meaning).to.match(/^decided here, by acl; asked directly, .* refuses it too$/);
  });

  it('waits no longer than the configuration does', async () => {
    const { decision, live, meaning } = await ask('silent.example', '10.0.0.1', '50ms');
    expect(decision).to.deep.include({ event: 'failed', rcode: 'SERVFAIL' });
    expect(live[0]).to.deep.include({ role: 'recursive' });
    expect(live[0]!.question.silence).to.equal('no answer');
    expect(meaning).to.equal(
      'no upstream has an answer: what is sent is SERVFAIL, which is no refusal',
    );
  });

  it('tells what policy says to the answer', async () => {
    const { decision, trace, meaning } = await ask('www.other.example');
    expect(decision).to.deep.include({ event: 'blocked', layer: 'policy', rcode: 'NXDOMAIN' });
    expect(trace.at(-1)).to.deep.include({
      layer: 'policy',
      verdict: 'nxdomain',
      why: 'response-ip 192.0.2.66 in the answer of the upstream',
    });
    expect(meaning).to.match(/^decided here, by policy; asked directly, .* answers NOERROR$/);
  });
});
