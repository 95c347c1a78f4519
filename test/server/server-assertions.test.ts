import { Writable } from 'node:stream';
import { expect } from 'chai';
import { pino } from 'pino';
import { ConfigError } from '../../src/config/problem.ts';
import { forwardTo, ServedSite } from '../world/served-site.ts';

const ALLOWED = '- { client: 127.0.0.1, query: www.example, expect: { action: forward } }\n';
const REFUSED =
  '- { name: no strangers, client: 127.0.0.2, query: a.example, expect: { layer: acl } }\n';
const UPSTREAM = '127.0.0.1:9';
const FAILURE =
  'assertions.yaml:2:79: assertion failed: no strangers: a.example from 127.0.0.2: layer is upstream (routes . at site.yaml:9); expect layer acl';

describe('server assertions', () => {
  let site: ServedSite;
  let said: string;
  beforeEach(() => {
    site = new ServedSite();
    said = '';
  });
  afterEach(() => site?.close());

  const log = () =>
    pino(
      { base: null },
      new Writable({
        write: (chunk, _encoding, done) => {
          said += chunk;
          done();
        },
      }),
    );

  function configure(acl: string): void {
    site.configure(`${forwardTo(UPSTREAM, acl)}assertions: [assertions.yaml]\n`);
  }

  const local = (texts: readonly string[]) =>
    texts.map((text) => text.replaceAll(`${site.folder}/`, ''));

  it('keep a reload out that breaks one, and say so wherever a reload is told of', async () => {
    site.write('assertions.yaml', ALLOWED + REFUSED);
    configure('127.0.0.1: allow');
    await site.start(undefined, log());
    const before = site.server.serving;
    configure('127.0.0.0/8: allow');
    const reply = await site.http('/api/reload', { method: 'POST' });
    const { ok, policy, problems } = JSON.parse(reply.body);
    expect(reply.status).to.equal(422);
    expect({ ok, policy }).to.deep.equal({ ok: false, policy: before.policy.hash });
    expect(local(problems)).to.deep.equal([FAILURE]);
    expect(local([said])[0]).to.include(`"msg":"reload failed: ${FAILURE}"`);
    expect(local((await site.json('/api/policy')).lastReload.problems)).to.deep.equal([FAILURE]);
    expect(site.server.serving).to.equal(before);
  });

  it('let a reload in that breaks none', async () => {
    site.write('assertions.yaml', ALLOWED);
    configure('127.0.0.1: allow');
    await site.start();
    configure('127.0.0.0/8: allow');
    expect((await site.server.reload()).ok).to.equal(true);
  });

  it('are read again at a reload', async () => {
    site.write('assertions.yaml', ALLOWED);
    configure('127.0.0.0/8: allow');
    await site.start();
    site.write('assertions.yaml', ALLOWED + REFUSED);
    expect(local((await site.server.reload()).problems)).to.deep.equal([FAILURE]);
    site.write('assertions.yaml', 'nothing\n');
    const [problem] = (await site.server.reload()).problems;
    expect(local([problem!])[0]).to.match(/^assertions\.yaml:1:1: expect a list, each item/);
  });

  it('keep a start from happening that breaks one', async () => {
    site.write('assertions.yaml', ALLOWED + REFUSED);
    configure('127.0.0.0/8: allow');
    const error = await site.start().catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(ConfigError);
    expect(local([(error as Error).message])).to.deep.equal([FAILURE]);
  });

  it('are held by the compile worker too, when there are many', async () => {
    site.write('assertions.yaml', ALLOWED.repeat(1000) + REFUSED);
    configure('127.0.0.0/8: allow');
    const error = await site.start().catch((reason: unknown) => reason);
    expect(local([(error as Error).message])).to.deep.equal([FAILURE.replace(':2:', ':1001:')]);
  });

  it('are missed when their file is not there', async () => {
    configure('127.0.0.0/8: allow');
    const error = await site.start().catch((reason: unknown) => reason);
    expect(local([(error as Error).message])[0]).to.match(
      /^site\.yaml:10:14: assertions\.yaml cannot be read: ENOENT.*; expect a file of assertions$/,
    );
  });
});
