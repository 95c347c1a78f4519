/** What an import says: a question is decided as before, or the difference is one of those that it lists. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type Imported, importPolicy } from '../../src/cli/migrate/import.ts';
import type { Verdict } from '../../src/decision/verdict.ts';
import { type Decided, decide } from '../../src/diff/fate.ts';
import { playQuestion } from '../../src/explain/question.ts';
import { readForeignPolicy } from '../../src/foreign/readers.ts';
import { parseAddress } from '../../src/net/address.ts';
import { contains, parsePrefix } from '../../src/net/prefix.ts';
import type { Policy } from '../../src/policy/compile.ts';
import { Query } from '../../src/wire/query.ts';
import { bindConfiguration, type Generated } from './differential/bind-configurations.ts';
import { Chance } from './differential/chance.ts';
import { dnsdistConfiguration } from './differential/dnsdist-configurations.ts';
import { dnsmasqConfiguration } from './differential/dnsmasq-configurations.ts';
import { explained, type Question, questionsFor, show } from './differential/question.ts';
import { unboundConfiguration } from './differential/unbound-configurations.ts';

/** An import asks far more than a server is asked: a quarter of the configurations. */
const COUNT = Math.ceil(Number(process.env['RCODE5_FOREIGN'] ?? 8) / 4);

interface Program {
  readonly name: string;
  readonly file: string;
  readonly make: (chance: Chance, folder: string) => Generated;
}

/** Where the old server is asked. */
const KEEP = '127.0.0.1:5353';
const AT = { port: 5353, upstream: 5354 };
const PROGRAMS: readonly Program[] = [
  {
    name: 'dnsmasq',
    file: 'dnsmasq.conf',
    make: (chance, folder) => dnsmasqConfiguration(chance, { folder, ...AT }),
  },
  {
    name: 'bind',
    file: 'named.conf',
    make: (chance, folder) => bindConfiguration(chance, { folder, ...AT }),
  },
  {
    name: 'unbound',
    file: 'unbound.conf',
    make: (chance, folder) => unboundConfiguration(chance, { folder, ...AT }),
  },
  {
    name: 'dnsdist',
    file: 'dnsdist.lua',
    make: (chance, folder) => dnsdistConfiguration(chance, { folder, ...AT }),
  },
];

function decidedBy(policy: Policy, asked: Question): Decided {
  const query = new Query();
  const length = playQuestion(query, explained(asked), 0);
  query.parse(query.message, length);
  return decide(policy, query);
}

/** Of other classes, opcodes and types of questions `diff` says nothing: ours are refused by protocol. */
function isCompared({ rrClass, opcode, type }: Question): boolean {
  return rrClass === 'IN' && opcode !== 'STATUS' && type !== 'MAILB' && type !== 'TYPE200';
}

/** An answer of the old server's own still comes from there, and standards are no difference. */
function isCounted(
  { type }: Question,
  old: Verdict,
  { verdict: now, upstream }: Decided,
  { text }: Imported,
): boolean {
  const fate = ({ action, rcode }: Verdict) =>
    action === 'drop' || action === 'forward' ? action : rcode;
  const isAsked = text.includes(`  ${upstream}: { servers: ["${KEEP}"] }`);
  const isKept = isAsked && now.action === 'forward' && old.layer === 'local';
  // What neither takes nor passes on is refused with another rcode.
  const isOfZones = ['transfer', 'update', 'notify'].includes(now.layer);
  const isUntaken = isOfZones && old.action !== 'forward' && old.action !== 'accept';
  // RD=0 is passed on, and answered from no cache; a DS record is the parent's.
  const isUncached = old.layer === 'recursion' && /^RD=0[ :]/.test(old.rule.id);
  const isOfParent = (type === 'DS' || type === 'ANY') && now.action !== 'forward';
  const isOfApex = (type === 'SOA' || type === 'NS') && now.action === 'nodata';
  const isOfStandards =
    isUncached ||
    isOfParent ||
    isOfApex ||
    isUntaken ||
    now.layer === 'special-use' ||
    now.rule.id === 'protocol minimal ANY';
  return fate(old) !== fate(now) && !isKept && !isOfStandards;
}

function isListed({ changes }: Imported, asked: Question, old: Verdict, now: Verdict): boolean {
  const client = parseAddress(asked.client)!;
  return changes.some(
    (change) =>
      change.old.layer === old.layer &&
      change.new.layer === now.layer &&
      change.clients.some((text) => {
        const prefix = parsePrefix(text);
        return typeof prefix !== 'string' && contains(prefix, client);
      }),
  );
}

for (const { name, file, make } of PROGRAMS) {
  describe(`an import from ${name}`, () => {
    let folder: string;

    before(() => {
      folder = mkdtempSync(join(tmpdir(), 'rcode5-import-'));
    });

    after(() => rmSync(folder, { recursive: true }));

    for (let seed = 1; seed <= COUNT; seed++) {
      it(`decides alike, or lists what differs, in configuration ${seed}`, () => {
        const chance = new Chance(seed);
        const { files, names } = make(chance, folder);
        for (const [path, text] of Object.entries(files)) writeFileSync(join(folder, path), text);
        const foreign = readForeignPolicy(join(folder, file), name);
        const imported = importPolicy(foreign, { file, keep: KEEP });
        const { policy } = imported;
        // Sets of names that are no domains are listed as left.
        const hasOddNames = foreign.left.some(({ isExplained }) => isExplained === true);
        const usable =
          hasOddNames && name === 'dnsmasq' ? names.filter((one) => one.includes('.')) : names;
        const isOdd = /=\/(?:[^\n]*\/)?\*/.test(files[file]!);
        const missed = (isOdd ? [] : questionsFor(usable, chance).filter(isCompared)).flatMap(
          (asked) => {
            const { verdict: old } = decidedBy(foreign.policy, asked);
            const decided = decidedBy(policy, asked);
            const { verdict: now } = decided;
            if (!isCounted(asked, old, decided, imported) || isListed(imported, asked, old, now))
              return [];
            return [
              `${show(asked)}: ${old.rcode} by ${old.rule.id}, then ${now.rcode} by ${now.rule.id}`,
            ];
          },
        );
        expect(missed, files[file]).to.deep.equal([]);
      });
    }
  });
}
