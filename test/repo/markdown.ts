/** What the tests look at in a page: fenced blocks, headings, links. */

/** A fenced block. */
export interface Block {
  readonly file: string;
  /** Line of its first line within the fence, from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
}

export interface Heading {
  readonly level: number;
  readonly text: string;
}

const FENCE = /^```(\w*)\n([\s\S]*?)^```$/gm;

export function blocksOf(file: string, page: string): Block[] {
  return [...page.matchAll(FENCE)].map(({ index, 1: language = '', 2: text = '' }) => ({
    file,
    line: page.slice(0, index).split('\n').length + 1,
    language,
    text,
  }));
}

export function headingsOf(page: string): Heading[] {
  return [...withoutBlocks(page).matchAll(/^(#+) (.*)$/gm)].map(([, signs = '', text = '']) => ({
    level: signs.length,
    text,
  }));
}

/** The text below each heading of a level, down to the next of that level or a higher one. */
export function sectionsOf(page: string, level: number): Map<string, string> {
  const start = new RegExp(`^#{1,${level}} `, 'm');
  const parts = page.split(new RegExp(`^#{${level}} `, 'm')).slice(1);
  return new Map(
    parts.map((part) => {
      const [heading = '', ...lines] = part.split('\n');
      return [heading, lines.join('\n').split(start)[0]!];
    }),
  );
}

/** The targets of the links of a page that lead to files or within the page. */
export function linksOf(page: string): string[] {
  const targets = [...withoutBlocks(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, to]) => to!);
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

/** How a heading is linked to. */
export function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function withoutBlocks(page: string): string {
  return page.replaceAll(FENCE, '');
}
