import { appendFileSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { OtlpDelivery } from '../../../src/logs/otlp/delivery.ts';
import { RecordLines } from '../../../src/logs/otlp/record-lines.ts';
import { type Answer, FINE, OtlpReceiver, type ReceivedLog } from '../../world/otlp-receiver.ts';
import { Sending } from '../shipping/sending.ts';
import { NOW, recordLine, type WrittenLog, writeLog } from '../written-log.ts';

const HOUR_MS = 3_600_000;
/** Milliseconds until a receiver that says nothing is given up, and one that is only slow is not. */
const SHORT_MS = 100;
const LONG_MS = 60_000;
const linesOf = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => recordLine(from + i, { node: 'a' }));
const refsOf = (logs: readonly ReceivedLog[]) =>
  logs.map(({ attributes }) => attributes['rcode5.ref']);
const refs = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `k3f9x-${from + i}`);

describe('records by OTLP', () => {
  let receiver: OtlpReceiver;
  let log: WrittenLog;
  let sending: Sending;

  beforeEach(async () => {
    receiver = await OtlpReceiver.start();
  });
  afterEach(async () => {
    await sending?.kill();
    await receiver.close();
    log?.close();
  });

  function send({
    rows = 2000,
    compression = 'none' as 'none' | 'gzip',
    timeout = LONG_MS,
  } = {}): Sending {
    const to = {
      ...{ url: receiver.url, headers: { authorization: 'Bearer t' }, compression },
      ...{ node: 'ns1.site-a', host: 'host1', version: '1.2.3' },
    };
    const limits = { rows, characters: 2 << 20 };
    const delivery = new OtlpDelivery(to, timeout);
    sending = new Sending(log.path, {
      kind: 'otlp',
      writer: new RecordLines(),
      delivery,
      limits,
      pauseMs: 2,
    });
    return sending;
  }

  it('have the names of the semantic conventions, and all other fields', async () => {
    const fields = {
      ...{ port: 5353, listener: '[2001:db8::53]:53', transport: 'dot', client: '2001:db8::9' },
      ...{ ede: [18], rd: true, elapsedMs: 0.25, peer: '10.0.0.1', node: 'ns1.site-a' },
      ...{ attempts: [{ address: '192.0.2.1:53', rttMs: 1.5 }], msg: 'refused host0.' },
    };
    log = writeLog({
      '': [recordLine(0, fields), recordLine(1, { level: 30, event: 'answered' })],
    });
    await send({ compression: 'gzip' }).until(({ sent }) => sent === 2);
    const [first, second] = receiver.logs;
    const { 'log.record.uid': uid, ...attributes } = first!.attributes;
    expect(uid).to.match(/^[\w-]{22}$/);
    expect(second!.attributes['log.record.uid']).not.to.equal(uid);
    expect({ ...first, attributes }).to.deep.equal({
      time: new Date(NOW - HOUR_MS).toISOString(),
      severity: '13 WARN',
      body: 'refused host0.',
      event: 'rcode5.refused',
      resource: {
        ...{ 'service.name': 'rcode5', 'service.version': '1.2.3' },
        ...{ 'service.instance.id': 'ns1.site-a', 'host.name': 'host1' },
      },
      attributes: {
        'client.address': '2001:db8::9',
        'client.port': 5353,
        'dns.question.name': 'host0.example.com.',
        'network.peer.address': '10.0.0.1',
        'network.transport': 'tcp',
        'network.type': 'ipv6',
        'server.address': '2001:db8::53',
        'server.port': 53,
        'rcode5.attempts': [{ address: '192.0.2.1:53', rttMs: 1.5 }],
        'rcode5.ede': [18],
        'rcode5.elapsedMs': 0.25,
        'rcode5.event': 'refused',
        'rcode5.group': 'office',
        'rcode5.layer': 'policy',
        'rcode5.node': 'ns1.site-a',
        'rcode5.qtype': 'A',
        'rcode5.rcode': 'REFUSED',
        'rcode5.rd': true,
        'rcode5.ref': 'k3f9x-0',
        'rcode5.rule.file': 'a.yaml',
        'rcode5.rule.id': 'house/*.example',
        'rcode5.rule.line': 4,
        'rcode5.transport': 'dot',
        'rcode5.view': 'default',
      },
    });
    expect(second).to.include({ severity: '9 INFO', event: 'rcode5.answered' });
    const [headers] = receiver.headers;
    expect(headers).to.include({ authorization: 'Bearer t', 'content-encoding': 'gzip' });
    expect(headers!['user-agent']).to.equal('rcode5/1.2.3');
  });

  it('go on where a process that was killed had come to, in batches', async () => {
    log = writeLog({ '.1': linesOf(0, 600), '': linesOf(600, 1500) });
    await send({ rows: 100 }).until(({ sent }) => sent >= 900);
    await sending.kill();
    const before = sending.counts.sent;
    await send({ rows: 100 }).until(({ sent }) => sent === 1500 - before);
    expect(new Set(refsOf(receiver.logs))).to.deep.equal(new Set(refs(0, 1500)));
    expect(receiver.requests.length).to.be.above(2);
  });

  it('say what the log says of itself, and pass over what is no record', async () => {
    const lost = `{"level":50,"time":"${new Date(NOW).toISOString()}","event":"lost","records":3,"msg":"3 records were lost"}`;
    log = writeLog({ '': [...linesOf(0, 1), '{"level":40,"ti', lost] });
    await send().until(({ sent }) => sent === 2);
    expect(sending.counts.skipped).to.equal(1);
    expect(receiver.logs[1]).to.include({ body: '3 records were lost', severity: '17 ERROR' });
    expect(receiver.logs[1]!.attributes['rcode5.records']).to.equal(3);
  });

  const AGAIN: readonly (readonly [what: string, answer: Answer, why: RegExp])[] = [
    ...[429, 502, 503, 504].map(
      (status) => [`answers ${status}`, { status }, new RegExp(`^status ${status}: `)] as const,
    ),
    ['answers 500', { status: 500, body: '{"code":13,"message":"full"}' }, /^status 500: full$/],
    ['answers 401', { status: 401, body: 'who?' }, /^status 401: who\?$/],
    ['answers 404', { status: 404, body: '<p>no' }, /^status 404: <p>no$/],
    ['sends elsewhere', { status: 307, headers: { location: '/' } }, /redirect/],
    ['says nothing', 'hang', /timeout/],
  ];
  for (const [what, answer, why] of AGAIN) {
    it(`wait and lose nothing while the receiver ${what}`, async () => {
      log = writeLog({ '': linesOf(0, 20) });
      receiver.answer = () => answer;
      const timeout = answer === 'hang' ? SHORT_MS : LONG_MS;
      await send({ timeout }).until(({ failures }) => failures >= 2);
      expect(sending.told[0]).to.match(why);
      receiver.answer = () => FINE;
      await sending.until(({ sent }) => sent === 20);
      // What was given up too early may have arrived.
      expect([...new Set(refsOf(receiver.logs))]).to.deep.equal(refs(0, 20));
      expect(sending.counts.refused).to.equal(0);
    });
  }

  it('wait while the receiver is away, and come when it is back', async () => {
    log = writeLog({ '': linesOf(0, 10) });
    await send().until(({ sent }) => sent === 10);
    await receiver.close();
    appendFileSync(log.path, `${linesOf(10, 20).join('\n')}\n`);
    await sending.until(({ failures }) => failures >= 2);
    expect(sending.told[0]).to.match(/ECONNREFUSED|closed|ECONNRESET/);
    await receiver.begin();
    await sending.until(({ sent }) => sent === 20);
    expect(refsOf(receiver.logs)).to.deep.equal(refs(0, 20));
  });

  it('wait an hour of 503 with pauses that grow, to half a minute', async () => {
    log = writeLog({ '': linesOf(0, 5) });
    const hour = () => (sending?.waits ?? []).reduce((sum, wait) => sum + wait, 0) > HOUR_MS;
    receiver.answer = () => (hour() ? FINE : { status: 503 });
    await send().until(({ sent }) => sent === 5);
    const { failures } = sending.counts;
    expect(failures).to.be.within(120, 130);
    expect(sending.waits.slice(0, 8)).to.deep.equal([
      500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
    ]);
  });

  for (const [text, least, most] of [
    ['120', 120_000, 120_000],
    [new Date(Date.now() + 600_000).toUTCString(), 500_000, 600_000],
    ['0', 500, 500],
    ['soon', 500, 500],
    ['999999', HOUR_MS, HOUR_MS],
  ] as const) {
    it(`wait as long as the receiver says by Retry-After: ${text}`, async () => {
      log = writeLog({ '': linesOf(0, 1) });
      receiver.answer = () => ({ status: 429, headers: { 'retry-after': text } });
      await send().until(({ failures }) => failures === 2);
      expect(sending.waits[0]).to.be.within(least, most);
    });
  }

  it('are set aside when it is their fault, the others of the batch are not', async () => {
    log = writeLog({ '': linesOf(0, 200) });
    const isBad = (ref: unknown) => ['k3f9x-0', 'k3f9x-77', 'k3f9x-199'].includes(String(ref));
    for (const status of [400, 500]) {
      receiver.logs.length = 0;
      receiver.answer = (logs) =>
        refsOf(logs).some(isBad) ? { status, body: '{"message":"no such name"}' } : FINE;
      await send().until(({ sent }) => sent === 197);
      await sending.kill();
      expect(sending.counts).to.include({ refused: 3, sent: 197 });
      expect(refsOf(receiver.logs)).to.deep.equal(refs(0, 200).filter((ref) => !isBad(ref)));
      const aside = readFileSync(`${log.path}.otlp-refused`, 'utf8').trimEnd().split('\n');
      const [first] = aside.slice(-3).map((line) => JSON.parse(line));
      expect(first).to.deep.equal({
        why: `status ${status}: no such name`,
        row: JSON.parse(linesOf(0, 1)[0]!),
      });
      log.close();
      log = writeLog({ '': linesOf(0, 200) });
    }
  });

  it('are all set aside, with few requests, when none of a batch is taken for what it is', async () => {
    log = writeLog({ '': linesOf(0, 500) });
    receiver.answer = () => ({ status: 400 });
    await send().until(({ refused }) => refused === 500);
    expect(receiver.requests.length).to.be.below(60);
    receiver.answer = () => FINE;
    appendFileSync(log.path, `${linesOf(500, 510).join('\n')}\n`);
    await sending.until(({ sent }) => sent === 10);
  });

  it('are counted and told of when the receiver takes only a part and does not say which', async () => {
    log = writeLog({ '': linesOf(0, 10) });
    const body = '{"partialSuccess":{"rejectedLogRecords":"4","errorMessage":"too old"}}';
    receiver.answer = () => ({ status: 200, body });
    await send().until(({ refused }) => refused > 0);
    expect(sending.counts).to.include({ sent: 6, refused: 4, failures: 0 });
    expect(sending.rejected).to.deep.equal(['4 too old']);
  });

  for (const body of [
    '',
    '{}',
    'OK',
    '{"partialSuccess":{}}',
    '{"partialSuccess":{"rejectedLogRecords":-1}}',
    'null',
  ]) {
    it(`are sent when the answer is ${body || 'empty'}`, async () => {
      log = writeLog({ '': linesOf(0, 3) });
      receiver.answer = () => ({ status: 200, body });
      await send().until(({ sent }) => sent === 3);
      expect(sending.counts).to.include({ refused: 0, failures: 0 });
    });
  }
});
