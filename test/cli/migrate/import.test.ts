import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { IMPORTED_FILE, type Imported, importPolicy } from '../../../src/cli/migrate/import.ts';
import { parseConfig } from '../../../src/config/config.ts';
import { explainQuestion } from '../../../src/explain/explain.ts';
import { askedQuestion } from '../../../src/explain/question.ts';
import { readForeignPolicy } from '../../../src/foreign/readers.ts';
import { compilePolicy } from '../../../src/policy/compile.ts';

const NAMED_CONF = `acl internal { 10.20.0.0/16; !10.99.0.0/16; };
options {
  directory ".";
  recursion yes;
  empty-zones-enable no;
  allow-query { any; };
  allow-recursion { internal; };
  blackhole { 192.0.2.66; };
  forwarders { 192.0.2.53; 192.0.2.54 port 5300; };
};
zone "corp.example" { type primary; file "corp.zone"; allow-query { internal; }; };
zone "cloud.example" { type forward; forwarders { 192.0.2.80; }; };
`;

describe('migrate/import', () => {
  let folder: string;
  let done: Imported;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-import-'));
    writeFileSync(join(folder, 'named.conf'), NAMED_CONF);
    writeFileSync(
      join(folder, 'corp.zone'),
      '@ 300 SOA ns host 1 1 1 1 1\n@ 300 NS ns\nwiki 300 A 192.0.2.1\n',
    );
    const file = join(folder, 'named.conf');
    done = importPolicy(readForeignPolicy(file, 'bind'), { file, keep: '127.0.0.1:5353' });
  });

  after(() => rmSync(folder, { recursive: true }));

  /** What the imported configuration decides. */
  function decide(client: string, name: string): string {
    const policy = compilePolicy(parseConfig(IMPORTED_FILE, done.text), 'test');
    const asked = askedQuestion({ client, name });
    if (typeof asked === 'string') throw new Error(asked);
    const { decision, upstream } = explainQuestion(policy, asked, 0);
    return upstream === undefined ? String(decision['action']) : `forward to ${upstream}`;
  }

  for (const [client, name, fate] of [
    ['10.20.1.1', 'www.example.com', 'forward to default'],
    ['10.20.1.1', 'wiki.corp.example', 'forward to servers2'],
    ['10.20.1.1', 'www.cloud.example', 'forward to servers3'],
    ['10.99.1.1', 'www.example.com', 'refuse'],
    ['192.0.2.1', 'wiki.corp.example', 'refuse'],
    ['192.0.2.66', 'www.example.com', 'drop'],
  ] as const) {
    it(`does for ${client} and ${name} what the old server does: ${fate}`, () => {
      expect(decide(client, name)).to.equal(fate);
    });
  }

  it('sends what the old server serves itself to where it is kept', () => {
    expect(done.text).to.match(/servers2: \{ servers: \["127\.0\.0\.1:5353"\] \}/);
  });

  it('has the servers of the old configuration, and the line that each rule is from', () => {
    const { text } = done;
    expect(text).to.include('default: { servers: ["192.0.2.53", "192.0.2.54:5300"] }');
    expect(text).to.match(/clients\d: drop # blackhole 192\.0\.2\.66 at .*named\.conf:8/);
    expect(text).to.match(/"corp\.example": servers2 # .*zone/);
  });

  it('serves nobody whom the old server does not serve, or says so', () => {
    const { opened, changes } = done;
    const shut = changes.filter(
      ({ old, new: now }) => old.action === 'refuse' && now.action === 'forward',
    );
    expect(opened).to.include.members(shut);
    expect(opened.filter(({ types }) => types.includes('*'))).to.deep.equal([]);
  });

  it('holds the decisions by assertions at the boundaries', () => {
    const { assertions } = done;
    expect(assertions).to.include(
      '{ client: "10.20.0.0", query: "corp.example A", expect: { action: forward } }',
    );
    expect(assertions).to.include(
      '{ client: "192.0.2.66", query: "corp.example A", expect: { action: drop } }',
    );
  });
});
