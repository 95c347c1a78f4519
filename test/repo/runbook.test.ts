import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { commandsOf } from './console.ts';
import { anchorOf, blocksOf, headingsOf } from './markdown.ts';

const FILE = 'docs/runbook.md';
const PAGE = readFileSync(FILE, 'utf8');

/** What somebody has to do, and where the page tells how: a heading and a command below it. */
type Item = readonly [what: string, heading: string, command: string];

const STEPS: readonly Item[] = [
  ['which server refuses, by which path and transport', 'Step 1', 'diagnose'],
  ['the same question from two sources', 'Step 2', '--source 127.20.1.9 --source 127.21.5.18'],
  ['whether it is about recursion', 'Step 3', 'diagnose'],
  ['which policy, view or list', 'Step 4', 'explain'],
  ['logs to prove it, and what they leave out', 'Step 5', 'report'],
];

const TASKS: readonly Item[] = [
  ['reproduce it and note status and flags', 'Task 1', 'dig @127.0.0.1 -p 25300'],
  ['the same with RD=1 and RD=0', 'Task 2', '+norecurse'],
  ['the same from a network that works', 'Task 3', '-b 127.20.1.9 www.example.com +short'],
  ['the resolver that the client really uses', 'Task 4', 'id.server TXT CH'],
  ['the resolvers behind it', 'Task 5', 'status --admin'],
  ['whether a server is authoritative only', 'Task 6', 'diagnose'],
  ['whether it recurses, by the root', 'Task 7', '. NS'],
  ['views and the lists in them', 'Task 8', '--client 127.30.0.7'],
  ['local rules on names', 'Task 9', 'check'],
  ['the lines of the access list', 'Task 10', 'explain'],
  ['whether it is a denied transfer', 'Task 11', 'AXFR'],
  ['whom transfers are permitted to', 'Task 12', '--type AXFR --transport tcp'],
  ['whether it is a denied update', 'Task 13', 'nsupdate'],
  ['the reason in the log', 'Task 14', 'log decisions.ndjson --client'],
  ['the source address as the server sees it', 'Task 15', 'log decisions.ndjson --name'],
  ['whether the refusal comes from further up', 'Task 16', '--live'],
];

const MISTAKES: readonly Item[] = [
  ['inside names only', 'Mistake 1', 'report decisions.ndjson --layer recursion'],
  ['VPN users only', 'Mistake 2', 'report decisions.ndjson --by group+rule'],
  ['one domain only', 'Mistake 3', 'report decisions.ndjson --name'],
  ['since there is a load balancer', 'Mistake 4', 'check -c balanced.yaml'],
  ['transfers', 'Mistake 5', 'log decisions.ndjson --type AXFR'],
  ['updates', 'Mistake 6', 'report decisions.ndjson --layer update'],
  ['some nodes of an anycast address', 'Mistake 7', 'status 127.0.0.1:25300 127.0.0.1:25310'],
  ['under load', 'Mistake 8', '--burst'],
];

const CHECKLISTS: readonly Item[] = [
  // To find the layer.
  ['ask, note server, status, flags, transport', 'Task 1', 'dig'],
  ['bypass the stub', 'Task 4', 'dig'],
  ['ask from two networks', 'Step 2', 'diagnose'],
  ['ask for a zone that is held, AA', 'Task 6', 'diagnose'],
  ['ask for something outside', 'Task 7', 'dig'],
  ['the log, and the source in it', 'Task 14', 'log'],
  ['NAT and routes', 'Task 15', 'log'],
  ['all policies, also those behind', 'Task 16', 'log'],
  ['the least that helps', 'Mistake 2', 'diff site.yaml next.yaml'],
  ['test again, watch for an open resolver', 'Mistake 2', 'test -c next.yaml wanted.yaml'],
  // Changes that are safe.
  ['roles of servers', 'Task 6', 'diagnose'],
  ['an inventory of prefixes', 'Mistake 2', 'sed '],
  ['preserved or translated addresses', 'Task 15', 'log'],
  ['convergence of nodes, a version in each', 'Mistake 7', 'status'],
  ['exceptions, and who owns a rule', 'Mistake 3', 'owner: secops'],
  ['the rate of refusals by group and type', 'Step 5', 'report'],
  ['transfers and updates tested after changes', 'Mistake 2', 'test -c site.yaml wanted.yaml'],
  // What not to do.
  ['recursion for all', 'What not to do', 'check -c open.yaml'],
  ['policy at places that nobody looks after', 'Mistake 7', 'status'],
  ['belief in the address that a client names', 'Task 15', 'dig'],
  ['roles mixed without views', 'Task 8', 'explain'],
  // Afterwards.
  ['a diff in the ticket, one node first', 'Mistake 2', 'diff'],
  ['verified from the new network after the change', 'Mistake 2', '-b 127.21.5.18'],
];

const QUESTIONS: readonly Item[] = [
  ['SERVFAIL against REFUSED', 'SERVFAIL and NXDOMAIN', 'diagnose'],
  ['a delegation to servers that gave a zone up', 'Questions', 'diagnose old.example'],
];

/** What the page says in words, in one of these sections. */
const SAID: readonly (readonly [what: string, heading: string, words: RegExp])[] = [
  ['REFUSED is not NXDOMAIN', 'SERVFAIL and NXDOMAIN', /\| NXDOMAIN \|.*not there/],
  ['SERVFAIL may pass, REFUSED stays', 'SERVFAIL and NXDOMAIN', /\| SERVFAIL \|.*often/],
  ['DNSSEC gives SERVFAIL', 'SERVFAIL and NXDOMAIN', /Validation itself does not/],
  ['another resolver as a comparison', 'SERVFAIL and NXDOMAIN', /one resolver and an answer of/],
  ['what users can do, and whom to ask', 'Where to start', /If you are the user/],
  ['RA is a capability', 'Task 7', /RA only means that the server\ncan recurse/],
  ['TSIG belongs to the primary', 'Task 12', /TSIG is passed on/],
  ['REFUSED is often right', 'Questions', /Often not/],
  ['authoritative servers refuse too', 'Questions', /clients outside of its list/],
  ['pods and nodes', 'Questions', /pod asks the cluster's DNS/],
  ['TCP, EDNS, sizes', 'Questions', /Is it TCP, EDNS/],
  ['policy zones answer as their action says', 'Questions', /depends on its action/],
  ['refuse or drop', 'Questions', /Refuse or drop/],
  ['the safest fix', 'Questions', /narrowest prefix/],
  ['old servers in a delegation', 'Questions', /correct the delegation at the registrar/],
];

/** The text below a heading that begins so, down to the next heading of any level. */
function sectionOf(beginning: string): string {
  const heading = headingsOf(PAGE).find(({ text }) => new RegExp(`^${beginning}\\b`).test(text));
  expect(heading, `a heading ${beginning}`).not.to.equal(undefined);
  const { text, level } = heading!;
  const [, after = ''] = PAGE.split(`\n${'#'.repeat(level)} ${text}\n`);
  return after.split(/\n#{2,3} /)[0]!;
}

describe(FILE, () => {
  for (const [what, heading, command] of [
    ...STEPS,
    ...TASKS,
    ...MISTAKES,
    ...CHECKLISTS,
    ...QUESTIONS,
  ]) {
    it(`has a command that is run under ${heading}: ${what}`, () => {
      const blocks = blocksOf(FILE, sectionOf(heading));
      const commands = blocks.flatMap(commandsOf).map((one) => one.command);
      expect(commands.filter((one) => one.includes(command))).not.to.have.length(0);
    });
  }

  for (const [what, heading, words] of SAID) {
    it(`says under ${heading}: ${what}`, () => {
      expect(sectionOf(heading)).to.match(words);
    });
  }

  it('has all of its commands in blocks that tests run', () => {
    for (const { language, line, text } of blocksOf(FILE, PAGE)) {
      const isRun = ['console', 'text'].includes(language) && text.startsWith('$ ');
      expect(isRun || !/^\$ /m.test(text), `line ${line}`).to.equal(true);
    }
  });

  it('has a row in its checklists for each item, with a link or a name of ours', () => {
    const rows = (heading: string) =>
      sectionOf(heading)
        .split('\n')
        .filter((line) => /^\| (?!---|do |\| do)/.test(line));
    expect(rows('To find the layer that refuses')).to.have.length(10);
    expect(rows('Changes that are safe')).to.have.length(7);
    expect(rows('Afterwards')).to.have.length(4);
    expect(sectionOf('What not to do').match(/^- /gm)).to.have.length(4);
    const anchors = headingsOf(PAGE).map(({ text }) => anchorOf(text));
    expect(new Set(anchors).size, 'headings that can be told apart').to.equal(anchors.length);
  });
});
