/**
 * Configurations as people run them: defaults of distributions, examples of documentation, of hardening guides and
 * of appliances, made anew. Each is read whole, and its import lets in nobody more without a word in the first line.
 */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { type Imported, importPolicy } from '../../../src/cli/migrate/import.ts';
import { decide } from '../../../src/diff/fate.ts';
import { askedQuestion, playQuestion } from '../../../src/explain/question.ts';
import type { ForeignPolicy } from '../../../src/foreign/foreign-policy.ts';
import { PROGRAMS, readForeignPolicy, recognise } from '../../../src/foreign/readers.ts';
import type { Policy } from '../../../src/policy/compile.ts';
import { Query } from '../../../src/wire/query.ts';

const HERE = dirname(fileURLToPath(import.meta.url));
const CASES = readdirSync(HERE).filter((file) => file.endsWith('.txt'));

const CLIENTS = ['127.0.0.1', '10.0.0.9', '10.9.0.9', '192.168.1.9', '192.0.2.9', '203.0.113.9'];
const MORE_CLIENTS = ['198.51.100.9', '2001:db8::9', '::1', 'fd00:1::9'];
const NAMES = ['www.example.net', 'ads.example', 'example.com', 'nas.lan', 'x.corp.example'];

/** `=== FILE` before the text of each file; `@DIR@` is the folder that they are in. Returns the first. */
function unpack(file: string, folder: string): string {
  const parts = readFileSync(join(HERE, file), 'utf8')
    .split(/^=== (\S+)\n/m)
    .slice(1);
  const paths = parts.filter((_, i) => i % 2 === 0).map((path) => join(folder, path));
  for (const [i, path] of paths.entries()) {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, parts[2 * i + 1]!.replaceAll('@DIR@', folder));
  }
  return paths[0]!;
}

/** Whether the client is sent anything but REFUSED. */
function isServed(policy: Policy, client: string, name: string): boolean {
  const asked = askedQuestion({ client, name });
  if (typeof asked === 'string') throw new Error(asked);
  const query = new Query();
  const length = playQuestion(query, asked, 0);
  query.parse(query.message, length);
  const { action, rcode } = decide(policy, query).verdict;
  return action !== 'drop' && rcode !== 5;
}

/** An import compares all that there is: without `RCODE5_FOREIGN` only some are made. */
const IMPORTED: readonly string[] =
  process.env['RCODE5_FOREIGN'] === undefined
    ? [
        'coredns-kubernetes.txt',
        'dnsmasq-openwrt.txt',
        'unbound-debian.txt',
        'dnsdist-frontend.txt',
      ]
    : CASES;

describe('foreign/real-life', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-real-life-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  it('has some of every program', () => {
    const programs = new Set(CASES.map((file) => file.split('-')[0]));
    expect([...programs]).to.have.members(PROGRAMS);
    expect(CASES.length).to.be.at.least(30);
  });

  for (const file of CASES) {
    describe(file.replace('.txt', ''), () => {
      const program = file.split('-')[0]!;
      let path: string;
      let foreign: ForeignPolicy;
      let imported: Imported;

      before(() => {
        const own = join(folder, file);
        path = unpack(file, own);
        foreign = readForeignPolicy(path, program);
      });

      it('is recognised', () => expect(recognise(path)).to.equal(program));

      it('has a word for all that is left of it', () => {
        for (const { what, instead, place } of foreign.left) {
          expect(what, JSON.stringify(place)).not.to.equal('');
          expect(instead.length, what).to.be.above(10);
          expect(place.line, what).to.be.above(0);
        }
      });

      if (!IMPORTED.includes(file)) return;

      it('lets in nobody more, or says so first', () => {
        imported = importPolicy(foreign, { file: path, keep: '127.0.0.1:5353' });
        const isSaid = imported.opened.length > 0 || imported.left.some(({ decides }) => decides);
        const letIn = [...CLIENTS, ...MORE_CLIENTS].flatMap((client) =>
          NAMES.filter(
            (name) =>
              !isServed(foreign.policy, client, name) && isServed(imported.policy, client, name),
          ).map((name) => `${client} ${name}`),
        );
        expect(isSaid ? [] : letIn).to.deep.equal([]);
      });

      it('keeps no secret', () => {
        const said = JSON.stringify([imported.text, imported.left, imported.assertions]);
        expect(said).not.to.match(/bm90|supersecret/);
      });
    });
  }
});
