import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect } from 'chai';
import { keysOf } from '../../scripts/reference/keys.ts';
import { readConfig } from '../../src/config/config.ts';
import { CONFIG } from '../../src/config/keys.ts';
import { LAYERS } from '../../src/decision/layers.ts';
import { configuredAssertions, findFailures } from '../../src/explain/assertions.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { readSources } from './sources.ts';

const SOURCES = readSources();
const MAX_LINES = 300;
const ASSERTIONS = 'config/assertions.yaml';

/** Files that speak in the name of another layer, at a place of their own in the order. */
const SPOKEN_FOR = { any: 'protocol', identity: 'special-use' } as const;

describe('the configurations', () => {
  const files = globSync('config/*.yaml');
  for (const file of files.filter((name) => name !== ASSERTIONS)) {
    it(`load and compile, and hold their assertions: ${file}`, () => {
      const policy = compilePolicy(readConfig(file, {}), '1.2.3');
      expect(policy.hash).to.match(/^[0-9a-f]{8}$/);
      const assertions = configuredAssertions(policy.config, {});
      expect(findFailures(policy, assertions, 0)).to.deep.equal([]);
    });
  }

  it('name the assertions that are among them', () => {
    const { config } = compilePolicy(readConfig('config/example.yaml', {}), '1.2.3');
    expect(config.assertions.map(({ value }) => `config/${value}`)).to.deep.equal([ASSERTIONS]);
    expect(files).to.include(ASSERTIONS);
  });

  it('show every key in config/example.yaml', () => {
    const text = readFileSync('config/example.yaml', 'utf8');
    const missing = keysOf(CONFIG)
      .map(({ path }) => path)
      .filter((path) => !new RegExp(`\\b${path.split('.').at(-1)}:`).test(text));
    expect(missing).to.deep.equal([]);
  });
});

describe('the layers', () => {
  const policy = compilePolicy(readConfig('config/example.yaml', {}), '1.2.3');
  const inUse = new Set(policy.verdicts.map(({ layer }) => layer));
  const files = globSync('src/policy/layers/*.ts').map((file) => basename(file, '.ts'));

  it('have a file each, by their name', () => {
    expect(files).to.include.members([...inUse]);
  });

  it('are what the files are named after', () => {
    const others = files.filter((name) => !inUse.has(name as (typeof LAYERS)[number]));
    expect(others).to.have.members(Object.keys(SPOKEN_FOR));
    expect([...inUse]).to.include.members(Object.values(SPOKEN_FOR));
  });

  it('are among the names that there are for layers', () => {
    expect(LAYERS).to.include.members(policy.views[0]!.layers.map(({ name }) => name));
  });

  it('give their names to the access lists', () => {
    const lists = keysOf(CONFIG).flatMap(({ path }) => /^acl\.(\w+)$/.exec(path)?.[1] ?? []);
    // Who may ask at all is what an access list is about.
    expect(['query', ...LAYERS]).to.include.members(lists);
  });
});

describe('the files of src', () => {
  it('are named in words with hyphens', () => {
    const odd = SOURCES.filter(({ file }) => !/^[a-z0-9]+(-[a-z0-9]+)*\.ts$/.test(basename(file)));
    expect(odd.map(({ file }) => file)).to.deep.equal([]);
  });

  it(`have ${MAX_LINES} lines at most`, () => {
    const long = SOURCES.filter(({ text }) => text.split('\n').length > MAX_LINES + 1);
    expect(long.map(({ file }) => file)).to.deep.equal([]);
  });
});
