/** From `localRecords` to the table that the layer `local` answers from. */

import { type Config, resolvePath } from '../../config/config.ts';
import type { Located } from '../../config/kind.ts';
import type { LocalEntry, LocalType } from '../../config/local-keys.ts';
import type { Place, Problem } from '../../config/problem.ts';
import { lowerName, parseName } from '../../wire/name.ts';
import { pastedProblem } from '../../wire/pasted-name.ts';
import { parseType, RrType } from '../../wire/registry.ts';
import type { RecordData } from '../../wire/response.ts';
import type { PolicyFiles } from '../policy-files.ts';
import type { Ignored } from '../rules/ignored.ts';
import { parseRecordText } from '../zone-text/rdata.ts';
import { type HostsImage, readHostsFile } from './hosts-file.ts';
import { LOCAL_TTL, LocalTable } from './local-table.ts';

/** The configuration itself, or a hosts file that it names. */
export interface LocalSource {
  readonly file: string;
  /** What of it is no record, by kind. */
  readonly ignored: ReadonlyMap<string, Ignored>;
}

export interface LocalRecords {
  readonly table: LocalTable;
  /** The first is the configuration. */
  readonly sources: readonly [LocalSource, ...LocalSource[]];
  /** Over the content of the files. */
  readonly digest: string;
}

interface LocalParts {
  readonly config: Config;
  readonly files: PolicyFiles;
  readonly problems: Problem[];
}

const ASTERISK = 0x2a;

/** Of this number are the names in the configuration. */
const CONFIGURATION = 0;

/** Compiles the records; what is wrong with them is added to `problems`. */
export function compileLocalRecords(options: LocalParts): LocalRecords {
  const { config } = options;
  const images = config.localRecords.files.map((file) => readFile(file, options));
  const compiler = new LocalCompiler(options.problems);
  for (const entry of config.localRecords.entries) compiler.take(entry);
  compiler.finish(images);
  const own: LocalSource = { file: config.start.file, ignored: new Map() };
  return {
    table: compiler.table,
    sources: [own, ...images],
    digest: images.map(({ digest }) => digest).join(' '),
  };
}

function readFile(
  { value, place }: Located<string>,
  { config, files, problems }: LocalParts,
): HostsImage {
  const file = resolvePath(config, value);
  try {
    return files.hosts(file);
  } catch (error) {
    const message = `${file} cannot be read: ${(error as Error).message}; expect a file like /etc/hosts`;
    problems.push({ ...place, message });
    return readHostsFile(new Uint8Array(0), file);
  }
}

class LocalCompiler {
  readonly table: LocalTable = new LocalTable();
  readonly #problems: Problem[];
  /** The addresses of hosts in the configuration: each gets its name when all names are known. */
  readonly #hosts: (() => void)[] = [];
  readonly #places: Map<number, Located<string>> = new Map();

  constructor(problems: Problem[]) {
    this.#problems = problems;
  }

  /** One name of the configuration. */
  take(entry: LocalEntry): void {
    const { name } = entry;
    const wire = this.#readName(name);
    if (wire === undefined) return;
    const known = this.table.entryOf(wire);
    if (known >= 0) {
      const { line } = this.table.placeOf(known);
      return this.#report(
        name.place,
        `"${name.value}" has records at line ${line} already; expect one entry`,
      );
    }
    const place = { source: CONFIGURATION, line: name.place.line };
    if ('addresses' in entry) {
      for (const { value } of entry.addresses) {
        this.table.addAddress(wire, value, place);
        this.#hosts.push(() => this.table.addReverse(value, wire, place));
      }
    } else {
      for (const record of entry.types.flatMap((type) => this.#readType(type))) {
        this.table.add(wire, record, place);
      }
      this.#checkAlias(wire, name);
    }
    this.#places.set(this.table.entryOf(wire), name);
  }

  /** Adds the records of the files for other names, and resolves the aliases. */
  finish(images: readonly HostsImage[]): void {
    const { table } = this;
    const own = new Set(Array.from({ length: table.count }, (_, entry) => entry));
    for (const add of this.#hosts) add();
    for (const [i, { lines }] of images.entries()) {
      for (const { line, address, names } of lines) {
        const place = { source: i + 1, line };
        for (const name of names) {
          if (!own.has(table.entryOf(name))) table.addAddress(name, address, place);
        }
        table.addReverse(address, names[0]!, place);
      }
    }
    for (const entry of table.follow()) {
      const { place, value } = this.#places.get(entry)!;
      this.#report(place, `"${value}" leads back to itself; expect an alias of another name`);
    }
  }

  #readName({ value, place }: Located<string>): Uint8Array | undefined {
    const pasted = pastedProblem(value);
    if (pasted !== undefined) return this.#report(place, pasted);
    const wire = parseName(value);
    if (typeof wire === 'string') {
      return this.#report(place, `"${value}" has ${wire}; expect a name`);
    }
    if (value !== '*' && !value.startsWith('*.')) return lowerName(wire);
    const expected = 'expect a name here, and a wildcard in the rules of a policy';
    return this.#report(place, `"${value}" is a wildcard; ${expected}`);
  }

  #readType({ type: { value, place }, data }: LocalType): readonly RecordData[] {
    const type = parseType(value);
    if (type === undefined) {
      this.#report(place, `"${value}" is not a type; expect one like A or TYPE65280`);
      return [];
    }
    return data.flatMap((text) => this.#readData(value, text));
  }

  #readData(type: string, { value, place }: Located<string>): readonly RecordData[] {
    const record = parseRecordText(`${type} ${value}`);
    if (typeof record === 'string') {
      this.#report(place, record);
      return [];
    }
    const { rdata } = record;
    if (record.type === RrType.CNAME && rdata[0] === 1 && rdata[1] === ASTERISK) {
      this.#report(place, `"${value}" is a wildcard; expect the name of a host`);
      return [];
    }
    return [{ type: record.type, rdata, ttl: LOCAL_TTL }];
  }

  /** RFC 2181 section 10.1: where there is an alias, there is nothing else. */
  #checkAlias(wire: Uint8Array, { value, place }: Located<string>): void {
    const entry = this.table.entryOf(wire);
    const records = entry < 0 ? [] : this.table.recordsOf(entry);
    if (records.length < 2 || !records.some(({ type }) => type === RrType.CNAME)) return;
    this.#report(place, `"${value}" has a CNAME and more records; expect a CNAME alone`);
  }

  #report(place: Place, message: string): undefined {
    this.#problems.push({ ...place, message });
  }
}
