import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Finding, findingsOf } from '../../src/diagnose/findings.ts';
import { findRoutes } from '../../src/diagnose/routes.ts';
import { visitAll } from '../../src/diagnose/visit.ts';
import { name as wire } from '../world/messages.ts';
import { NAME, PROGRAMS, type Secured, SOURCE, startSecured } from './diagnosed-secure.ts';
import { STATES, type State } from './diagnosed-secure-states.ts';
import { cleanUp, describeWith, makeFolder } from './processes.ts';
import { spawnRcode5 } from './rcode5.ts';

describeWith(PROGRAMS, 'e2e: diagnose by TLS and HTTPS', () => {
  let servers: Secured;
  const findings = new Map<State, Finding>();

  async function diagnose(state: State): Promise<Finding> {
    const { protocol, port, sources = [SOURCE.healthy], asked = 'www.example' } = state;
    const { name = NAME, path = '/dns-query', isStrange = false } = state;
    const encryption = { protocol, name, path: protocol === 'dot' ? '' : path };
    const server = { address: '127.0.0.1', port: port(servers), encryption };
    const ca = isStrange ? undefined : servers.ca;
    const routes = await findRoutes([server], sources, 3000, ca);
    if (typeof routes === 'string') throw new Error(routes);
    return findingsOf(await visitAll({ name: wire(asked), type: 1, burst: false }, routes))[0]!;
  }

  before(async () => {
    servers = await startSecured();
    // One after the other at each port: Unbound has room for ten connections at a time.
    const byPort = Map.groupBy(STATES, ({ port }) => port(servers));
    const work = [...byPort.values()].map(async (states) => {
      for (const state of states) findings.set(state, await diagnose(state));
    });
    await Promise.all(work);
  });
  after(async () => {
    servers?.close();
    await cleanUp();
  });

  for (const state of STATES) {
    it(`finds ${state.verdict} by ${state.protocol} in ${state.state}`, () => {
      const finding = findings.get(state)!;
      const text = [finding.summary, ...finding.evidence].join('\n');
      const { verdict, confidence = finding.confidence, scope = finding.scope } = state;
      expect(finding, text).to.include({ verdict, confidence, scope });
      for (const words of state.says) {
        if (typeof words === 'string') expect(text).to.include(words);
        else expect(text).to.match(words);
      }
    });
  }

  it('knows the program by its identity over TLS, and prints it', async () => {
    const ca = join(makeFolder(), 'ca.pem');
    writeFileSync(ca, servers.ca);
    const server = `tls://127.0.0.1:${servers.unbound.dot}#${NAME}`;
    const args = ['www.example', '--server', server, '--ca', ca, '--source', SOURCE.refused];
    const program = spawnRcode5(['diagnose', ...args, '--source', SOURCE.healthy, '--json']);
    expect((await program.ended).code).to.equal(1);
    const report = JSON.parse(program.stdout);
    expect(report).to.include({
      verdict: 'client-acl',
      scope: 'server',
      server,
      source: SOURCE.refused,
    });
    const probes: { probe: string; transport: string; texts: string[] }[] = report.probes;
    const version = probes.filter(({ probe }) => probe === 'version.bind');
    expect(version.map(({ transport, texts }) => [transport, ...texts])).to.deep.equal([
      ['dot'],
      ['dot', 'unbound 1.17.1'],
    ]);
  });
});
