import { expect } from 'chai';
import { startWorld, type World } from './contract-world.ts';
import { dig, kdig } from './dig.ts';
import { cleanUp, describeWith } from './processes.ts';
import { scrape, sumOf } from './rcode5.ts';

interface Case {
  readonly when: string;
  readonly client?: string;
  readonly dig: readonly string[];
  readonly status: string;
  /** `ra` when it is set, like `qr rd` without. */
  readonly flags: string;
  readonly ede: number;
  /** What the text of the EDE option says; undefined when there must be none. */
  readonly text?: RegExp;
}

const REFUSALS: readonly Case[] = [
  {
    when: 'acl refuses the client',
    client: '127.0.99.1',
    dig: ['www.example'],
    status: 'REFUSED',
    flags: 'qr rd',
    ede: 18,
  },
  {
    when: 'acl refuses all others',
    client: '127.128.0.1',
    dig: ['www.example'],
    status: 'REFUSED',
    flags: 'qr rd',
    ede: 18,
  },
  {
    when: 'the client may not ask with RD=1',
    client: '127.0.96.1',
    dig: ['www.example'],
    status: 'REFUSED',
    flags: 'qr rd',
    ede: 20,
    text: /recursion built-in default ref /,
  },
  {
    when: 'the class is HS',
    dig: ['www.example', '-c', 'HS'],
    status: 'REFUSED',
    flags: 'qr rd',
    ede: 21,
  },
  {
    when: 'UPDATE comes from those who may not',
    dig: ['+opcode=UPDATE', 'corp.example', 'SOA'],
    status: 'REFUSED',
    flags: 'qr rd',
    ede: 18,
    text: /update built-in default ref /,
  },
  {
    when: 'a policy refuses the name',
    dig: ['www.gambling.example'],
    status: 'REFUSED',
    flags: 'qr rd ra',
    ede: 15,
    text: /policy house\/\*\.gambling\.example ref /,
  },
  {
    when: 'a policy says that there is no such name',
    dig: ['tracker.example'],
    status: 'NXDOMAIN',
    flags: 'qr rd ra',
    ede: 15,
    text: /policy house\/tracker\.example ref /,
  },
  {
    when: 'a policy zone censors the name',
    dig: ['bad.example'],
    status: 'NXDOMAIN',
    flags: 'qr rd ra',
    ede: 16,
    text: /policy malware\/bad\.example ref /,
  },
  {
    when: 'a policy zone censors the address of the answer',
    dig: ['infected.example'],
    status: 'NXDOMAIN',
    flags: 'qr rd ra',
    ede: 16,
    text: /policy malware\/32\.66\.2\.0\.192\.rpz-ip ref /,
  },
  {
    when: 'nobody is at the address of the upstream',
    dig: ['www.dead.example'],
    status: 'SERVFAIL',
    flags: 'qr rd ra',
    ede: 22,
    text: /upstream upstreams\.dead ref /,
  },
  {
    when: 'the upstream says nothing',
    dig: ['www.silent.example'],
    status: 'SERVFAIL',
    flags: 'qr rd ra',
    ede: 23,
    text: /upstream upstreams\.silent ref /,
  },
];

const IDENTITIES = ['id.server', 'hostname.bind', 'version.server', 'version.bind'] as const;

describeWith(['nsd', 'unbound', 'dig', 'kdig'], 'e2e: what clients are promised', () => {
  let world: World;
  const port = () => world.server.port;

  before(async () => {
    world = await startWorld();
  });
  after(() => {
    world?.close();
    return cleanUp();
  });

  for (const one of REFUSALS) {
    const { when, client = '127.0.0.1', dig: args, status, flags, ede, text } = one;

    it(`is ${status} with EDE ${ede} when ${when}`, async () => {
      const shown = await dig(port(), '-b', client, ...args);
      expect(shown).to.include({ status, flags, answers: 0, hasOpt: true });
      expect(shown.ede).to.deep.equal([ede]);
      const [, said] = /EDE: \d+(?: \([^)]*\))?: \((.*)\)/.exec(shown.text) ?? [];
      if (text === undefined) expect(said).to.equal(undefined);
      else expect(said).to.match(text);
      expect(Buffer.byteLength(said ?? '')).to.be.at.most(120);
    });

    it(`has no OPT record without EDNS when ${when}`, async () => {
      const shown = await dig(port(), '-b', client, '+noedns', ...args);
      expect(shown).to.include({ status, answers: 0, hasOpt: false });
      const name = args.find((arg) => arg.includes('.'))!;
      expect(shown.text).to.match(new RegExp(`^;${name}\\.\\s`, 'm'));
      // A refusal is the query and nothing more.
      if (status === 'REFUSED') expect(shown.size).to.equal(sizeOf(name));
    });
  }

  it('is REFUSED with EDE 31 when a client asks too much', async () => {
    // One a second: of three that come at once, two are too much.
    const ask = () => dig(port(), '-b', '127.0.40.1', 'www.example');
    const shown = await Promise.all([ask(), ask(), ask()]);
    const refused = shown.filter(({ status }) => status === 'REFUSED');
    expect(refused).to.not.be.empty;
    for (const { ede } of refused) expect(ede).to.deep.equal([31]);
  });

  it('is REFUSED when transfers are asked by those who may not', async () => {
    const shown = await kdig(port(), 'corp.example', 'AXFR');
    expect(shown.text).to.contain("server replied with error 'REFUSED'");
    const [record] = world.server.site.records().filter(({ qtype }) => qtype === 'AXFR');
    expect(record).to.deep.include({ layer: 'transfer', transport: 'tcp', ede: [18] });
  });

  it('has the EDE of an upstream that refuses, now and from the cache', async () => {
    const first = await dig(port(), 'www.strict.example');
    const second = await dig(port(), 'www.strict.example');
    for (const shown of [first, second]) {
      expect(shown.status).to.equal('REFUSED');
      expect(shown.ede).to.include(18);
      expect(shown.text).to.match(/\(upstream (tcp:\/\/)?127\.0\.0\.1:\d+ ref /);
    }
  });

  it('is silence from `drop`, TC from `truncate`, and all the same by TCP', async () => {
    const silence = await dig(port(), '-b', '127.0.98.1', '+time=1', 'www.example');
    expect(silence.status).to.equal(undefined);
    const byUdp = await dig(port(), '-b', '127.0.97.1', '+ignore', 'www.example');
    expect(byUdp).to.include({ status: 'NOERROR', flags: 'qr tc rd ra', answers: 0 });
    const byTcp = await dig(port(), '-b', '127.0.97.1', '+tcp', 'www.example');
    expect(byTcp).to.include({ status: 'NOERROR', answers: 1 });
  });

  it('is another for another view', async () => {
    const office = await dig(port(), 'www.gambling.example');
    const guest = await dig(port(), '-b', '127.0.30.1', 'www.gambling.example');
    expect([office.status, guest.status]).to.deep.equal(['REFUSED', 'NXDOMAIN']);
    const ads = await dig(port(), '-b', '127.0.30.1', 'www.ads.example');
    expect(ads.status).to.equal('REFUSED');
  });

  it('is not held back by what is in shadow mode', async () => {
    for (const name of ['maybe.example', 'trial.example']) {
      expect(await dig(port(), name)).to.include({ status: 'NOERROR', answers: 1 });
    }
  });

  it('never comes from the cache with RD=0', async () => {
    await dig(port(), 'www.example');
    const before = await hitsAndAnswers();
    expect(await dig(port(), '+norec', 'www.example')).to.include({ answers: 1 });
    const [hits, answers] = await hitsAndAnswers();
    expect([hits, answers]).to.deep.equal([before[0], before[1] + 1]);
    await dig(port(), 'www.example');
    expect((await hitsAndAnswers())[0]).to.equal(before[0] + 1);
  });

  for (const name of IDENTITIES) {
    it(`is who we are in CHAOS TXT ${name}, for those who may ask`, async () => {
      const shown = await dig(port(), name, 'TXT', 'CH');
      const expected = name.startsWith('version') ? /TXT\s+"\d+\.\d+\.\d+"/ : /TXT\s+"ns1\.site-a"/;
      expect(shown.text).to.match(expected);
      const denied = await dig(port(), '-b', '127.0.99.1', name, 'TXT', 'CH');
      expect(denied).to.include({ status: 'REFUSED', answers: 0 });
    });
  }

  it('is the policy and the serials of its zones in CHAOS TXT policy.rcode5', async () => {
    const reply = await fetch(`${world.server.admin}/readyz`);
    const { policy } = (await reply.json()) as { readonly policy: string };
    const shown = await dig(port(), 'policy.rcode5', 'TXT', 'CH');
    expect(shown.text)
      .to.contain(policy)
      .and.match(/malware[ =]42/);
  });

  it('has NSID when it is asked for', async () => {
    expect((await dig(port(), '+nsid', 'www.example')).text).to.match(/NSID: .*ns1\.site-a/);
    expect((await dig(port(), 'www.example')).text).to.not.contain('NSID');
  });

  it('is what the upstream says: types unknown, letters as asked, CD and DO', async () => {
    const strange = await dig(port(), 'strange.corp.example', 'TYPE65280');
    expect(strange.text).to.match(/TYPE65280\s+\\# 2 C0DE/);
    const letters = await dig(port(), 'wWw.CoRp.example');
    expect(letters.text).to.match(/^wWw\.CoRp\.example\.\s+\d+\s+IN\s+A\s/m);
    const checked = await dig(port(), '+cdflag', '+dnssec', 'www.corp.example');
    expect(checked.flags).to.match(/ cd$/);
    expect(checked.text).to.contain('flags: do;');
  });

  it('has no EDNS options that it does not know', async () => {
    const shown = await dig(port(), '+ednsopt=65001:abcd', '+subnet=192.0.2.0/24', 'www.example');
    expect(shown).to.include({ status: 'NOERROR', answers: 1 });
    expect(shown.text).to.not.match(/OPT=65001|CLIENT-SUBNET/);
  });

  it('is an old answer with EDE 3 when the upstream is gone', async () => {
    await dig(port(), 'brief.example');
    await world.stopRecursive();
    const shown = await world.server.program.until('stale answer', async () => {
      const answer = await dig(port(), 'brief.example');
      return answer.ede.length === 0 ? undefined : answer;
    });
    expect(shown).to.include({ status: 'NOERROR', answers: 1 });
    expect(shown.ede).to.deep.equal([3]);
  });

  async function hitsAndAnswers(): Promise<[hits: number, answers: number]> {
    const answers = await scrape(world.server, 'rcode5_upstream_responses_total');
    const hits = await sumOf(world.server, 'rcode5_cache_hits_total');
    return [hits, answers.reduce((sum, { value }) => sum + value, 0)];
  }
});

/** A header, the name, its type and class. */
function sizeOf(name: string): number {
  return 12 + name.length + 2 + 4;
}
