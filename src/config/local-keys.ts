/** The section `localRecords`: names with their records, and files that have more of them. */

import { type Address, parseAddress } from '../net/address.ts';
import type { Document } from './document.ts';
import { byShape, type Entry, entries, type Kind, type Located, list, located } from './kind.ts';
import { text } from './scalars.ts';

/** The one key that is no name; a host that is called so is written `files.`. */
const FILES = 'files';

/** Records of one type: their data as zone files have it. */
export interface LocalType {
  readonly type: Located<string>;
  readonly data: readonly Located<string>[];
}

/** The configuration of one name: its addresses, or its records. */
export type LocalEntry =
  | { readonly name: Located<string>; readonly addresses: readonly Located<Address>[] }
  | { readonly name: Located<string>; readonly types: readonly LocalType[] };

export interface LocalRecordsConfig {
  readonly entries: readonly LocalEntry[];
  readonly files: readonly Located<string>[];
}

const TEXTS = byShape({ scalar: located(text), list: list(text) });
const VALUE = byShape({
  scalar: located(text),
  list: list(text),
  mapping: entries('a type', TEXTS),
});
const LINES = entries('a name', VALUE);
const FILE_LIST = list(text);

type Line = Entry<Parsed<typeof VALUE>>;
type Parsed<K> = K extends Kind<infer T> ? T : never;

const NO_RECORDS: LocalRecordsConfig = { entries: [], files: [] };

export const LOCAL_RECORDS: Kind<LocalRecordsConfig> = {
  expects: 'a mapping from names to addresses or to records by type, and files',
  parts: [
    { step: '.*', kind: VALUE },
    {
      step: `.${FILES}`,
      kind: FILE_LIST,
      key: {
        kind: FILE_LIST,
        doc: 'files in the format of hosts(5); records in the configuration take precedence',
        otherwise: { value: [], doc: 'none' },
      },
    },
  ],
  read(node, document) {
    const lines = LINES.read(node, document);
    if (lines === undefined) return undefined;
    const read: { entries: LocalEntry[]; files: readonly Located<string>[] } = {
      ...NO_RECORDS,
      entries: [],
    };
    for (const line of lines) {
      if (line.key === FILES) read.files = readFiles(line, document);
      else read.entries.push(readEntry(line, document));
    }
    return read;
  },
};

export { NO_RECORDS };

function readFiles({ place, value }: Line, document: Document): readonly Located<string>[] {
  const texts = textsOf(value);
  if (texts !== undefined) return texts;
  document.reportAt(place, `expect ${FILE_LIST.expects}; a host of that name is "${FILES}."`);
  return [];
}

function readEntry({ key, place, value }: Line, document: Document): LocalEntry {
  const name = { value: key, place };
  const texts = textsOf(value);
  if (texts === undefined) return { name, types: (value as readonly TypeLine[]).map(readType) };
  const addresses = texts.flatMap((one) => {
    const address = parseAddress(one.value);
    if (address !== undefined) return [{ value: address, place: one.place }];
    const expected = 'expect an address, or records by type like { CNAME: www.example.com }';
    document.reportAt(one.place, `${JSON.stringify(one.value)} is not an address; ${expected}`);
    return [];
  });
  return { name, addresses };
}

type TypeLine = Entry<Parsed<typeof TEXTS>>;

function readType({ key, place, value }: TypeLine): LocalType {
  return { type: { value: key, place }, data: 'value' in value ? [value] : value };
}

/** Undefined for a mapping. */
function textsOf(value: Line['value']): readonly Located<string>[] | undefined {
  if ('value' in value) return [value];
  return value.every((item): item is Located<string> => !('key' in item)) ? value : undefined;
}
