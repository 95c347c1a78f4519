/** The functions of Helm's templates that the chart uses (text/template, Sprig and Helm's own). */

import { createHash } from 'node:crypto';
import { stringify } from 'yaml';

export type TemplateFunction = (...given: readonly unknown[]) => unknown;

/** What Go holds to be true: not zero, not empty. */
export function isTrue(value: unknown): boolean {
  if (value === undefined || value === null) return false;
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === 'object') return Object.keys(value).length > 0;
  return value !== false && value !== 0 && value !== '';
}

/** A value as text/template prints it; Helm prints nothing for what there is not. */
export function print(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value === 'string' || typeof value === 'boolean') return String(value);
  // Numbers of values.yaml are floats in Helm: from a million on it prints 1e+06.
  if (Number.isInteger(value) && Math.abs(value as number) < 1e6) return String(value);
  throw new Error(`${JSON.stringify(value)} is printed by Go in a form of its own; quote it`);
}

export const FUNCTIONS: ReadonlyMap<string, TemplateFunction> = new Map<string, TemplateFunction>([
  ['and', (...all) => all.find((one) => !isTrue(one)) ?? all.at(-1)],
  ['or', (...all) => all.find(isTrue) ?? all.at(-1)],
  ['not', (value) => !isTrue(value)],
  ['eq', (first, ...others) => others.some((one) => comparable(one) === comparable(first))],
  ['ne', (first, second) => comparable(first) !== comparable(second)],
  ['default', (byDefault, value) => (isTrue(value) ? value : byDefault)],
  ['required', required],
  ['fail', (message) => fail(text(message))],
  ['quote', (value) => JSON.stringify(print(value))],
  ['printf', printf],
  ['trunc', (length, value) => text(value).slice(0, Number(length))],
  ['trimSuffix', (suffix, value) => withoutSuffix(text(suffix), text(value))],
  ['contains', (part, value) => text(value).includes(text(part))],
  ['has', (item, all) => list(all).includes(item)],
  ['first', (all) => list(all)[0]],
  ['len', (all) => (typeof all === 'string' ? all.length : Object.keys(all as object).length)],
  ['indent', (width, value) => indent(Number(width), text(value))],
  ['nindent', (width, value) => `\n${indent(Number(width), text(value))}`],
  ['toYaml', toYaml],
  ['sha256sum', (value) => createHash('sha256').update(text(value)).digest('hex')],
]);

function toYaml(value: unknown): string {
  const options = { indentSeq: false, lineWidth: 0, sortMapEntries: true };
  return stringify(value ?? null, options).trimEnd();
}

function indent(width: number, value: string): string {
  const space = ' '.repeat(width);
  return space + value.replaceAll('\n', `\n${space}`);
}

function withoutSuffix(suffix: string, value: string): string {
  return value.endsWith(suffix) ? value.slice(0, value.length - suffix.length) : value;
}

function printf(format: unknown, ...given: readonly unknown[]): string {
  const rest = [...given];
  const printed = text(format).replaceAll(/%(.)/g, (verb, letter) => {
    if (letter === '%') return '%';
    if (letter !== 's' || typeof rest[0] !== 'string') fail(`printf ${verb} of ${typeof rest[0]}`);
    return String(rest.shift());
  });
  if (rest.length > 0) fail('printf has too many arguments');
  return printed;
}

function required(message: unknown, value: unknown): unknown {
  // An empty list and false are values to Helm.
  if (value === undefined || value === null || value === '') fail(text(message));
  return value;
}

/** Go compares basic types alone. */
function comparable(value: unknown): unknown {
  if (typeof value === 'object' && value !== null) fail('eq compares no lists and no mappings');
  return value ?? undefined;
}

function text(value: unknown): string {
  if (typeof value !== 'string') fail(`expect a text instead of ${JSON.stringify(value)}`);
  return value as string;
}

function list(value: unknown): readonly unknown[] {
  if (!Array.isArray(value)) fail(`expect a list instead of ${JSON.stringify(value)}`);
  return value as readonly unknown[];
}

function fail(message: string): never {
  throw new Error(message);
}
