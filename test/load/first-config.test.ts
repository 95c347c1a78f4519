import { expect } from 'chai';
import fc from 'fast-check';
import { parseConfig } from '../../src/config/config.ts';
import { explainQuestion } from '../../src/explain/explain.ts';
import { type AskedQuestion, askedQuestion } from '../../src/explain/question.ts';
import { formatFirstConfig, type Host } from '../../src/load/first-config.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { findWarnings } from '../../src/policy/warnings.ts';

function compile(host: Host) {
  return compilePolicy(parseConfig('first.yaml', formatFirstConfig(host), {}), 'test');
}

/** What a client is answered: the layer that ends its query. */
function layerFor(host: Host, client: string): string {
  const question = askedQuestion({ client, name: 'www.example.com' }) as AskedQuestion;
  return explainQuestion(compile(host), question, 0).decision.layer ?? '';
}

const HOST: Host = {
  interfaces: [
    '127.0.0.1/8',
    '::1/128',
    '10.1.2.3/24',
    '203.0.113.7/29',
    'fd00:1::5/64',
    'fe80::1/64',
  ],
  resolvConf: { file: '/etc/resolv.conf', text: 'search example\nnameserver 10.1.2.1\n' },
};

describe('load/first-config', () => {
  it('can be served as it is, and nothing in it is warned of', () => {
    expect(findWarnings(compile(HOST))).to.deep.equal([]);
  });

  const clients: readonly (readonly [string, string, string])[] = [
    ['the host itself', '127.0.0.1', 'upstream'],
    ['a neighbour in a private prefix', '10.1.2.200', 'upstream'],
    ['a neighbour in a unique local prefix', 'fd00:1::77', 'upstream'],
    ['the next private network', '10.1.3.1', 'acl'],
    ['a neighbour in a public prefix', '203.0.113.2', 'acl'],
    ['somebody far away', '198.51.100.1', 'acl'],
  ];
  for (const [who, client, layer] of clients) {
    it(`${layer === 'acl' ? 'refuses' : 'lets in'} ${who}`, () => {
      expect(layerFor(HOST, client)).to.equal(layer);
    });
  }

  it('lets in no public address, whatever the interfaces are', () => {
    const word = fc.integer({ min: 0, max: 255 });
    const cidr = fc
      .tuple(word, word, word, word, fc.integer({ min: 0, max: 32 }))
      .map(([a, b, c, d, length]) => `${a}.${b}.${c}.${d}/${length}`);
    fc.assert(
      fc.property(fc.array(cidr, { maxLength: 5 }), (interfaces) => {
        expect(layerFor({ interfaces }, '8.8.8.8')).to.equal('acl');
      }),
      { numRuns: 50 },
    );
  });

  const resolvers: readonly (readonly [string, string | undefined, readonly string[], RegExp?])[] =
    [
      [
        'the servers of resolv.conf',
        'nameserver 10.1.2.1\nnameserver fd00::1',
        ['10.1.2.1:53', '[fd00::1]:53'],
      ],
      [
        'no stub of this host',
        'nameserver 127.0.0.53\nnameserver 10.1.2.1',
        ['10.1.2.1:53'],
        /names 127\.0\.0\.53:53, which is this host/,
      ],
      [
        'no address of its own',
        'nameserver 10.1.2.3\nnameserver 10.1.2.1',
        ['10.1.2.1:53'],
        /names 10\.1\.2\.3:53, which is this host/,
      ],
      [
        'a placeholder, and says so, where there is none',
        'nameserver 127.0.0.1',
        ['192.0.2.53:53'],
        /nothing is forwarded until/,
      ],
      [
        'a placeholder where there is no resolv.conf',
        undefined,
        ['192.0.2.53:53'],
        /nothing is forwarded until/,
      ],
    ];
  for (const [what, text, servers, note] of resolvers) {
    it(`forwards to ${what}`, () => {
      const resolvConf = text === undefined ? undefined : { file: '/etc/resolv.conf', text };
      const host = { ...HOST, resolvConf };
      const yaml = formatFirstConfig(host);
      const listed = [...yaml.matchAll(/^ {6}- "?([^"\n]+)"?$/gm)].map(([, server]) => server);
      expect(listed).to.deep.equal(servers);
      if (note !== undefined) expect(yaml).to.match(note);
      compile(host);
    });
  }
});
