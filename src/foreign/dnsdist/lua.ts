/** Lua as a syntax tree with places; dnsdist's configuration is a program in it. */

import { type Chunk, type Expression, type Node, parse, type Statement } from 'luaparse';
import type { Place } from '../../config/problem.ts';
import { type Problems, readForeign } from '../problems.ts';

export type { Expression, Node, Statement };

/** The program of one file, and where its parts stand. */
export interface LuaFile {
  readonly file: string;
  readonly text: string;
  readonly body: readonly Statement[];
}

/** Reads a file; what is wrong is added to `problems`. The parser stops at the first error. */
export function readLua(file: string, problems: Problems, from?: Place): LuaFile | undefined {
  const start = from ?? { file, line: 1, column: 1 };
  const read = readForeign(file, "dnsdist's configuration");
  if ('problem' in read) return problems.add(start, read.problem);
  // The first line may be for a shell.
  const text = read.text.replace(/^#![^\n]*/, (line) => ' '.repeat(line.length));
  try {
    const chunk: Chunk = parse(text, {
      ...{ comments: false, locations: true, ranges: true },
      ...{ luaVersion: 'LuaJIT', encodingMode: 'pseudo-latin1' },
    });
    return { file, text, body: chunk.body };
  } catch (error) {
    const { line, column, message } = error as Partial<SyntaxErrorPlace>;
    if (line === undefined || column === undefined) throw error;
    const plain = (message ?? '').replace(/^\[\d+:\d+\]\s*/, '');
    const said = /secret|key/i.test(plain) ? 'this is no Lua' : plain;
    return problems.add({ file, line, column: column + 1 }, `${said}; expect a program in Lua`);
  }
}

interface SyntaxErrorPlace {
  readonly line: number;
  /** From 0. */
  readonly column: number;
  readonly message: string;
}

export function placeIn({ file }: LuaFile, { loc }: Node): Place {
  const { line, column } = loc?.start ?? { line: 1, column: 0 };
  return { file, line, column: column + 1 };
}

/** Characters of a statement that a rule is shown with. */
const SHOWN = 100;

/** What is written there, in one line. */
export function sourceOf({ text }: LuaFile, node: Node): string {
  const [start, end] = (node as { range?: [number, number] }).range ?? [0, 0];
  const line = text.slice(start, end).replace(/\s+/g, ' ');
  return line.length > SHOWN ? `${line.slice(0, SHOWN - 1)}…` : line;
}
