/** All options of a dnsmasq.conf and of the files that it names, in the order in which dnsmasq takes them. */

import { readdirSync, realpathSync, statSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { MAX_DEPTH, type Problems, readForeign } from '../problems.ts';
import { ARGUMENTS, isOnce } from './known-options.ts';
import { type Option, readLines, unhide, wordsOf } from './lines.ts';

export class OptionFiles {
  readonly options: Option[] = [];
  readonly texts: string[] = [];
  readonly #problems: Problems;
  readonly #read: Set<string> = new Set();
  #depth = 0;

  constructor(problems: Problems) {
    this.#problems = problems;
  }

  /** A file that is read already is passed over, as dnsmasq does. */
  read(file: string, from?: Option): void {
    const id = identityOf(file);
    if (this.#read.has(id)) return;
    this.#read.add(id);
    const place = from?.place ?? { file, line: 1, column: 1 };
    if (this.#depth >= MAX_DEPTH) {
      this.#problems.add(place, `files are nested deeper than ${MAX_DEPTH}; expect fewer`);
      return;
    }
    const read = readForeign(file, 'a dnsmasq.conf');
    if ('problem' in read) {
      this.#problems.add(place, read.problem);
      return;
    }
    this.texts.push(read.text);
    this.#depth++;
    for (const option of readLines(file, read.text, this.#problems)) this.take(option);
    this.#depth--;
  }

  /** An option, or those of the files that it names. */
  take(option: Option): void {
    if (!this.#isKnown(option)) return;
    const { name, value } = option;
    if (name === 'conf-file' && value) this.read(this.#path(unhide(value)), option);
    else if (name === 'conf-dir' && value) this.#readFolder(option);
    else if (name === 'servers-file' && value) this.#readServers(option);
    else this.options.push(option);
  }

  #isKnown({ name, value, place }: Option): boolean {
    const wanted = ARGUMENTS.get(name);
    const message =
      wanted === undefined
        ? `"${name}" is no option of dnsmasq 2.90; expect one like server=192.0.2.1`
        : wanted === 'none' && value !== undefined
          ? `${name} takes no value; expect ${name} alone`
          : wanted === 'one' && value === undefined
            ? `${name} needs a value; expect ${name}=…`
            : isOnce(name) && this.options.some((other) => other.name === name)
              ? `${name} stands twice; expect it once`
              : undefined;
    if (message !== undefined) this.#problems.add(place, message);
    return message === undefined;
  }

  /** `conf-dir=/etc/dnsmasq.d,.bak` without these, `conf-dir=/etc/dnsmasq.d,*.conf` only these. */
  #readFolder(option: Option): void {
    const [folder = '', ...patterns] = wordsOf(option);
    const path = this.#path(folder);
    const wanted = patterns.filter((word) => word.startsWith('*') && word !== '*');
    const unwanted = patterns.filter((word) => word !== '' && !word.startsWith('*'));
    const ends = (name: string, suffix: string) =>
      name.length > suffix.length && name.endsWith(suffix);
    const files = this.#entries(path, option)
      .filter((name) => wanted.length === 0 || wanted.some((one) => ends(name, one.slice(1))))
      .filter((name) => !unwanted.some((one) => ends(name, one)))
      .map((name) => join(path, name))
      .filter((file) => statSync(file, { throwIfNoEntry: false })?.isFile() === true)
      .sort();
    for (const file of files) this.read(file, option);
  }

  #entries(path: string, { place }: Option): readonly string[] {
    const entries = entriesOf(path);
    if (entries === undefined) {
      this.#problems.add(place, `${path} cannot be read; expect a folder of configuration files`);
    }
    return entries ?? [];
  }

  /** Lines of servers alone; dnsmasq logs the others and goes on. */
  #readServers({ value, place }: Option): void {
    const file = this.#path(unhide(value!));
    const read = readForeign(file, 'a file of servers');
    if ('problem' in read) {
      this.#problems.add(place, read.problem);
      return;
    }
    this.texts.push(read.text);
    const lines = readLines(file, read.text, this.#problems);
    this.options.push(...lines.filter(({ name }) => /^(?:server|rev-server)$/.test(name)));
  }

  /** Relative ones are to where dnsmasq is started: the folder of this command. */
  #path(path: string): string {
    return isAbsolute(path) ? path : join('.', path);
  }
}

function identityOf(file: string): string {
  try {
    return realpathSync(file);
  } catch {
    return file;
  }
}

/** Names of a folder without hidden ones and those of editors, in their order; undefined when it cannot be read. */
export function entriesOf(path: string): readonly string[] | undefined {
  try {
    return readdirSync(path)
      .filter((name) => !/^\.|~$|^#.*#$/.test(name))
      .sort();
  } catch {
    return undefined;
  }
}
