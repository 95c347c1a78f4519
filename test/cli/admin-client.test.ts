import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { runProgram } from '../world/run-program.ts';
import { COMMON, forwardTo, ServedSite } from '../world/served-site.ts';

const SITE = `${forwardTo('127.0.0.1:9')}policies: [{ name: house, rules: { bad.example: refuse } }]\n`;

describe('cli --admin', () => {
  let site: ServedSite;
  let admin: string;
  before(async () => {
    site = new ServedSite();
    await site.start(SITE);
    const { address, port } = site.server.admin;
    admin = `http://${address}:${port}`;
    for (const [name, from] of [
      ['bad.example', '127.0.0.1'],
      ['www.example', '127.0.0.2'],
    ] as const) {
      const octets = message({ flags: Flag.RD, questions: [question(name)] });
      await askUdp(site.target(from), octets);
    }
  });
  after(() => site.close());

  it('log shows decisions of the server as of its files', async () => {
    for (const options of [['--json'], [], ['--layer', 'policy'], ['--client', '127.0.0.2']]) {
      const asked = await runProgram(['log', '--admin', admin, ...options]);
      const read = await runProgram(['log', site.path('decisions.log'), ...options]);
      expect(asked).to.deep.equal(read);
      expect(asked.code).to.equal(0);
    }
    const ref = String(site.records()[0]!.ref);
    const { stdout } = await runProgram(['log', '--admin', admin, '--ref', ref]);
    expect(stdout).to.match(/^refused bad\.example\. A .*\n {2}when/);
    expect((await runProgram(['log', '--admin', admin, '--ref', 'none-1'])).code).to.equal(1);
  });

  it('report counts decisions of the server as of its files', async () => {
    for (const options of [[], ['--by', 'client,rule'], ['--event', 'all', '--top', '1']]) {
      const asked = await runProgram(['report', '--admin', admin, ...options]);
      const read = await runProgram(['report', site.path('decisions.log'), ...options]);
      expect(asked).to.deep.equal(read);
    }
  });

  it('explain asks the policy that is in force', async () => {
    const words = ['--client', '127.0.0.1', '--name', 'bad.example'];
    const asked = await runProgram(['explain', '--admin', admin, ...words]);
    const read = await runProgram(['explain', '-c', site.path('site.yaml'), ...words]);
    expect(asked.stdout).to.equal(read.stdout);
  });

  it('diff compares with what is in force', async () => {
    const file = site.path('new.yaml');
    writeFileSync(file, `${COMMON}\n${SITE.replace('refuse', 'nxdomain')}`);
    const asked = await runProgram(['diff', '--admin', admin, file]);
    const read = await runProgram(['diff', site.path('site.yaml'), file]);
    // There it takes the place of the running one, also in what is said of its lines.
    expect(asked.stdout).to.equal(read.stdout.replaceAll('new.yaml', 'site.yaml'));
    expect(asked.code).to.equal(1);
    const replayed = await runProgram(['diff', '--admin', admin, '--replay', file]);
    expect(replayed.stdout).to.match(/^1 of 2 queries would be decided otherwise\n/);
  });

  it('pause, status, resume and flush speak to the server', async () => {
    const paused = await runProgram([
      'pause',
      '--policy',
      'house',
      '--for',
      '1h',
      '--admin',
      admin,
    ]);
    expect(paused.stdout).to.match(
      /^paused [0-9a-f]{8}: house for everybody until .*, by loopback\n$/,
    );
    const { stdout } = await runProgram(['status', '--admin', admin]);
    expect(stdout).to.match(/^paused {5}[0-9a-f]{8}: house for everybody until /m);
    expect((await runProgram(['resume', 'ffffffff', '--admin', admin])).code).to.equal(1);
    const resumed = await runProgram(['resume', '--admin', admin]);
    expect(resumed).to.include({ code: 0, stdout: '1 of 1 pauses ended\n' });
    const flushed = await runProgram(['flush', 'Example.com', '--admin', admin]);
    expect(flushed).to.include({ code: 0, stdout: 'flushed example.com.\n' });
    expect((await runProgram(['flush', 'a..b', '--admin', admin])).code).to.equal(2);
    expect((await runProgram(['pause', '--for', 'long', '--admin', admin])).code).to.equal(2);
  });

  for (const { args, says } of [
    { args: ['log', '--admin', 'URL', 'a.log'], says: /--admin: expect neither FILEs/ },
    { args: ['report', '--admin', 'URL', 'a.log'], says: /--admin: expect no FILEs/ },
    { args: ['diff', '--admin', 'URL'], says: /expect one configuration, NEW/ },
    { args: ['log', '--admin', 'nowhere'], says: /expect a URL like/ },
    { args: ['log', '--admin', 'http://127.0.0.1:1'], says: /nobody answers at/ },
    {
      args: ['explain', '--admin', 'URL', '--client', 'x', '--name', 'y'],
      says: /no client is named x/,
    },
  ]) {
    it(`${args.join(' ')} says what it expects`, async () => {
      const given = args.map((word) => (word === 'URL' ? admin : word));
      const { code, stderr } = await runProgram(given);
      expect(code).to.equal(2);
      expect(stderr).to.match(says);
    });
  }
});
