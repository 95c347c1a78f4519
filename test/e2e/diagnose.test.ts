import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type Finding, findingsOf } from '../../src/diagnose/findings.ts';
import { findRoutes } from '../../src/diagnose/routes.ts';
import { visitAll } from '../../src/diagnose/visit.ts';
import { parseType } from '../../src/wire/registry.ts';
import { isAsShown } from '../repo/console.ts';
import { blocksOf, sectionsOf } from '../repo/markdown.ts';
import { name as wire } from '../world/messages.ts';
import { type Diagnosed, type Place, PROGRAMS, type State, startDiagnosed } from './diagnosed.ts';
import { CLIENT_STATES } from './diagnosed-clients.ts';
import { QUESTION_STATES } from './diagnosed-questions.ts';
import { cleanUp, describeWith } from './processes.ts';
import { type Rcode5, Site, serve, spawnRcode5 } from './rcode5.ts';

const HOST = '127.0.0.1';
const PAGE = readFileSync('docs/diagnose.md', 'utf8');
/** The server that the page shows. */
const SHOWN_AT = '127.0.0.1:20053';
/** What a busy machine may need of the time that a state needs. */
const PATIENCE = 8;
const STATES = [...CLIENT_STATES, ...QUESTION_STATES];

function isAsExpected(finding: Finding, { verdict, confidence }: State): boolean {
  return finding.verdict === verdict && finding.confidence === confidence;
}

describeWith(PROGRAMS, 'e2e: diagnose', () => {
  let servers: Diagnosed;
  let own: Rcode5;
  const findings = new Map<State, Promise<Finding>>();

  const addressOf = (place: Place) => {
    if (place === 'rcode5') return { address: HOST, port: own.port };
    return { address: HOST, port: servers[place] };
  };

  async function diagnose(state: State, patience = 1): Promise<Finding> {
    const { at, name = 'www.example', type = 'A', sources = [HOST], burst = false } = state;
    const places = typeof at === 'string' ? [at] : at;
    const routes = await findRoutes(
      places.map(addressOf),
      sources,
      patience * (state.timeoutMs ?? 5000),
    );
    if (typeof routes === 'string') throw new Error(routes);
    const target = { name: wire(name), type: parseType(type)!, burst };
    const visits = await visitAll(target, routes);
    return findingsOf(visits)[0]!;
  }

  before(async () => {
    servers = await startDiagnosed();
    own = await serve(
      new Site(`acl: { query: { 127.0.0.1: allow } }
policies: [{ name: house, rules: { blocked.example: refuse } }]
upstreams:
  default: { servers: ["127.0.0.1:${servers.unbound}"] }
  strict: { servers: ["127.0.0.1:${servers.strict}"] }
routes: { ".": default, strict.example: strict }
`),
    );
    // All at once: what takes time is waiting, and each server has few of them.
    for (const state of STATES) {
      const finding = diagnose(state);
      finding.catch(() => {});
      findings.set(state, finding);
    }
    await Promise.allSettled(findings.values());
  });
  after(cleanUp);

  for (const state of STATES) {
    it(`finds ${state.verdict} in ${state.state}`, async () => {
      let finding = await findings.get(state)!;
      // On a busy machine an answer that is late looks like none: once more, with patience.
      if (!isAsExpected(finding, state)) finding = await diagnose(state, PATIENCE);
      const text = [finding.summary, ...finding.evidence].join('\n');
      expect(finding, text).to.include({ verdict: state.verdict, confidence: state.confidence });
      if (state.source !== undefined) expect(finding.source).to.equal(state.source);
      for (const words of state.says ?? []) {
        if (typeof words === 'string') expect(text).to.include(words);
        else expect(text).to.match(words);
      }
      const isDoubtful = finding.confidence !== 'high';
      expect(finding.next.some((line) => line.startsWith('to be sure: '))).to.equal(isDoubtful);
    });
  }

  it('prints what docs/diagnose.md shows, and ends with 1', async () => {
    const block = blocksOf('docs/diagnose.md', PAGE).find(({ text }) => text.includes(SHOWN_AT))!;
    const [command = '', ...shown] = block.text
      .trimEnd()
      .replaceAll(SHOWN_AT, `${HOST}:${servers.strict}`)
      .split('\n');
    const program = spawnRcode5(command.replace('$ rcode5 ', '').split(' '));
    expect(await program.ended).to.include({ code: 1 });
    const { stdout, stderr } = program;
    if (!isAsShown(shown.join('\n'), stdout)) expect(stdout).to.equal(shown.join('\n'));
    expect(stderr).to.equal('');
  });

  it('prints one object with --json, and ends with 0 where nothing refuses', async () => {
    const server = `${HOST}:${servers.unbound}`;
    const program = spawnRcode5(['diagnose', 'www.example', '--server', server, '--json']);
    expect(await program.ended).to.include({ code: 0 });
    const report = JSON.parse(program.stdout);
    expect(report).to.include({ name: 'www.example.', server, verdict: 'no-refusal' });
    const tables = sectionsOf(PAGE, 2).get('JSON')!;
    const told = [...tables.matchAll(/`(\w+)`/g)].map(([, key]) => key!);
    const rows = [...tables.matchAll(/^\| (`.+?) \|/gm)].flatMap(
      ([, names]) => names!.match(/\w+/g)!,
    );
    const [finding] = report.findings;
    const [probe] = report.probes;
    expect(told).to.include.members([report, finding, probe].flatMap(Object.keys));
    // What one answer does not have another has.
    const rare = ['configured', 'silence', 'nsid', 'soa', 'policyZone', 'burst', 'tls', 'status'];
    expect(Object.keys({ ...report, ...probe })).to.include.members(
      rows.filter((key) => !rare.includes(key)),
    );
  });
});
