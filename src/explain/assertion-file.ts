/** Reads files of assertions: decisions that somebody relies on. */

import { readFileSync } from 'node:fs';
import { Document, type Environment } from '../config/document.ts';
import {
  byShape,
  filled,
  type Kind,
  type Located,
  list,
  located,
  optional,
  required,
  section,
} from '../config/kind.ts';
import { byPlace, ConfigError, type Place, type Problem } from '../config/problem.ts';
import { integer, oneOf, text } from '../config/scalars.ts';
import { LAYERS } from '../decision/layers.ts';
import { EVENTS } from '../decision/outcome.ts';
import { ACTIONS } from '../decision/verdict.ts';
import { parseAddress } from '../net/address.ts';
import { CLIENT_TRANSPORTS } from '../wire/client-transport.ts';
import { parseName } from '../wire/name.ts';
import { Opcode, parseClass, parseType, Rcode } from '../wire/registry.ts';
import { type AskedQuestion, askedQuestion } from './question.ts';

/** What stands for no answer, no group, no upstream, no EDE. */
export const NONE = 'none';

/** One thing that is to be so. */
export interface Expectation {
  readonly key: string;
  readonly value: string;
  readonly place: Place;
}

/** A question, and what is to become of it. */
export interface Assertion {
  readonly place: Place;
  readonly name: string | undefined;
  readonly client: string;
  /** As it was written: `www.example.com AAAA`. */
  readonly query: string;
  readonly question: AskedQuestion;
  readonly expected: readonly Expectation[];
}

const MAX_EDE = 0xffff;

function words<const T extends string>(known: readonly T[]): Kind<Located<string>> {
  return located(oneOf(...known));
}

/** INFO-CODEs as a decision lists them. */
const EDE: Kind<Located<string>> = located({
  expects: `an INFO-CODE like 18, a list of them, or ${NONE}`,
  read(node, document) {
    const code = integer(0, MAX_EDE);
    const kind = byShape({ scalar: edeText(code), list: list(code) });
    const value = kind.read(node, document);
    if (typeof value !== 'object') return value;
    return value.map((one) => one.value).join(', ') || NONE;
  },
});

function edeText(code: Kind<number>): Kind<string> {
  return {
    expects: `${code.expects}, a list of them, or ${NONE}`,
    read(node, document) {
      const given = text.read(node, document);
      return given === undefined || given === NONE ? given : code.read(node, document)?.toString();
    },
  };
}

/** What a decision can be expected to be; each key is a text that the decision is compared with. */
const EXPECT = section({
  rcode: optional(words([...Object.keys(Rcode), NONE]), 'what the client is sent', undefined),
  layer: optional(words(LAYERS), 'who decides', undefined),
  action: optional(words(ACTIONS), 'what is done', undefined),
  rule: optional(located(text), 'the id of the rule that decides', undefined),
  upstream: optional(located(text), 'the upstream group that is asked', undefined),
  ede: optional(EDE, 'INFO-CODEs of Extended DNS Errors', undefined),
  event: optional(words(EVENTS), 'the kind of record', undefined),
  view: optional(located(text), 'the view of the client', undefined),
  group: optional(located(text), 'the client group', undefined),
});

type Expect = typeof EXPECT extends Kind<infer T> ? T : never;

/** An expectation of nothing cannot fail. */
const EXPECT_SOMETHING: Kind<Expect> = {
  expects: EXPECT.expects,
  read(node, document) {
    const value = EXPECT.read(node, document);
    const isEmpty = value !== undefined && Object.values(value).every((one) => one === undefined);
    return isEmpty ? document.report(node, `nothing is expected; expect ${this.expects}`) : value;
  },
};

const CLIENT: Kind<string> = {
  expects: 'an IPv4 or IPv6 address',
  read(node, document) {
    const given = text.read(node, document);
    if (given === undefined || parseAddress(given) !== undefined) return given;
    return document.report(node, `"${given}" is not an address; expect ${this.expects}`);
  },
};

const QUERY: Kind<string> = {
  expects: 'a name, with a type and a class if need be, like www.example.com AAAA',
  read(node, document) {
    const given = text.read(node, document);
    const wrong = given === undefined ? undefined : wrongQuery(given);
    return wrong === undefined ? given : document.report(node, `${wrong}; expect ${this.expects}`);
  },
};

function splitQuery(query: string): readonly string[] {
  return query.trim().split(/\s+/);
}

function wrongQuery(query: string): string | undefined {
  const [name = '', type = 'A', rrClass = 'IN', ...rest] = splitQuery(query);
  const wire = parseName(name);
  if (typeof wire === 'string') return `"${name}" has ${wire}`;
  if (parseType(type) === undefined) return `"${type}" is not a type`;
  if (parseClass(rrClass) === undefined) return `"${rrClass}" is not a class`;
  return rest.length > 0 ? `"${rest.join(' ')}" is too much` : undefined;
}

const ASSERTION = section({
  name: optional(text, 'what it is about', undefined),
  client: required(CLIENT, 'the address of the client'),
  query: required(QUERY, 'the question'),
  transport: optional(oneOf(...CLIENT_TRANSPORTS), 'by which transport', 'udp'),
  rd: optional(oneOf('true', 'false'), 'whether recursion is desired', 'true'),
  do: optional(oneOf('true', 'false'), 'whether DNSSEC records are wanted', 'false'),
  opcode: optional(oneOf(...Object.keys(Opcode)), 'the OPCODE', 'QUERY'),
  expect: required(EXPECT_SOMETHING, 'the expected decision'),
});

type RawAssertion = typeof ASSERTION extends Kind<infer T> ? T : never;

const ASSERTIONS = filled(list(ASSERTION));

/**
 * Reads a file of assertions, which is named at `place` if it is. Throws a ConfigError that names
 * every problem.
 */
export function readAssertions(
  file: string,
  environment: Environment,
  place: Place = { file, line: 1, column: 1 },
): readonly Assertion[] {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    const why = (error as Error).message;
    const message = `${file} cannot be read: ${why}; expect a file of assertions`;
    throw new ConfigError([{ ...place, message }]);
  }
  return parseAssertions(file, content, environment);
}

/** Parses a file of assertions. Throws a ConfigError that names every problem. */
export function parseAssertions(
  file: string,
  content: string,
  environment: Environment,
): readonly Assertion[] {
  const document = new Document(file, content, environment);
  const problems: Problem[] = document.problems;
  if (problems.length > 0) throw new ConfigError(problems.sort(byPlace));
  const read =
    document.root === null
      ? document.reportAt(document.place(null), `the file is empty; expect ${ASSERTIONS.expects}`)
      : ASSERTIONS.read(document.root, document);
  if (read === undefined || problems.length > 0) throw new ConfigError(problems.sort(byPlace));
  return read.map(fillIn);
}

function fillIn({ value, place }: Located<RawAssertion>): Assertion {
  const { name, client, query, transport, rd, do: dnssecOk, opcode, expect } = value;
  const [qname, type = 'A', rrClass = 'IN'] = splitQuery(query);
  const asked = { client, name: qname, type, class: rrClass, opcode, transport };
  const bits = { rd: rd === 'true' ? '1' : '0', do: dnssecOk === 'true' ? '1' : '0' };
  const question = askedQuestion({ ...asked, ...bits });
  // Each word was found to be right when it was read.
  if (typeof question === 'string') throw new Error(question);
  const expected = Object.entries(expect).flatMap(([key, one]) =>
    one === undefined ? [] : [{ key, value: one.value, place: one.place }],
  );
  return { place, name, client, query, question, expected };
}
