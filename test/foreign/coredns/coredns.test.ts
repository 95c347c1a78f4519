/**
 * CoreDNS is not to be had where these tests run: they hold the reader to its documentation and source
 * (1.12: plugin.cfg, core/dnsserver/server.go, plugin/acl, plugin/forward, plugin/hosts, plugin/file, plugin/view).
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../../src/config/problem.ts';
import { explainQuestion } from '../../../src/explain/explain.ts';
import { askedQuestion } from '../../../src/explain/question.ts';
import { readForeignPolicy, recognise } from '../../../src/foreign/readers.ts';

const COREFILE = `(common) {
    errors
    cache 30
}
. {
    import common
    acl {
        allow net 10.0.0.0/8
        block type ANY net *
        filter type AAAA net 192.0.2.0/24
        drop net 198.51.100.0/24
        block net 203.0.113.7
    }
    hosts {
        10.0.0.5 nas.home.example
        fallthrough
    }
    forward . 192.0.2.53 tls://192.0.2.54 {
        except internal.example
    }
}
corp.example, 10.20.0.0/16 {
    import common
    file corp.zone corp.example
}
strict.example {
    hosts {
        10.0.0.6 one.strict.example
    }
}
empty.example {
    template IN ANY {
        rcode NXDOMAIN
    }
}
view.example {
    view inside {
        expr incidr(client_ip(), '10.0.0.0/8') && type() == 'A'
    }
    forward . 192.0.2.60
}
`;

describe('foreign/coredns', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-coredns-'));
    writeFileSync(join(folder, 'Corefile'), COREFILE);
    writeFileSync(
      join(folder, 'corp.zone'),
      '@ 300 SOA ns host 1 1 1 1 1\n@ 300 NS ns\nwiki 300 A 192.0.2.1\n',
    );
  });

  after(() => rmSync(folder, { recursive: true }));

  function decide(words: Readonly<Record<string, string>>) {
    const { policy } = readForeignPolicy(join(folder, 'Corefile'), 'coredns');
    const asked = askedQuestion(words);
    if (typeof asked === 'string') throw new Error(asked);
    return explainQuestion(policy, asked, 0).decision;
  }

  for (const [client, name, type, fate, line] of [
    ['10.1.1.1', 'www.example.com', 'A', 'forward', 18],
    ['10.1.1.1', 'www.example.com', 'ANY', 'forward', 18],
    ['172.16.0.1', 'www.example.com', 'ANY', 'REFUSED', 9],
    ['172.16.0.1', 'www.example.com', 'A', 'forward', 18],
    ['192.0.2.1', 'www.example.com', 'AAAA', 'NOERROR', 10],
    ['192.0.2.1', 'www.example.com', 'A', 'forward', 18],
    ['198.51.100.1', 'www.example.com', 'A', 'drop', 11],
    ['203.0.113.7', 'www.example.com', 'A', 'REFUSED', 12],
    ['10.1.1.1', 'nas.home.example', 'A', 'NOERROR', 15],
    ['10.1.1.1', 'nas.home.example', 'TXT', 'NOERROR', 15],
    ['10.1.1.1', 'x.internal.example', 'A', 'SERVFAIL', 0],
    ['203.0.113.7', 'wiki.corp.example', 'A', 'NOERROR', 24],
    ['10.1.1.1', 'nothing.corp.example', 'A', 'NXDOMAIN', 24],
    ['10.1.1.1', '1.0.20.10.in-addr.arpa', 'PTR', 'SERVFAIL', 0],
    ['10.1.1.1', 'one.strict.example', 'A', 'NOERROR', 28],
    ['10.1.1.1', 'two.strict.example', 'A', 'SERVFAIL', 27],
    ['10.1.1.1', 'x.empty.example', 'A', 'NXDOMAIN', 32],
    ['10.1.1.1', 'www.view.example', 'A', 'forward', 40],
    ['10.1.1.1', 'www.view.example', 'AAAA', 'forward', 18],
    ['203.0.113.7', 'www.view.example', 'A', 'REFUSED', 12],
  ] as const) {
    it(`decides ${fate} for ${name} ${type} of ${client}, by line ${line}`, () => {
      const { action, rcode, rule } = decide({ client, name, type });
      const found = action === 'forward' || action === 'drop' ? action : rcode;
      expect([found, (rule as { line: number }).line]).to.deep.equal([fate, line]);
    });
  }

  for (const [words, rcode] of [
    [{ client: '10.1.1.1', name: 'www.example.com', opcode: 'UPDATE' }, 'NOTIMP'],
    [{ client: '10.1.1.1', name: 'x.corp.example', class: 'CH' }, 'REFUSED'],
  ] as const) {
    it(`answers ${rcode} to ${JSON.stringify(words)}`, () => {
      expect(decide(words)['rcode']).to.equal(rcode);
    });
  }

  it('is recognised by its name and by its content', () => {
    expect(recognise(join(folder, 'Corefile'))).to.equal('coredns');
    const other = join(folder, 'dns.conf');
    writeFileSync(other, '.:1053 {\n  forward . 192.0.2.1\n}\n');
    expect(recognise(other)).to.equal('coredns');
  });

  it('names plugins that nobody knows, and those that change what is asked', () => {
    const file = join(folder, 'other');
    writeFileSync(
      file,
      '. {\n  rewrite name a.example b.example\n  frobnicate\n  forward . 192.0.2.1\n}\n',
    );
    const { left } = readForeignPolicy(file, 'coredns');
    expect(left.map(({ what, place }) => [what, place.line])).to.deep.equal([
      ['rewrite', 2],
      ['frobnicate', 3],
    ]);
  });

  for (const [text, message] of [
    ['. {\n  forward . 192.0.2.1\n', /^1:3: \{ of line 1 is not closed/],
    ['. {\n  acl {\n    deny net *\n  }\n}\n', /^3:5: "deny" is no action of acl/],
    ['. {\n  acl {\n    block net 10.0.0.0/40\n  }\n}\n', /^3:15: .*expect a length of 0 to 32/],
    ['import nowhere\n. {\n}\n', /^1:1: .*there is no such file/],
    ['import wrong\n', /^1:8: .*a circle/],
    ['. {\r\n  acl {\r\n    deny net *\r\n  }\r\n}\r\n', /^3:5: /],
  ] as const) {
    it(`reports ${JSON.stringify(text)}`, () => {
      const file = join(folder, 'wrong');
      writeFileSync(file, text);
      try {
        readForeignPolicy(file, 'coredns');
        expect.fail('it was read');
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        expect(error.message.replaceAll(`${file}:`, '')).to.match(message);
      }
    });
  }
});
