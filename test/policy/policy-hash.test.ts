import { globSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { type Config, parseConfig } from '../../src/config/config.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { readList } from '../../src/policy/lists/list-image.ts';
import { type PolicyFiles, READ_FILES } from '../../src/policy/policy-files.ts';
import { PolicyHash } from '../../src/policy/policy-hash.ts';

const COMMON = 'upstreams: { default: { servers: [192.0.2.53] } }\n';

function parse(text: string): Config {
  return parseConfig('site.yaml', `${COMMON}${text}`);
}

function hashOf(text: string, read: readonly (keyof Config)[], files = READ_FILES): string {
  const hash = new PolicyHash(parse(text), files);
  for (const key of read) hash.config[key];
  return hash.finish(0);
}

describe('policy/policy-hash', () => {
  it('is over the sections that were read', () => {
    expect(hashOf('watch: true', ['watch'])).not.to.equal(hashOf('watch: false', ['watch']));
    expect(hashOf('watch: true', ['ede'])).to.equal(hashOf('watch: false', ['ede']));
  });

  it('is the same in whatever order they were read, and wherever they stand', () => {
    const text = 'watch: true\nede: codes\n';
    expect(hashOf(text, ['watch', 'ede'])).to.equal(hashOf(`\n\n${text}`, ['ede', 'watch']));
  });

  it('is over the files that were read', () => {
    const image = readList(new Uint8Array(0), 'domains', 'list');
    const files = (digest: string): PolicyFiles => ({
      ...READ_FILES,
      list: () => ({ ...image, digest }),
    });
    const hashes = ['a', 'b'].map((digest) => {
      const hash = new PolicyHash(parse(''), files(digest));
      hash.files.list('list', 'domains');
      return hash.finish(0);
    });
    expect(hashes[0]).not.to.equal(hashes[1]);
  });

  it('is over the number of rules that have expired', () => {
    const [none, one] = [0, 1].map((count) => new PolicyHash(parse(''), READ_FILES).finish(count));
    expect(none).not.to.equal(one);
  });

  it('refuses sections that are read when it is finished', () => {
    const hash = new PolicyHash(parse(''), READ_FILES);
    hash.config.ede;
    hash.finish(0);
    expect(hash.config.ede).to.equal('full');
    expect(() => hash.config.watch).to.throw('watch is read after the policy was compiled');
  });

  it('is the same for servers of other names, and whatever a secret is', () => {
    const cookies = (digit: string) => `cookies: { secret: "${digit.repeat(32)}" }`;
    expect(hashOf('node: a', ['node'])).to.equal(hashOf('node: b', ['node']));
    expect(hashOf(cookies('1'), ['cookies'])).to.equal(hashOf(cookies('2'), ['cookies']));
    expect(hashOf(cookies('1'), ['cookies'])).not.to.equal(hashOf('', ['cookies']));
  });

  const deciding: readonly string[] = [
    'rateLimit: { queriesPerSecond: 5 }',
    'cookies: { secret: 000102030405060708090a0b0c0d0e0f }',
    'clientGroups: { office: [192.0.2.0/24] }',
    'acl: { transfer: { 192.0.2.0/24: allow } }',
    'routes: { example: default }',
    'policies: [{ name: house, rules: { a.example: refuse } }]',
    'views: { guests: { clients: [192.0.2.0/24] } }',
    'tsigKeys: { key: { secret: c2VjcmV0 } }',
    'ede: codes',
    'structuredErrors: { contacts: ["mailto:a@example.com"] }',
    'infoUrl: https://example.com/dns',
    'localRecords: { nas.lan: 10.0.0.5 }',
  ];
  const policyHash = (text: string) => compilePolicy(parse(text), '1.2.3').hash;
  for (const text of deciding) {
    it(`of a policy changes with ${text}`, () => {
      expect(policyHash(text)).not.to.equal(policyHash(''));
    });
  }

  it('has no way around it: nobody who judges or answers reads the whole configuration', () => {
    const files = globSync('src/{engine,policy/layers,policy/rules,policy/access}/*.ts');
    const readers = files.filter((file) =>
      /\bpolic(?:y|ies)\.config\b|Policy\['config'\]|\{[^}]*\bconfig\b[^}]*\}: Policy\b/.test(
        readFileSync(file, 'utf8'),
      ),
    );
    // Warnings are for people.
    expect(readers).to.deep.equal(['src/policy/rules/shadowed-rules.ts']);
  });
});
