import { expect } from 'chai';
import type { CandidateAnswer } from '../../../src/admin/api/answers.ts';
import { askUdp } from '../../world/client.ts';
import { Flag, message, question } from '../../world/messages.ts';
import { COMMON, forwardTo, ServedSite } from '../../world/served-site.ts';

const RUNNING = forwardTo('127.0.0.1:9', '127.0.0.1: allow, 127.0.0.2: refuse');
const POLICY = `policies:
  - { name: lists, domains: list.txt, action: refuse }
  - { name: house, rules: { bad.example: refuse } }
nat64: ["\${PREFIX}"]
assertions: [assertions.yaml]
`;

describe('admin/v1 candidate', () => {
  let site: ServedSite;
  before(async () => {
    site = new ServedSite();
    site.environment = { PREFIX: '64:ff9b:1::/96', SECRET: 'very-secret-word' };
    site.write('list.txt', 'listed.example\n');
    site.write('private.txt', 'do not show this\n');
    site.write(
      'assertions.yaml',
      '- { client: 127.0.0.2, query: www.example.com, expect: { rcode: REFUSED, layer: acl } }\n',
    );
    await site.start(RUNNING + POLICY);
    for (const from of ['127.0.0.1', '127.0.0.2']) {
      const octets = message({ flags: Flag.RD, questions: [question('bad.example')] });
      await askUdp(site.target(from), octets);
    }
  });
  after(() => site.close());

  async function compare(config: string): Promise<CandidateAnswer> {
    const body = `${COMMON}\n${config}`;
    const reply = await site.http('/api/v1/candidate', { method: 'POST', body });
    return JSON.parse(reply.body);
  }

  it('that is what serves changes nothing', async () => {
    const { ok, difference, replay } = await compare(RUNNING + POLICY);
    expect(ok).to.equal(true);
    expect(difference).to.deep.include({ changed: false, changes: [], settings: [] });
    expect(replay).to.deep.equal({ queries: 2, queriesChanged: 0, changes: [] });
  });

  it('is compared exactly, and with what was asked; nothing is taken over', async () => {
    const { hash } = site.server.serving.policy;
    const text = (RUNNING + POLICY).replace('bad.example: refuse', 'bad.example: nxdomain');
    const { difference, replay } = await compare(text);
    expect(difference!.changes[0]).to.deep.include({
      names: ['bad.example.'],
      clients: ['127.0.0.1/32'],
    });
    expect(difference!.hashes[0]).to.equal(hash);
    expect(difference!.text).to.include('bad.example.');
    expect(replay).to.include({ queries: 2, queriesChanged: 1 });
    expect(site.server.serving.policy.hash).to.equal(hash);
  });

  it('that breaks an assertion says so, and is compared all the same', async () => {
    const { ok, problems, difference } = await compare(
      (RUNNING + POLICY).replace('127.0.0.2: refuse', '127.0.0.2: allow'),
    );
    expect(ok).to.equal(false);
    expect(problems[0]).to.match(/assertions\.yaml:1:\d+: assertion failed: www\.example\.com/);
    expect(difference!.changed).to.equal(true);
  });

  it('that cannot be read says where and why', async () => {
    const { ok, problems } = await compare(`${RUNNING}colour: red\n`);
    expect(ok).to.equal(false);
    expect(problems[0]).to.match(/site\.yaml:\d+:\d+: unknown key "colour"; expect /);
  });

  it('reads no file that the running configuration does not read', async () => {
    const text = `${RUNNING}policies: [{ name: lists, domains: private.txt }]\n`;
    const { problems } = await compare(text);
    expect(problems[0]).to.match(/private\.txt cannot be read: the running configuration does not/);
    expect(problems.join()).to.not.include('do not show');
    const asserted = await compare(`${RUNNING}assertions: [private.txt]\n`);
    expect(asserted.problems[0]).to.match(/private\.txt is not read: the running configuration/);
  });

  it('learns no variable of the environment', async () => {
    const { error } = (await compare(`${RUNNING}infoUrl: "\${SECRET}"\n`)) as unknown as {
      error: string;
    };
    expect(error).to.match(/^candidate:\d+: infoUrl: .*expect variables only in lines/);
  });

  for (const { what, request, status } of [
    { what: 'nothing', request: { body: '' }, status: 400 },
    { what: 'more than 4 MiB', request: { body: '#'.repeat(5 << 20) }, status: 413 },
  ]) {
    it(`does not take ${what}`, async () => {
      const reply = await site.http('/api/v1/candidate', { method: 'POST', ...request });
      expect(reply.status).to.equal(status);
      expect(JSON.parse(reply.body).error).to.match(/configuration/);
    });
  }
});
