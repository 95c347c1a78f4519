import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync, rmdirSync } from 'node:fs';
import { connect } from 'node:net';
import { expect } from 'chai';
import { elapsed, few } from '../world/control.ts';
import { cleanUp } from './processes.ts';
import { type Rcode5, Site, serve } from './rcode5.ts';
import { ask, slowUpstream } from './sockets.ts';

const NOERROR = 0;
const NXDOMAIN = 3;
const REFUSED = 5;

/** How long it may take to end, in milliseconds. */
const LONGEST_END = 5000;

const rules = (action: string) => `policies:
  - name: house
    rules:
      www.example.org: ${action}
`;

describe('e2e: SIGHUP', () => {
  let server: Rcode5;

  before(async () => {
    server = await serve(new Site(rules('refuse')));
  });
  // Each begins with these rules, and a log of its own.
  beforeEach(async () => {
    const { site } = server;
    site.configure(rules('refuse'));
    if (existsSync(site.log)) renameSync(site.log, `${site.log}.before`);
    await hangUp(/reloaded policy=/);
  });
  after(cleanUp);

  /** Sends SIGHUP; resolves with what the program says of it. */
  function hangUp(says: RegExp): Promise<string> {
    const { program } = server;
    const before = program.stderr.length;
    program.signal('SIGHUP');
    return program.says(says, before);
  }

  const asked = () => ask(server.port, 'www.example.org');

  it('puts new rules into force', async () => {
    expect(await asked()).to.equal(REFUSED);
    server.site.configure(rules('nxdomain'));
    await hangUp(/reloaded policy=/);
    expect(await asked()).to.equal(NXDOMAIN);
    const [before, after] = server.site.records();
    expect(before?.policy).not.to.equal(after?.policy);
    expect(await readyPolicy()).to.equal(after?.policy);
  });

  it('goes on in a new log file when the old one was moved away', async () => {
    const { site } = server;
    expect(await asked()).to.equal(REFUSED);
    renameSync(site.log, `${site.log}.1`);
    // Until it is told, it writes to the file that it has.
    expect(await asked()).to.equal(REFUSED);
    await hangUp(/reloaded policy=/);
    expect(await asked()).to.equal(REFUSED);
    expect(site.records(`${site.log}.1`)).to.have.length(2);
    expect(site.records()).to.have.length(1);
  });

  it('keeps its log file when it cannot have a new one', async () => {
    const { site, program } = server;
    renameSync(site.log, `${site.log}.1`);
    mkdirSync(site.log);
    // The reload beside it is over too: the next one is another.
    await hangUp(
      /^(?=[\s\S]*the decision log cannot be reopened: EISDIR)(?=[\s\S]*reloaded policy=)/,
    );
    expect(await asked()).to.equal(REFUSED);
    expect(site.records(`${site.log}.1`)).to.have.length(1);
    rmdirSync(site.log);
    await hangUp(/reloaded policy=/);
    expect(await asked()).to.equal(REFUSED);
    expect(site.records()).to.have.length(1);
    expect(program.stderr).not.to.contain('    at ');
  });

  it('keeps the old policy and says why when the configuration is broken', async () => {
    const { site, program } = server;
    const policy = await readyPolicy();
    site.configure(`${rules('shrug')}ede: loud\n`);
    const said = await hangUp(/reload failed: .*\n.*reload failed: .*\n/);
    const messages = said
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).msg);
    expect(messages[0]).to.match(/site\.yaml:4:24: "shrug" is not valid; expect allow, refuse/);
    expect(messages[1]).to.match(/site\.yaml:5:6: "loud" is not valid; expect full, codes or off/);
    expect(messages).to.have.length(2);
    expect(await asked()).to.equal(REFUSED);
    expect(await readyPolicy()).to.equal(policy);
    site.configure(rules('nxdomain'));
    await hangUp(/reloaded policy=/);
    expect(await asked()).to.equal(NXDOMAIN);
    program.signal('SIGTERM');
    expect(await program.ended).to.deep.equal({ code: 0, signal: null });
  });

  async function readyPolicy(): Promise<string> {
    const reply = await fetch(`${server.admin}/readyz`);
    return ((await reply.json()) as { policy: string }).policy;
  }
});

describe('e2e: SIGTERM', () => {
  after(cleanUp);

  /** Milliseconds that the end of a server takes that has nothing to do. */
  let control = 0;

  /** Sends the signal; resolves when the program has ended as it should. */
  async function end({ program }: Rcode5): Promise<void> {
    program.signal('SIGTERM');
    await program.says(/draining/);
    expect(await program.ended, program.stderr).to.deep.equal({ code: 0, signal: null });
  }

  async function terminate(server: Rcode5): Promise<void> {
    expect(await elapsed(() => end(server)), 'milliseconds').to.be.below(few(LONGEST_END, control));
  }

  before(async () => {
    const server = await serve(new Site(''));
    control = await elapsed(() => end(server));
  });

  it('ends a server that has nothing to do', async () => {
    await terminate(await serve(new Site('')));
  });

  it('answers queries that are in flight', async () => {
    const upstream = await slowUpstream();
    const { port } = upstream;
    const server = await serve(
      new Site(`upstreams: { default: { servers: ["127.0.0.1:${port}"] } }`),
    );
    const answers = [
      ask(server.port, 'a.example.org'),
      ask(server.port, 'b.example.org', { transport: 'tcp' }),
    ];
    await server.program.until('both queries', () => {
      return upstream.has('a.example.org') + upstream.has('b.example.org') === 2 || undefined;
    });
    const ended = terminate(server);
    await server.program.says(/draining/);
    upstream.answer();
    expect(await Promise.all(answers)).to.deep.equal([NOERROR, NOERROR]);
    await ended;
  });

  it('does not wait for an upstream that says nothing', async () => {
    const upstream = await slowUpstream();
    const { port } = upstream;
    const server = await serve(
      new Site(`upstreams: { default: { servers: ["127.0.0.1:${port}"], timeout: 20s } }`),
    );
    for (const transport of ['udp', 'tcp'] as const)
      void ask(server.port, 'a.example.org', { transport });
    await server.program.until(
      'both queries',
      () => upstream.has('a.example.org') === 2 || undefined,
    );
    await terminate(server);
  });

  it('does not wait for a client that keeps its connection', async () => {
    const server = await serve(new Site(''));
    const socket = connect({ port: server.port, host: '127.0.0.1', allowHalfOpen: true });
    await once(socket, 'connect');
    // Connections are taken in their order: when this one is answered, the other was taken.
    await ask(server.port, 'www.example.org', { transport: 'tcp' });
    await terminate(server);
    socket.destroy();
  });

  it('writes a record of each REFUSED that it has sent', async () => {
    const server = await serve(new Site('acl: { query: { 127.0.1.0/24: refuse } }'));
    const sources = Array.from({ length: 50 }, (_, i) => `127.0.1.${i + 1}`);
    const answers = sources.map((source, i) => {
      const transport = i % 2 === 0 ? 'udp' : 'tcp';
      return ask(server.port, 'www.example.org', { source, transport });
    });
    await Promise.race(answers);
    await terminate(server);
    const refused = (await Promise.all(answers)).flatMap((rcode, i) =>
      rcode === REFUSED ? [sources[i]] : [],
    );
    expect(server.site.records().map(({ client }) => client)).to.include.members(refused);
  });
});
