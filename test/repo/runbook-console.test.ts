import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { headingsOf } from './markdown.ts';

const PAGE = readFileSync('docs/runbook.md', 'utf8');
const LINE = /^In \[the console\]\(console\.md\): (.*)$/gm;

/** All that the console can show, as it is written there. */
const SOURCES = readdirSync('console', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.tsx'))
  .map((name) => readFileSync(join('console', name), 'utf8'))
  .join('\n');
const PAGES = [
  ...readFileSync('console/main.tsx', 'utf8').matchAll(/\{ title: '(\w+)', page:/g),
].map(([, title]) => title!);

function boldOf(text: string): string[] {
  return [...text.matchAll(/\*\*(.+?)\*\*/g)].map(([, bold]) => bold!);
}

/** Words that stand in the page by themselves: between tags, or as a whole literal. */
function isShown(words: string): boolean {
  const escaped = words.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  return new RegExp(`(['">]|^\\s*)${escaped}(['"<]|$)`, 'm').test(SOURCES);
}

describe('docs/runbook.md and the console', () => {
  const tasks = headingsOf(PAGE).filter(({ text }) => /^Task \d+/.test(text));

  it('has sixteen tasks, and six pages to click at', () => {
    expect(tasks).to.have.lengthOf(16);
    expect(PAGES).to.have.lengthOf(6);
  });

  for (const { text, level } of tasks) {
    it(`says where to click: ${text}`, () => {
      const [, after = ''] = PAGE.split(`\n${'#'.repeat(level)} ${text}\n`);
      const lines = [...after.split(/\n#{2,3} /)[0]!.matchAll(LINE)];
      expect(lines).to.have.lengthOf(1);
      const words = boldOf(lines[0]![1]!);
      expect(PAGES).to.include(words[0]);
      for (const one of words) expect(isShown(one), `${one} is in the console`).to.equal(true);
    });
  }

  it('knows what the console does not have', () => {
    expect(isShown('Burn it down')).to.equal(false);
    expect(isShown('Cli')).to.equal(false);
  });
});
