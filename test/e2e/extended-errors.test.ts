import { expect } from 'chai';
import { runProgram } from '../world/run-program.ts';
import { dig, kdig } from './dig.ts';
import { cleanUp, describeWith } from './processes.ts';
import { type Rcode5, Site, serve } from './rcode5.ts';

const CONFIG = `
acl: { query: { 127.0.0.0/8: allow, 127.0.9.0/24: refuse } }
policies: [{ name: house, category: malware, rules: { bad.example: nxdomain } }]
structuredErrors: { contacts: ["mailto:dns@example.com"], option: 65001 }
infoUrl: https://dns.example.com/
`;

describeWith(['dig', 'kdig'], 'e2e: Extended DNS Errors', () => {
  let server: Rcode5;
  before(async () => {
    server = await serve(new Site(CONFIG));
  });
  after(cleanUp);

  it('have a ref that finds the record', async () => {
    const { text, status } = await dig(server.port, 'bad.example');
    expect(status).to.equal('NXDOMAIN');
    const ref = /policy house\/bad\.example ref ([a-z\d]+-[a-z\d]+)/.exec(text)![1]!;
    await dig(server.port, 'bad.example');
    const log = ['log', server.site.log, '--ref', ref, '--json'];
    const { stdout, code } = await runProgram(log);
    expect(code).to.equal(0);
    const records = stdout.trim().split('\n');
    expect(records).to.have.length(1);
    expect(JSON.parse(records[0]!)).to.deep.include({ ref, qname: 'bad.example.', ede: [15] });
  });

  it('are JSON for who asks for it, as dig shows it', async () => {
    const { text } = await dig(server.port, '+ednsopt=65001', 'bad.example');
    const [, json] = /EDE: 15 \(Blocked\): \((\{.*\})\)/.exec(text)!;
    const { j, ...told } = JSON.parse(json!.replaceAll('\\"', '"'));
    expect(told).to.deep.equal({ c: ['mailto:dns@example.com'], s: 1, l: 'en' });
    expect(j).to.match(/^policy house\/bad\.example ref \S+$/);
  });

  it('of denied clients have no text, whatever they ask for', async () => {
    const denied = ['-b', '127.0.9.1', 'bad.example'];
    const { text, status, ede } = await dig(server.port, '+ednsopt=65001', ...denied);
    expect({ status, ede }).to.deep.equal({ status: 'REFUSED', ede: [18] });
    expect(text).to.match(/EDE: 18 \(Prohibited\)$/m);
  });

  it('are told of by RESINFO', async () => {
    const { text, flags } = await kdig(server.port, '+norec', 'resolver.arpa', 'TYPE261');
    expect(flags).to.match(/\baa\b/);
    const shown = /TYPE261\s+\\# \d+ ([\dA-F ]+)/.exec(text);
    const octets = shown === null ? text : Buffer.from(shown[1]!.replaceAll(' ', ''), 'hex');
    expect(octets.toString())
      .to.include('exterr=')
      .and.to.include('infourl=https://dns.example.com/');
  });
});
