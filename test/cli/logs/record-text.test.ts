import { expect } from 'chai';
import { formatRecord } from '../../../src/cli/logs/record-text.ts';
import { ShownTime } from '../../../src/cli/logs/shown-time.ts';
import { parseDecision } from '../../../src/observe/decision-filter.ts';
import { file, line, run, useDirectory } from './logs.ts';

const UTC = new ShownTime({ utc: true });

const shown = (fields: object) =>
  formatRecord(parseDecision(line('k3f9x-1', fields))!, UTC).split('\n');

describe('cli/record-text', () => {
  useDirectory();

  it('is what log prints of the record that --ref asks for', async () => {
    const { out } = await run([
      '--ref',
      'k3f9x-2',
      file('a.log', line('k3f9x-1'), line('k3f9x-2')),
    ]);
    expect(out).to.equal(`refused
  when      2026-11-20T22:59:00.123Z
  client    10.21.5.18 (vpn)
  decided   by acl: acl.query 0.0.0.0/0 at config/site.yaml:42
  again     rcode5 explain -c config/site.yaml --client 10.21.5.18 --name www.example.com.
`);
  });

  it('has all that a record has to say', () => {
    const upstream = { address: '10.0.0.10:53', verdict: 'no-recursion', confidence: 'high' };
    const record = {
      msg: 'refused old.example. MX for 10.21.5.18 by upstream (10.0.0.10:53)',
      port: 4711,
      peer: '10.0.0.2',
      transport: 'tcp',
      listener: '10.0.0.53:53',
      view: 'guests',
      node: 'ns1',
      policy: '3f2a9c11',
      layer: 'upstream',
      origin: 'cache',
      qname: 'old.example.',
      qtype: 'MX',
      rd: false,
      elapsedMs: 1.5,
      hint: 'nearest allow: 10.20.0.0/16 at site.yaml:7',
      trigger: 'qname',
      match: 'old.example.',
      rule: { id: 'upstreams.corp', file: 'site.yaml', line: 9, owner: 'netops', reason: 'NET-7' },
      upstream: { ...upstream, evidence: 'EDE 20' },
      attempts: [
        { address: '10.0.0.9:53', transport: 'tcp', rcode: 'timeout', rttMs: 2000 },
        { address: '10.0.0.10:53', rcode: 'REFUSED', rttMs: 1.5, verdict: 'no-recursion' },
      ],
    };
    expect(shown(record)).to.deep.equal([
      'refused old.example. MX for 10.21.5.18 by upstream (10.0.0.10:53)',
      '  when      2026-11-20T22:59:00.123Z, 1.5 ms after the query',
      '  client    10.21.5.18 (vpn), port 4711, through 10.0.0.2, tcp to 10.0.0.53:53, view guests',
      '  node      ns1, policy 3f2a9c11',
      '  decided   by upstream, from the cache: upstreams.corp at site.yaml:9',
      '  owner     netops, NET-7',
      '  matched   old.example., by qname',
      '  hint      nearest allow: 10.20.0.0/16 at site.yaml:7',
      '  upstream  10.0.0.10:53 no-recursion (high confidence): EDE 20',
      '  asked     10.0.0.9:53 by tcp timeout, 2000 ms',
      '  asked     10.0.0.10:53 REFUSED, 1.5 ms, no-recursion',
      '  again     rcode5 explain -c site.yaml --client 10.21.5.18 --name old.example. --type MX --no-rd --transport tcp',
      '',
    ]);
  });

  const commands = [
    {
      what: 'an update',
      fields: { opcode: 'UPDATE', qtype: 'SOA' },
      says: '--type SOA --opcode UPDATE',
    },
    { what: 'another class', fields: { qclass: 'CH' }, says: '--class CH' },
    {
      what: 'a name that a shell would take apart',
      fields: { qname: "a'$(b).example." },
      says: `--name 'a'\\''$(b).example.'`,
    },
    { what: 'a name like an option', fields: { qname: '-x.example.' }, says: '--name=-x.example.' },
    {
      what: 'a name like an option that a shell would take apart',
      fields: { qname: '-$x.example.' },
      says: "--name='-$x.example.'",
    },
    {
      what: 'a client that nobody has',
      fields: { client: '$(a)' },
      says: "-c config/site.yaml --client '$(a)'",
    },
    {
      what: 'a client within a link, and a type without a name',
      fields: { client: 'fe80::1%eth0', qtype: 'TYPE65280' },
      says: '--client fe80::1%eth0 --name www.example.com. --type TYPE65280',
    },
    {
      what: 'what a file has decided whose name a shell would take apart',
      fields: { rule: { id: 'x', file: '-my site.yml', line: 1 } },
      says: "-c './-my site.yml' --client",
    },
    {
      what: 'what no configuration has decided: the reader knows which it was',
      fields: { rule: { id: 'ads/x', file: 'lists/ads.txt', line: 1 } },
      says: '-c FILE --client',
    },
    {
      what: 'what nobody has written',
      fields: { rule: { id: 'built-in default', file: '<built-in>', line: 0 } },
      says: '-c FILE --client',
    },
  ];
  for (const { what, fields, says } of commands) {
    it(`has the command that explains ${what}`, () => {
      expect(shown(fields).at(-2)).to.match(
        /^ {2}again +rcode5 explain -c (\S+|'.*') --client[ =]/,
      );
      expect(shown(fields).at(-2)).to.contain(says);
    });
  }

  it('has no command for what has no name, and for a summary', () => {
    expect(shown({ qname: undefined }).join()).not.to.contain('again');
    expect(shown({ event: 'summary', of: 'refused', count: 7 }).join()).not.to.contain('again');
  });

  it('lets no control character through', () => {
    const text = shown({ hint: 'a\u001b[31mb', msg: 'c\u0007' }).join('\n');
    expect([...text].filter((character) => character < ' ' && character !== '\n')).to.have.length(
      0,
    );
  });

  it('passes over what is of another kind than it should be', () => {
    expect(shown({ hint: 7n.toString(), port: {}, elapsedMs: 'soon', peer: null })).to.have.length(
      7,
    );
  });
});
