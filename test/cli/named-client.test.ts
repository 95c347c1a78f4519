import { expect } from 'chai';
import { askUdp } from '../world/client.ts';
import { Flag, message, question } from '../world/messages.ts';
import { runProgram } from '../world/run-program.ts';
import { forwardTo, ServedSite } from '../world/served-site.ts';

const SITE = `${forwardTo('127.0.0.1:9')}clientGroups: { office: [127.0.0.2/32], both: [127.0.0.2/32, 127.0.0.3/32] }
clientNames: [{ hosts: names }]
policies: [{ name: house, rules: { bad.example: refuse } }]
`;

describe('cli: clients by their names', () => {
  let site: ServedSite;
  let admin: string;
  before(async () => {
    site = new ServedSite();
    // A name is shown on a terminal: what would steer that is not.
    site.write('names', '127.0.0.2 laptop-17\n127.0.0.3 bell\u0007\n');
    await site.start(SITE);
    const { address, port } = site.server.admin;
    admin = `http://${address}:${port}`;
    for (const from of ['127.0.0.2', '127.0.0.3']) {
      const octets = message({ flags: Flag.RD, questions: [question('bad.example')] });
      await askUdp(site.target(from), octets);
    }
  });
  after(() => site.close());

  const run = async (...args: readonly string[]) => (await runProgram(args)).stdout;

  it('log shows them beside addresses', async () => {
    const shown = await run('log', '--admin', admin);
    expect(shown).to.include('127.0.0.2 (laptop-17, office)').and.include('127.0.0.3 (bell');
    expect(shown).to.not.include('\u0007');
    expect(await run('log', '--admin', admin, '--json')).to.not.include('laptop-17');
  });

  it('log and report take a name for a client', async () => {
    const shown = await run('log', '--admin', admin, '--client', 'laptop-17');
    expect(shown.split('\n').filter((line) => line.includes('bad.example'))).to.have.lengthOf(1);
    const counted = await run(
      'report',
      '--admin',
      admin,
      '--by',
      'client',
      '--client',
      'Laptop-17',
    );
    expect(counted)
      .to.match(/^1 refused/)
      .and.match(/127\.0\.0\.2 \(laptop-17\)/);
    const { code, stderr } = await runProgram(['log', '--admin', admin, '--client', 'nobody']);
    expect(code).to.equal(2);
    expect(stderr).to.include('no client is named nobody');
    expect((await runProgram(['log', 'a.log', '--client', 'laptop-17'])).code).to.equal(2);
  });

  it('log and report take a group, and several of them, with files and with a server', async () => {
    const ways = [
      ['--admin', admin],
      ['-c', site.path('site.yaml'), site.path('decisions.log')],
    ];
    for (const way of ways) {
      for (const [clients, count] of [
        [['office'], 1],
        [['office', '127.0.0.3'], 2],
        [['laptop-17', 'office'], 1],
      ] as const) {
        const words = clients.flatMap((client) => ['--client', client]);
        const shown = await run('log', ...way, ...words);
        expect(shown.split('\n').filter((line) => line.includes('bad.example')).length).to.equal(
          count,
        );
        expect(await run('report', ...way, ...words)).to.match(new RegExp(`^${count} refused`));
      }
    }
  });

  it('explain takes a group, and says for which address', async () => {
    const words = ['--client', 'office', '--name', 'bad.example'];
    expect(await run('explain', '--admin', admin, ...words)).to.include('127.0.0.2');
    const { stdout, stderr } = await runProgram([
      ...['explain', '-c', site.path('site.yaml')],
      ...words,
    ]);
    expect(stdout).to.include('127.0.0.2');
    expect(stderr).to.equal('office is 127.0.0.2/32: asked for 127.0.0.2\n');
  });

  it('pause takes a name and a group', async () => {
    for (const client of ['laptop-17', 'office']) {
      const shown = await run('pause', '--admin', admin, '--client', client, '--for', '1s');
      expect(shown).to.match(/^paused \S+ all policies for 127\.0\.0\.2(\/32)? until /);
    }
    const { code, stderr } = await runProgram(['pause', '--admin', admin, '--client', 'nobody']);
    expect(code).to.equal(2);
    expect(stderr).to.include('no client is named nobody');
    const several = await runProgram(['pause', '--admin', admin, '--client', 'both']);
    expect(several.stderr).to.include('both is several: 127.0.0.2/32,127.0.0.3/32');
  });

  it('explain takes a name, with files and with a server', async () => {
    const words = ['--client', 'laptop-17', '--name', 'bad.example'];
    const asked = await run('explain', '--admin', admin, ...words);
    expect(asked).to.include('127.0.0.2');
    expect(await run('explain', '-c', site.path('site.yaml'), ...words)).to.equal(asked);
  });
});
