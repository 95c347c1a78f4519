/** One name of a long list stands for the others: what is found is the same as when all are asked for. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type ImportOptions, importPolicy } from '../../src/cli/migrate/import.ts';
import { findChanges } from '../../src/diff/changes.ts';
import { readForeignPolicy } from '../../src/foreign/readers.ts';
import type { Policy } from '../../src/policy/compile.ts';
import { Chance } from '../foreign/differential/chance.ts';

/** A quarter of the configurations that servers are started with. */
const COUNT = Math.ceil(Number(process.env['RCODE5_FOREIGN'] ?? 8) / 4);
const FIRST_SEED = 7;
const OPTIONS: ImportOptions = { file: 'dnsmasq.conf', keep: '127.0.0.1:5353' };

/** Most of them beside each other, so that some are alike. */
const LIST = ['q', 'r', 's', 't', 'u', 'v', 'w'].map((label) => `${label}.com`);
const NAMES = ['a', 'b', 'x.a', 'y.a', 'x.y.a', 'com', ...LIST, ...LIST, 'z.q.com', 'z.r.com'];
const ODD = ['_tcp.com', '7.2.0.192.in-addr.arpa', '1.0.0.10.in-addr.arpa', 'x.bind', 'localhost'];
const VALUES = ['0.0.0.0', '0.0.0.0', '192.0.2.1', '2001:db8::1', '#', ''];
const HOSTS = ['x.a', ...LIST];

/** Without `/*x/` and `//`, of which nobody knows what is alike. */
function linesBy(chance: Chance): string {
  const name = () => chance.one(chance.is(0.8) ? NAMES : ODD);
  const line = () => {
    const kind = chance.next();
    if (kind < 0.5) return `address=/${name()}/${chance.one(VALUES)}`;
    if (kind < 0.7) return `server=/${name()}/${chance.one(['192.0.2.54', '', '#'])}`;
    if (kind < 0.85)
      return `host-record=${chance.one(HOSTS)},${chance.one(['192.0.2.9', 'fd00::9'])}`;
    if (kind < 0.92) return `txt-record=${name()},hi`;
    return chance.one(['bogus-priv', 'filterwin2k', 'localmx', 'local-ttl=60', 'filter-AAAA']);
  };
  const head = 'no-resolv\nno-hosts\nlisten-address=127.0.0.1\nserver=192.0.2.53';
  const once = [...new Set(chance.some(8, 20, line))];
  return [head, ...once, ''].join('\n');
}

function askingAll(policy: Policy): Policy {
  return { ...policy, cuts: { ...policy.cuts!, said: undefined } };
}

/** The same, and how many questions it has decided. */
function counted(policy: Policy) {
  const asked = { count: 0 };
  const viewOf: Policy['viewOf'] = (query) => {
    asked.count++;
    return policy.viewOf(query);
  };
  return { policy: { ...policy, viewOf }, asked };
}

describe('diff/alike-names', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-alike-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  function read(text: string) {
    const file = join(folder, 'dnsmasq.conf');
    writeFileSync(file, text);
    return readForeignPolicy(file, 'dnsmasq');
  }

  for (let seed = FIRST_SEED; seed < FIRST_SEED + COUNT; seed++) {
    it(`finds what changes from one dnsmasq.conf to another, and to its import: ${seed}`, () => {
      const chance = new Chance(seed);
      const [one, other] = [read(linesBy(chance)), read(linesBy(chance))];
      const { policy: ours } = importPolicy(one, OPTIONS);
      for (const to of [other.policy, ours]) {
        const all = findChanges(askingAll(one.policy), to.cuts === undefined ? to : askingAll(to));
        expect(findChanges(one.policy, to)).to.deep.equal(all);
      }
    });
  }

  it('asks hardly more for a list that is ten times as long, and finds the one that differs', () => {
    const list = (length: number, odd = '') =>
      `no-resolv\nno-hosts\nlisten-address=127.0.0.1\nserver=192.0.2.53\n${Array.from({ length }, (_, i) => `address=/ads${i}.example/0.0.0.0\n`).join('')}${odd}`;
    const countFor = (length: number) => {
      const { policy, asked } = counted(read(list(length)).policy);
      expect(findChanges(policy, read(list(length)).policy)).to.deep.equal([]);
      return asked.count;
    };
    expect(countFor(300)).to.be.at.most(countFor(30) * 1.5);
    const before = read(list(30)).policy;
    const after = read(list(30, 'host-record=ads7.example,192.0.2.9\n')).policy;
    const names = findChanges(before, after).flatMap((change) => change.names);
    expect([...new Set(names)]).to.deep.equal(['ads7.example.']);
  });
});
