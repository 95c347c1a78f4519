/** How a scenario file is built. */

import { parse } from 'yaml';

/** One file: a configuration and what can be seen of it. */
export interface ScenarioFile {
  readonly about: string;
  readonly config: string;
  readonly zones?: Readonly<Record<string, string>>;
  readonly scenarios: readonly Scenario[];
}

export interface Scenario {
  readonly it: string;
  /** In place of the file's configuration. */
  readonly config?: string;
  /** Lines that the configuration has in addition. */
  readonly with?: string;
  /** Queries that may be in flight. */
  readonly slots?: number;
  /** What happens, in the order in which it is written. */
  readonly steps: readonly Readonly<Record<string, unknown>>[];
}

/** The words that may stand where a misspelt one would go unnoticed. */
const WORDS: Readonly<Record<string, readonly string[]>> = {
  file: ['about', 'config', 'zones', 'scenarios'],
  scenario: ['it', 'config', 'with', 'slots', 'steps'],
  query: [
    ...['name', 'type', 'class', 'opcode', 'client', 'port', 'transport', 'id', 'flags', 'edns'],
    ...['authority', 'additional', 'signed', 'questions', 'cut', 'surplus'],
  ],
  answers: [
    ...['rcode', 'flags', 'question', 'answer', 'authority', 'additional', 'edns', 'ede'],
    ...['options', 'wrongId', 'cut', 'from', 'wrongChannel', 'after', 'of'],
  ],
};

/** Reads a scenario file. */
export function parseScenarios(text: string): ScenarioFile {
  const file = parse(text) as ScenarioFile;
  checkWords('file', file);
  for (const scenario of file.scenarios) checkWords('scenario', scenario);
  return file;
}

/** Throws for a word that has no meaning there. */
export function checkWords(where: string, value: unknown): void {
  const words = WORDS[where];
  if (words === undefined || typeof value !== 'object' || value === null) return;
  const unknown = Object.keys(value).filter((word) => !words.includes(word));
  if (unknown.length > 0)
    throw new Error(`${where}: "${unknown}" is not one of ${words.join(', ')}`);
}
