/** Which queries a rule is about: dnsdist's selectors. */

import { contains, type Prefix } from '../../net/prefix.ts';
import { CD } from '../../wire/header.ts';
import { lowerName, parentName, parseName } from '../../wire/name.ts';
import type { Query } from '../../wire/query.ts';
import { parseType } from '../../wire/registry.ts';
import { parseNetblock } from '../netblock.ts';
import type { Problems } from '../problems.ts';
import { keyOf } from '../zone-data.ts';
import { type Call, type Text, textsIn, type Value } from './values.ts';

export interface Selector {
  matches(query: Query): boolean;
  /** Names that it is about, in wire format. */
  readonly names: readonly Uint8Array[];
  readonly prefixes: readonly Prefix[];
  readonly types: readonly number[];
  /** Whether `diff` can cut all questions where it begins and ends. */
  readonly isCut: boolean;
}

const ANYTHING = { names: [], prefixes: [], types: [], isCut: true };

/** A mask, perhaps with a `!` before it: the most specific one decides. */
export class Netmasks {
  readonly masks: { readonly prefix: Prefix; readonly isIn: boolean }[] = [];

  add(text: string): boolean {
    const isIn = !text.startsWith('!');
    const prefix = parseNetblock(isIn ? text : text.slice(1));
    if (typeof prefix === 'string') return false;
    this.masks.push({ prefix, isIn });
    return true;
  }

  /** The mask that decides for the client. */
  find({ family, address: words }: Query): { prefix: Prefix; isIn: boolean } | undefined {
    let best: (typeof this.masks)[number] | undefined;
    for (const one of this.masks) {
      if (one.prefix.family !== family || !contains(one.prefix, { family, words })) continue;
      if (best === undefined || one.prefix.length >= best.prefix.length) best = one;
    }
    return best;
  }
}

/** The selector that a value stands for; undefined when it is none that is modelled. */
export function selectorOf(value: Value | undefined, problems: Problems): Selector | undefined {
  const texts = textsIn(value);
  if (texts !== undefined) return ofTexts(texts, problems);
  if (value?.kind !== 'call') return undefined;
  return READERS[value.name]?.(value, problems);
}

/** Texts are masks if one of them is, and then those that are names are nothing. */
function ofTexts(texts: readonly Text[], problems: Problems): Selector | undefined {
  const masks = new Netmasks();
  const names = texts.filter(({ text }) => !masks.add(text));
  return masks.masks.length > 0 ? byClient(masks) : bySuffix(namesOf(names, problems));
}

function byClient(masks: Netmasks): Selector {
  const prefixes = masks.masks.map(({ prefix }) => prefix);
  return { ...ANYTHING, prefixes, matches: (query) => masks.find(query)?.isIn === true };
}

function bySuffix(names: readonly Uint8Array[]): Selector {
  const keys = new Set(names.map(keyOf));
  const matches = (query: Query) => {
    for (let at: Uint8Array | undefined = nameOf(query); at !== undefined; at = parentName(at))
      if (keys.has(keyOf(at))) return true;
    return false;
  };
  return { ...ANYTHING, names, matches };
}

function byName(names: readonly Uint8Array[]): Selector {
  const keys = new Set(names.map(keyOf));
  return { ...ANYTHING, names, matches: (query) => keys.has(keyOf(nameOf(query))) };
}

function nameOf({ name, nameLength }: Query): Uint8Array {
  return name.subarray(0, nameLength);
}

function namesOf(texts: readonly Text[], problems: Problems): readonly Uint8Array[] {
  return texts.flatMap(({ text, place }) => {
    const wire = parseName(text);
    if (typeof wire !== 'string') return [lowerName(wire)];
    problems.add(place, `"${text}" has ${wire}; expect a domain name`);
    return [];
  });
}

type Reader = (call: Call, problems: Problems) => Selector | undefined;

const READERS: Readonly<Record<string, Reader>> = {
  AllRule: () => ({ ...ANYTHING, matches: () => true }),
  NetmaskGroupRule: ({ args: [group, isSource] }, problems) => {
    // With false it is about the address asked.
    if (isSource?.kind === 'flag' && !isSource.flag) return undefined;
    const masks = netmasksOf(group, problems);
    return masks && byClient(masks);
  },
  QNameRule: ({ args: [name] }, problems) => {
    const texts = name?.kind === 'text' ? [name] : nameTexts(name);
    return texts && byName(namesOf(texts, problems));
  },
  QNameSetRule: ({ args: [set] }, problems) => {
    const texts = set?.kind === 'call' && set.name === 'newDNSNameSet' ? added(set) : undefined;
    return texts && byName(namesOf(texts, problems));
  },
  QNameSuffixRule: (call, problems) => READERS['SuffixMatchNodeRule']!(call, problems),
  SuffixMatchNodeRule: ({ args: [node] }, problems) => {
    const isNode = node?.kind === 'call' && node.name === 'newSuffixMatchNode';
    const texts = isNode ? added(node) : textsIn(node);
    return texts && bySuffix(namesOf(texts, problems));
  },
  QTypeRule: ({ args: [type] }) => {
    const number = type?.kind === 'text' ? parseType(type.text) : numberOf(type);
    if (number === undefined) return undefined;
    return { ...ANYTHING, types: [number], matches: ({ qtype }) => qtype === number };
  },
  QClassRule: ({ args: [value] }) => {
    const number = numberOf(value);
    return number === undefined
      ? undefined
      : { ...ANYTHING, matches: ({ qclass }) => qclass === number };
  },
  OpcodeRule: ({ args: [value] }) => {
    const number = numberOf(value);
    return number === undefined
      ? undefined
      : { ...ANYTHING, matches: ({ opcode }) => opcode === number };
  },
  RDRule: () => ({ ...ANYTHING, matches: ({ recursionDesired }) => recursionDesired }),
  DNSSECRule: () => ({
    ...{ ...ANYTHING, isCut: false },
    matches: ({ dnssecOk, message }) => dnssecOk || (message[3]! & CD) !== 0,
  }),
  TCPRule: ({ args: [value] }) => {
    if (value?.kind !== 'flag') return undefined;
    const { flag } = value;
    return { ...ANYTHING, isCut: false, matches: ({ isByStream }) => isByStream === flag };
  },
  QNameLabelsCountRule: ({ args }) => {
    const [least, most] = args.map(numberOf);
    if (least === undefined || most === undefined) return undefined;
    const matches = (query: Query) => {
      const count = labelCount(nameOf(query));
      return count < least || count > most;
    };
    return { ...ANYTHING, isCut: false, matches };
  },
  QNameWireLengthRule: ({ args }) => {
    const [least, most] = args.map(numberOf);
    if (least === undefined || most === undefined) return undefined;
    const matches = ({ nameLength }: Query) => nameLength < least || nameLength > most;
    return { ...ANYTHING, isCut: false, matches };
  },
  NotRule: ({ args: [inner] }, problems) => {
    const selector = ruleOf(inner, problems);
    return selector && { ...selector, matches: (query) => !selector.matches(query) };
  },
  AndRule: (call, problems) => {
    const all = rulesOf(call, problems);
    return all && { ...joined(all), matches: (query) => all.every((one) => one.matches(query)) };
  },
  OrRule: (call, problems) => {
    const all = rulesOf(call, problems);
    return all && { ...joined(all), matches: (query) => all.some((one) => one.matches(query)) };
  },
};

/** Within other rules texts are no rules. */
function ruleOf(value: Value | undefined, problems: Problems): Selector | undefined {
  return value?.kind === 'call' ? selectorOf(value, problems) : undefined;
}

function rulesOf({ args: [table] }: Call, problems: Problems): readonly Selector[] | undefined {
  if (table?.kind !== 'table') return undefined;
  const all = table.items.flatMap((item) => ruleOf(item, problems) ?? []);
  return all.length === table.items.length ? all : undefined;
}

function joined(all: readonly Selector[]): Omit<Selector, 'matches'> {
  return {
    names: all.flatMap(({ names }) => names),
    prefixes: all.flatMap(({ prefixes }) => prefixes),
    types: all.flatMap(({ types }) => types),
    isCut: all.every(({ isCut }) => isCut),
  };
}

/** `newNMG()` with its `addMask`, or texts. */
function netmasksOf(value: Value | undefined, problems: Problems): Netmasks | undefined {
  const isGroup = value?.kind === 'call' && value.name === 'newNMG';
  const texts = isGroup ? added(value) : textsIn(value);
  if (texts === undefined) return undefined;
  const masks = new Netmasks();
  for (const { text, place } of texts) {
    if (!masks.add(text)) problems.add(place, `"${text}" is not a netmask; expect 192.0.2.0/24`);
  }
  return masks;
}

/** What was added to an object by `add`, `addMask` and the like; undefined when more was done to it. */
function added({ methods, args }: Call): readonly Text[] | undefined {
  const lists = methods.map(({ name, args: [value] }) =>
    name.startsWith('add') ? (textsIn(value) ?? nameTexts(value)) : undefined,
  );
  const first = args.length === 0 ? [] : textsIn(args[0]);
  const all = [first, ...lists];
  return all.every((list) => list !== undefined) ? all.flat() : undefined;
}

/** `newDNSName("example.com")`, or a table of such. */
function nameTexts(value: Value | undefined): readonly Text[] | undefined {
  if (value?.kind === 'call' && value.name === 'newDNSName') return textsIn(value.args[0]);
  if (value?.kind !== 'table') return undefined;
  const all = value.items.map((item) => (item.kind === 'text' ? [item] : nameTexts(item)));
  return all.every((list) => list !== undefined) ? all.flat() : undefined;
}

function numberOf(value: Value | undefined): number | undefined {
  return value?.kind === 'number' ? value.number : undefined;
}

function labelCount(name: Uint8Array): number {
  let count = 0;
  for (let at = 0; name[at]! > 0; at += name[at]! + 1) count++;
  return count;
}
