/** One list, as it is published in five formats: `match: subdomains` has them decide alike. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseConfig } from '../../../src/config/config.ts';
import { compilePolicy } from '../../../src/policy/compile.ts';
import { judge } from '../../../src/policy/layer.ts';
import { asked } from '../../world/asked.ts';

const NAMES = 20_000;
const SAMPLED = 2_000;

/** Numbers that are the same each time (Park and Miller). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 0x7fffffff;
    return state % below;
  };
}

const TOPS = ['com', 'net', 'org', 'de', 'co.uk', 'example'];
const LABELS = ['ads', 'www', 'cdn', 'x', 'track_1', 'a-b', 'img'];

/** Names that are below each other, beside each other, and far from each other. */
function makeNames(random: (below: number) => number): string[] {
  const names = new Set<string>();
  while (names.size < NAMES) {
    const domain = `d${random(6_000)}.${TOPS[random(TOPS.length)]}`;
    const labels = Array.from({ length: random(4) }, () => LABELS[random(LABELS.length)]);
    names.add([...labels, domain].join('.'));
  }
  return [...names];
}

describe('policy/lists in five formats', () => {
  const random = seeded(20_261_128);
  const names = makeNames(random);
  // Some are below a listed name, some above, some are listed themselves.
  const exceptions = names
    .filter(() => random(20) === 0)
    .map((name) => [name, `good.${name}`, name.slice(name.indexOf('.') + 1)][random(3)]!)
    .filter((name) => name.includes('.') && !TOPS.includes(name));
  const folder = mkdtempSync(join(tmpdir(), 'rcode5-lists-'));

  const write = (file: string, lines: readonly string[]) => {
    writeFileSync(join(folder, file), `${lines.join('\n')}\n`);
    return join(folder, file);
  };
  const each = (to: (name: string) => string, from = names) => from.map(to);
  const soa = '@ 60 SOA localhost. nobody.invalid. 1 3600 600 86400 60';
  const allow = write('allow.txt', exceptions);
  const hosts = write(
    'hosts.txt',
    each((name) => `0.0.0.0 ${name}`),
  );
  const domains = write('domains.txt', names);
  const wildcard = write(
    'wildcard.txt',
    each((name) => `*.${name}`),
  );
  const adblock = write('adblock.txt', [
    ...each((name) => `||${name}^`),
    ...each((name) => `@@||${name}^`, exceptions),
  ]);
  const adblockExact = write('exact.txt', [
    ...each((name) => `|${name}^`),
    ...each((name) => `@@|${name}^`, exceptions),
  ]);
  const rules = new Map(each((name) => name).map((name) => [name, '.']));
  for (const name of exceptions) rules.set(name, 'rpz-passthru.');
  const zone = (owner: (name: string) => readonly string[]) =>
    [...rules].flatMap(([name, to]) => owner(name).map((at) => `${at} 60 CNAME ${to}`));
  const rpz = write('list.rpz', [soa, ...zone((name) => [name])]);
  const rpzWild = write('wild.rpz', [soa, ...zone((name) => [name, `*.${name}`])]);

  const match = 'match: subdomains';
  const exceptFirst = `- { name: friends, domains: ${allow}, action: allow, ${match} }`;
  const formats: Readonly<Record<string, readonly string[]>> = {
    domains: [exceptFirst, `- { name: ads, domains: ${domains}, ${match} }`],
    hosts: [exceptFirst, `- { name: ads, hosts: ${hosts}, ${match} }`],
    wildcard: [exceptFirst, `- { name: ads, domains: ${wildcard}, ${match} }`],
    adblock: [`- { name: ads, adblock: ${adblock}, ${match} }`],
    'adblock of exact names': [`- { name: ads, adblock: ${adblockExact}, ${match} }`],
    rpz: [`- { name: ads, rpz: ${rpz}, ${match} }`],
    'rpz with wildcards': [`- { name: ads, rpz: ${rpzWild}, ${match} }`],
  };

  const isBlocked = (policies: readonly string[]) => {
    const text = `upstreams: { default: { servers: [192.0.2.53] } }\npolicies:\n${policies
      .map((line) => `  ${line}`)
      .join('\n')}\n`;
    const policy = compilePolicy(parseConfig('site.yaml', text), '0.1.0');
    return (name: string) =>
      judge(policy.views[0]!.layers, asked(name, { address: [0x7f000001] }))?.layer === 'policy';
  };

  const sampled = Array.from({ length: SAMPLED }, () => {
    const from = random(5) === 0 ? exceptions : names;
    return from[random(from.length)]!;
  }).flatMap((name) => [
    name,
    `x.${name}`,
    `a.good.${name}`,
    name.slice(name.indexOf('.') + 1),
    `x${name}`,
    `${name}.net`,
  ]);

  /** By looking through the list. */
  const listed = new Set(names);
  const excepted = new Set(exceptions);
  const isAtOrBelow = (name: string, set: ReadonlySet<string>): boolean => {
    const dot = name.indexOf('.');
    return set.has(name) || (dot >= 0 && isAtOrBelow(name.slice(dot + 1), set));
  };
  const expected = sampled.map((name) => isAtOrBelow(name, listed) && !isAtOrBelow(name, excepted));

  after(() => rmSync(folder, { recursive: true }));

  it('has names of all sorts', () => {
    expect(expected.filter((blocked) => blocked).length).to.be.within(3_000, 9_000);
  });

  for (const [format, policies] of Object.entries(formats)) {
    it(`decides as the list means it, in ${format}`, () => {
      const decide = isBlocked(policies);
      const wrong = sampled.filter((name, i) => decide(name) !== expected[i]);
      expect(wrong.slice(0, 5)).to.deep.equal([]);
    });
  }
});
