import { readFileSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import { commandsOf, furnish, isAsShown, runCommand } from '../repo/console.ts';
import { blocksOf } from '../repo/markdown.ts';
import { findPort } from './peers.ts';
import { cleanUp, describeWith } from './processes.ts';
import { spawnRcode5 } from './rcode5.ts';
import { startRunbookServers } from './runbook-servers.ts';

const FILE = 'docs/runbook.md';
const PROGRAMS = ['dig', 'nsd', 'nsupdate', 'unbound'];
/** The name that a record shares with an EDE. */
const REF = /\bref ([0-9a-z]+-[0-9a-z]+)/g;

/** The page, with the ports that there are in place of those that it shows. */
async function readPage(): Promise<string> {
  const { resolver, corp, partner } = await startRunbookServers();
  const ports: Readonly<Record<string, number>> = {
    25300: await findPort(),
    25310: await findPort(),
    25301: resolver,
    25302: corp,
    25303: partner,
    28053: await findPort(),
    28063: await findPort(),
  };
  return readFileSync(FILE, 'utf8').replaceAll(/\b2[58]\d{3}\b/g, (port) => String(ports[port]));
}

/** Which of its names the page calls what a record is called here. */
class Refs {
  readonly #actual = new Map<string, string>();

  in(text: string): string {
    return text.replaceAll(/\b[0-9a-z]+-[0-9a-z]+\b/g, (word) => this.#actual.get(word) ?? word);
  }

  learn(shown: string, output: string): void {
    const actual = [...output.matchAll(REF)];
    for (const [i, [, ref]] of [...shown.matchAll(REF)].entries()) {
      this.#actual.set(ref!, actual[i]?.[1] ?? 'none');
    }
  }
}

describeWith(PROGRAMS, 'e2e: docs/runbook.md', () => {
  const page = blocksOf(FILE, readFileSync(FILE, 'utf8'));
  const isLive = ({ language, text }: (typeof page)[number]) =>
    language === 'text' && text.startsWith('$ ');
  const live = page.filter(isLive).flatMap(commandsOf);
  const results: { readonly shown: string; readonly output: string }[] = [];
  let folder: string;

  before(async () => {
    const blocks = blocksOf(FILE, await readPage());
    folder = furnish(blocks);
    const gone: string[] = [];
    for (const site of ['site.yaml', 'site-b.yaml']) {
      const program = spawnRcode5(['serve', '-c', site], folder);
      await program.says(/admin HTTP on /);
      void program.ended.then(() => gone.push(program.stderr));
    }
    // One after the other, as they stand: each finds the records of those before.
    const refs = new Refs();
    for (const { command, shown } of blocks.filter(isLive).flatMap(commandsOf)) {
      const output = await runCommand(refs.in(command), folder);
      refs.learn(shown, output);
      results.push({ shown: refs.in(shown), output });
    }
    expect(gone).to.deep.equal([]);
  });
  after(async () => {
    await cleanUp();
    rmSync(folder, { recursive: true });
  });

  for (const [i, { line, command }] of live.entries()) {
    it(`shows at line ${line} what ${command} prints`, () => {
      const { shown, output } = results[i]!;
      if (!isAsShown(shown, output.trimEnd())) expect(output.trimEnd()).to.equal(shown);
    });
  }
});
