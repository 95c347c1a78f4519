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

const HEADING = /^(#+) (.*)$/;
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
  return withoutBlocks(page)
    .split('\n')
    .flatMap((line) => {
      const [, signs = '', text = ''] = HEADING.exec(line) ?? [];
      return signs === '' ? [] : [{ level: signs.length, text }];
    });
}

/** The text below each heading of a level, down to the next of that level or a higher one. */
export function sectionsOf(page: string, level: number): Map<string, string> {
  const sections = new Map<string, string[]>();
  let section: string[] | undefined;
  let isFenced = false;
  for (const line of page.split('\n')) {
    if (line.startsWith('```')) isFenced = !isFenced;
    const [, signs = '', heading = ''] = (isFenced ? undefined : HEADING.exec(line)) ?? [];
    if (signs === '' || signs.length > level) {
      section?.push(line);
      continue;
    }
    section = [];
    if (signs.length === level) sections.set(heading, section);
  }
  return new Map([...sections].map(([heading, lines]) => [heading, lines.join('\n')]));
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
