import { Readable } from 'node:stream';
import { expect } from 'chai';
import { UsageError } from '../../../src/cli/command.ts';
import { parseRequest } from '../../../src/cli/logs/log.ts';
import { parseReport, showReport } from '../../../src/cli/logs/report.ts';
import { file, line, NOW, pathOf, run, Sink, useDirectory } from './logs.ts';

const LINES: readonly string[] = [line('k3f9x-1'), line('k3f9x-2', { client: '192.0.2.1' })];

describe('cli/logs: names of clients, by the configuration of -c', () => {
  useDirectory();
  let config: string;
  beforeEach(() => {
    file('hosts', '10.21.5.18 laptop-17\n');
    config = file(
      'site.yaml',
      'clientNames: [{ hosts: hosts }]\nupstreams: { default: { servers: [192.0.2.53] } }\n',
    );
  });

  it('stand beside addresses in log', async () => {
    const path = file('a.log', ...LINES);
    const { out } = await run(['-c', config, path]);
    expect(out).to.include('10.21.5.18 (laptop-17, vpn)').and.include('192.0.2.1 (vpn)');
    expect((await run([path])).out).to.not.include('laptop-17');
    expect((await run(['-c', config, '--json', path])).out).to.equal(LINES.join(''));
  });

  it('stand beside addresses in report', async () => {
    const stdout = new Sink();
    const stdin = Readable.from(LINES.map((one) => Buffer.from(one)));
    const request = parseReport(['--utc', '--by', 'client', '-c', config], NOW);
    await showReport(request, { stdin, stdout, stderr: new Sink() });
    expect(stdout.text)
      .to.match(/^10\.21\.5\.18 \(laptop-17\) /m)
      .and.match(/^192\.0\.2\.1 /m);
  });

  it('are those of the server with --admin, and of a configuration that can be read', () => {
    const beside = ['-c', config, '--admin', 'http://127.0.0.1:1'];
    for (const parse of [parseRequest, parseReport]) {
      expect(() => parse(beside, NOW)).to.throw(UsageError, /^--config: expect no --admin with it/);
      expect(() => parse(['-c', pathOf('none.yaml')], NOW)).to.throw(/none\.yaml/);
    }
  });
});
