import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { LAYERS } from '../../src/decision/layers.ts';
import { compilePolicy, type Policy } from '../../src/policy/compile.ts';
import { judge } from '../../src/policy/layer.ts';
import { READ_FILES } from '../../src/policy/policy-files.ts';
import { explain } from '../../src/policy/trace.ts';
import { asked } from '../world/asked.ts';
import { TYPE } from '../world/messages.ts';

const CONFIG = `
acl: { query: { 192.0.2.0/24: allow }, recursion: { 192.0.2.0/25: allow } }
policies: [{ name: house, rules: { bad.example: nxdomain, "*.onion": refuse } }]
localRecords: { nas.invalid: 10.0.0.5 }
upstreams: { default: { servers: [192.0.2.53] } }
routes: { example: default, onion: default }
`;

function compile(text = CONFIG): Policy {
  return compilePolicy(parseConfig('site.yaml', text), '0.1.0');
}

function problems(text: string): readonly string[] {
  try {
    compile(text);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n');
  }
}

describe('policy/compile', () => {
  const lists: readonly (readonly [string, RegExp | undefined])[] = [
    ['domains: "https://lists.example/a.txt"', undefined],
    ['domains: "https://lists.example/a.txt", refresh: 6h, cacheFile: a.txt', undefined],
    ['hosts: "http://127.0.0.1:8080/a.txt"', undefined],
    ['hosts: "http://[::1]:8080/a.txt"', undefined],
    ['adblock: "http://localhost/a.txt"', undefined],
    [
      'adblock: "http://lists.example/a.txt?key=x"',
      /:2:27: http:\/\/lists\.example\/a\.txt: anybody/,
    ],
    ['adblock: "http://192.0.2.1/a.txt"', /anybody on the way could change it; expect https/],
    ['domains: "https://[/"', /"https:\/\/\[\/" is no URL; expect https:/],
    [
      'domains: "https://lists.example/a", cacheFile: a }\n  - { name: b, hosts: "https://lists.example/b", cacheFile: a',
      /:3:5: policy b: policy ads keeps another list in .*a; expect another cacheFile/,
    ],
    ['rules: {}, refresh: 1d', /expect refresh and cacheFile with a list by https:\/\/ only/],
    ['rules: {}, match: exact', /expect match with domains, hosts, adblock, and rpz of a file/],
    ['rules: {}, match: all', /expect subdomains or exact/],
    ['rpz: { zone: a, primaries: [192.0.2.1] }, match: exact', /and rpz of a file only/],
    ['domains: "https://lists.example/a.txt", refresh: 10ms', /a duration from 1s to 24d/],
  ];
  for (const [policy, expected] of lists) {
    it(`takes a policy with ${policy}: ${expected === undefined}`, () => {
      const text = `policies:\n  - { name: ads, ${policy} }\nupstreams: { default: { servers: [192.0.2.53] } }\n`;
      const found = problems(text);
      if (expected === undefined) expect(found).to.deep.equal([]);
      else expect(found.join()).to.match(expected);
    });
  }

  it('has the layers in the order in which they are documented', () => {
    const names = [...new Set(compile().views[0]!.layers.map(({ name }) => name))];
    const order = LAYERS.filter((name) => names.includes(name));
    expect(names).to.deep.equal(order);
  });

  const first: readonly (readonly [string, string, Parameters<typeof asked>[1]])[] = [
    ['protocol', 'bad.example', { opcode: 2, address: [0] }],
    ['acl', 'bad.example', { address: [0] }],
    ['transfer', 'bad.example', { type: 252 }],
    ['update', 'bad.example', { opcode: 5 }],
    ['notify', 'bad.example', { opcode: 4 }],
    ['recursion', 'bad.example', { address: [0xc0000280] }],
    ['recursion', 'nas.invalid', { address: [0xc0000280] }],
    ['local', 'nas.invalid', {}],
    ['special-use', 'bad.invalid', {}],
    ['policy', 'bad.example', { type: TYPE.ANY }],
    ['protocol', 'good.example', { type: TYPE.ANY }],
    ['route', 'good.test.org', {}],
  ];
  for (const [layer, name, parts] of first) {
    it(`has ${layer} decide on ${name} ${JSON.stringify(parts)}`, () => {
      const policy = compile();
      expect(judge(policy.views[0]!.layers, asked(name, parts))?.layer).to.equal(layer);
    });
  }

  it('lets pass what no layer ends', () => {
    expect(judge(compile().views[0]!.layers, asked('good.example'))).to.equal(undefined);
  });

  it('leaves a special-use name to policy when it is routed', () => {
    expect(judge(compile().views[0]!.layers, asked('www.onion'))?.layer).to.equal('policy');
  });

  it('numbers its verdicts', () => {
    const { verdicts } = compile();
    expect(verdicts.map(({ index }) => index)).to.deep.equal(verdicts.map((_, i) => i));
  });

  it('knows its verdicts: every one that a query gets is one of them', () => {
    const policy = compile();
    for (const [, name, parts] of first) {
      expect(policy.verdicts).to.include(judge(policy.views[0]!.layers, asked(name, parts)));
    }
    expect(policy.verdicts).to.include(policy.overload);
    expect(policy.verdicts).to.include(
      policy.views[0]!.routes.find(asked('good.example'))!.forwarded,
    );
  });

  describe('hash', () => {
    const changes: readonly (readonly [string, string])[] = [
      ['a rule', CONFIG.replace('nxdomain', 'nodata')],
      ['a prefix', CONFIG.replace('192.0.2.0/25', '192.0.2.0/26')],
      ['a route', CONFIG.replace('onion: default', 'org: default')],
      ['an upstream', CONFIG.replace('192.0.2.53', '192.0.2.54')],
      ['the detail of errors', `${CONFIG}ede: codes\n`],
    ];
    for (const [what, text] of changes) {
      it(`changes with ${what}`, () => {
        expect(compile(text).hash).not.to.equal(compile().hash);
      });
    }

    const same: readonly (readonly [string, string])[] = [
      ['comments and lines', `# a comment\n\n${CONFIG}`],
      ['the cache', `${CONFIG}cache: { entries: 7 }\n`],
      ['the name of the node', `${CONFIG}node: ns7\n`],
    ];
    for (const [what, text] of same) {
      it(`stays the same with ${what}`, () => {
        expect(compile(text).hash).to.equal(compile().hash);
      });
    }

    it('is eight hexadecimal digits', () => {
      expect(compile().hash).to.match(/^[0-9a-f]{8}$/);
    });
  });

  describe('problems', () => {
    it('are told all at once', () => {
      const found = problems(`
policies:
  - { name: none }
  - { name: both, rpz: missing.rpz, rules: { a.example: refuse } }
  - { name: bad, rules: { a..b: refuse } }
upstreams: { default: { servers: [192.0.2.53] } }
routes: { c..d: default }
`);
      expect(found).to.have.length(5);
      const sources = 'rules, rpz, domains, hosts, adblock';
      expect(found[0]).to.equal(`site.yaml:3:5: policy none: expect one of ${sources}`);
      expect(found[1]).to.equal(`site.yaml:4:5: policy both: expect one of ${sources}`);
      expect(found[2]).to.match(
        /^site\.yaml:4:24: missing\.rpz cannot be read: ENOENT.*; expect a zone file$/,
      );
      expect(found[3]).to.match(/^site\.yaml:5:27: "a\.\.b" has an empty label/);
      expect(found[4]).to.match(/^site\.yaml:7:11: routes: "c\.\.d" has an empty label/);
    });

    it('tell of policies that share a name, and of an override without a zone', () => {
      const found = problems(`
policies:
  - { name: house, rules: { a.example: refuse } }
  - { name: house, rules: { b.example: refuse } }
  - { name: mild, rules: { a.example: refuse }, override: nodata }
upstreams: { default: { servers: [192.0.2.53] } }
`);
      expect(found).to.deep.equal([
        'site.yaml:4:13: a policy named house is at line 3 already; expect another name',
        'site.yaml:5:5: policy mild: expect override with rpz only',
      ]);
    });

    it('tell of lists that have what belongs to others, and others what belongs to lists', () => {
      const found = problems(`
policies:
  - { name: two, domains: /dev/null, hosts: /dev/null }
  - { name: mild, hosts: missing.txt, override: nodata }
  - { name: house, rules: { a.example: refuse }, action: refuse }
upstreams: { default: { servers: [192.0.2.53] } }
`);
      expect(found).to.have.length(5);
      expect(found[0]).to.match(/^site\.yaml:3:5: policy two: expect one of rules, rpz, domains/);
      expect(found[1]).to.match(/^site\.yaml:3:27: \/dev\/null cannot be read: not a regular file/);
      expect(found[2]).to.equal('site.yaml:4:5: policy mild: expect override with rpz only');
      expect(found[3]).to.match(
        /^site\.yaml:4:26: missing\.txt cannot be read: ENOENT.*; expect a list$/,
      );
      expect(found[4]).to.equal(
        'site.yaml:5:5: policy house: expect action with domains, hosts, adblock only',
      );
    });

    it('tell the line that names a zone file which cannot be read', () => {
      const files = {
        ...READ_FILES,
        rpz() {
          throw new Error('no such zone');
        },
      };
      const config = parseConfig(
        'site.yaml',
        'policies: [{ name: feed, rpz: feed.rpz }]\nupstreams: { default: { servers: [192.0.2.1] } }',
      );
      expect(() => compilePolicy(config, '0.1.0', { files })).to.throw(
        ConfigError,
        'site.yaml:1:31: feed.rpz cannot be read: no such zone; expect a zone file',
      );
    });
  });
});

describe('policy/explain', () => {
  const trace = (name: string, parts: Parameters<typeof asked>[1] = {}) =>
    explain(compile(), asked(name, parts)).trace;

  it('walks the layers up to the one that ends the query', () => {
    const steps = trace('bad.example');
    const names = compile().views[0]!.layers.map(({ name }) => name);
    expect(steps.map(({ layer, verdict }) => `${layer} ${verdict}`)).to.deep.equal([
      ...names.slice(0, names.indexOf('policy')).map((name) => `${name} pass`),
      'policy nxdomain',
    ]);
    expect(steps.length).to.be.at.least(10);
    expect(steps.at(-1)!.rule).to.deep.include({ id: 'house/bad.example', line: 3 });
  });

  it('walks through all layers for a query that passes, and tells where it goes', () => {
    const { trace: steps, verdict } = explain(compile(), asked('good.example'));
    expect(verdict).to.equal(undefined);
    expect(steps.map(({ verdict: said }) => said)).to.have.members(steps.map(() => 'pass'));
    expect(steps.at(-1)).to.deep.include({
      layer: 'route',
      why: 'goes to the upstream group default',
    });
  });

  it('names the rule that let a client in, and the nearest for one that is not', () => {
    const [, allowed] = trace('good.example');
    expect(allowed!.rule).to.deep.include({ id: 'acl.query 192.0.2.0/24', line: 2 });
    const refused = trace('good.example', { address: [0xc0000300] });
    expect(refused.at(-1)).to.deep.include({ layer: 'acl', verdict: 'refuse' });
    expect(refused.at(-1)!.rule).to.deep.include({ id: 'built-in default', implicit: true });
    expect(refused.at(-1)!.nearest).to.deep.include({ id: 'acl.query 192.0.2.0/24' });
  });

  it('tells of permissions that were not asked for', () => {
    const transfer = trace('good.example').find(({ layer }) => layer === 'transfer');
    expect(transfer).to.deep.equal({ layer: 'transfer', verdict: 'pass', why: 'not asked for' });
  });

  it('tells which rule lets a name through', () => {
    const text = CONFIG.replace('bad.example: nxdomain', 'bad.example: allow, "*.example": allow');
    for (const [name, owner] of Object.entries({
      'bad.example': 'bad.example',
      'a.example': '*.example',
    })) {
      const { trace: steps } = explain(compile(text), asked(name));
      const policy = steps.find(({ layer }) => layer === 'policy');
      expect(policy).to.deep.equal({
        layer: 'policy',
        verdict: 'pass',
        rule: { id: `house/${owner}`, file: 'site.yaml', line: 3, implicit: false },
        why: 'it lets the query through',
      });
    }
  });
});
