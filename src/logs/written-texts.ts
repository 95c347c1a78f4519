/** Finds the lines that may be meant by texts that stand in each that is: parsing takes much longer. */

const LF = 0x0a;
/** Any character may be written so in JSON. */
const ESCAPE = Buffer.from('\\u');

/** A text as a record has it. */
export interface WrittenText {
  readonly text: string;
  /** Names are compared without regard to case. */
  readonly isAnyCase: boolean;
}

interface Alternative {
  readonly octets: Buffer;
  readonly lower: string;
  readonly isAnyCase: boolean;
}

export class WrittenTexts {
  readonly #groups: readonly (readonly Alternative[])[];
  /** What is looked for in whole blocks. */
  readonly #first: readonly Alternative[] | undefined;

  /** One of each group stands in each line that is meant. */
  constructor(groups: readonly (readonly WrittenText[])[]) {
    this.#groups = groups.map((group) => group.flatMap(alternativesOf));
    const exact = this.#groups.filter((group) => group.every(({ isAnyCase }) => !isAnyCase));
    this.#first = exact.toSorted((a, b) => leastOf(b) - leastOf(a))[0];
  }

  /** Whether in lines there may be one that is meant. */
  mayHave(octets: Buffer): boolean {
    if (this.#groups.length === 0) return true;
    let lower: string | undefined;
    const has = (one: Alternative): boolean => {
      if (!one.isAnyCase) return octets.includes(one.octets);
      lower ??= octets.toString('latin1').toLowerCase();
      return lower.includes(one.lower);
    };
    return this.#groups.every((group) => group.some(has)) || octets.includes(ESCAPE);
  }

  /** Those of these lines that may be meant. */
  linesOf(octets: Buffer): readonly string[] {
    if (this.#groups.length === 0) return split(octets);
    if (octets.includes(ESCAPE)) return split(octets).filter((line) => this.#mayBe(line));
    if (this.#first === undefined) {
      return this.mayHave(octets) ? split(octets).filter((line) => this.#mayBe(line)) : [];
    }
    const found = new Map<number, string>();
    for (const { octets: text } of this.#first) this.#find(octets, text, found);
    const lines = this.#first.length === 1 ? found : [...found].sort(([a], [b]) => a - b);
    return [...lines].flatMap(([, line]) => (this.#mayBe(line) ? [line] : []));
  }

  #find(octets: Buffer, text: Buffer, found: Map<number, string>): void {
    for (let at = octets.indexOf(text); at >= 0; ) {
      const start = at === 0 ? 0 : octets.lastIndexOf(LF, at) + 1;
      const next = octets.indexOf(LF, at);
      const end = next < 0 ? octets.length : next;
      found.set(start, octets.toString('utf8', start, end));
      at = octets.indexOf(text, end);
    }
  }

  #mayBe(line: string): boolean {
    if (line.includes('\\u')) return true;
    const lower = line.toLowerCase();
    return this.#groups.every((group) => group.some((one) => lower.includes(one.lower)));
  }
}

/** JSON may have a backslash before a slash. */
function alternativesOf({ text, isAnyCase }: WrittenText): Alternative[] {
  const written = text.includes('/') ? [text, text.replaceAll('/', '\\/')] : [text];
  return written.map((one) => {
    return { octets: Buffer.from(one), lower: one.toLowerCase(), isAnyCase };
  });
}

/** A long text is found sooner, and in fewer lines. */
function leastOf(group: readonly Alternative[]): number {
  return Math.min(...group.map(({ octets }) => octets.length));
}

function split(octets: Buffer): string[] {
  const end = octets.at(-1) === LF ? octets.length - 1 : octets.length;
  return octets.toString('utf8', 0, end).split('\n');
}
