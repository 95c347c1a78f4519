/** A Helm chart in a folder: its values are merged and checked, and its templates rendered, as Helm does. */

import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { Templates } from './template.ts';

export type Values = Readonly<Record<string, unknown>>;

export interface Release {
  readonly name: string;
  readonly namespace: string;
}

export class Chart {
  readonly folder: string;
  readonly about: Readonly<Record<string, string>>;
  readonly values: Values;
  readonly #check: ReturnType<Ajv['compile']>;
  readonly #templates: Templates;
  /** The texts of the templates by their names. */
  readonly templates: ReadonlyMap<string, string>;

  constructor(folder: string) {
    this.folder = folder;
    this.about = parse(this.#read('Chart.yaml'));
    this.values = parse(this.#read('values.yaml'));
    this.#check = new Ajv({ allErrors: true, strictTypes: false }).compile(
      JSON.parse(this.#read('values.schema.json')),
    );
    this.templates = new Map(
      globSync(join(folder, 'templates/*'))
        .sort()
        .map((file) => [basename(file), readFileSync(file, 'utf8')]),
    );
    this.#templates = new Templates(this.templates);
  }

  /** What is wrong with values that are laid over the chart's own; nothing when all is well. */
  problemsOf(values: Values): string[] {
    if (this.#check(mergeValues(this.values, values))) return [];
    return this.#check.errors!.map(({ instancePath, message, params }) => {
      const detail = params['additionalProperty'] ?? params['propertyName'] ?? '';
      return `${instancePath} ${message} ${detail}`.trim();
    });
  }

  /** What the templates see, but for `.Files`. */
  data(release: Release, values: Values): Readonly<Record<string, unknown>> {
    const problems = this.problemsOf(values);
    if (problems.length > 0) throw new Error(problems.join('\n'));
    const { name, version, appVersion } = this.about;
    return {
      Values: mergeValues(this.values, values),
      Release: { Name: release.name, Namespace: release.namespace, Service: 'Helm' },
      Chart: { Name: name, Version: version, AppVersion: appVersion },
    };
  }

  /** The manifests by the files that print them, and what NOTES.txt prints; files that print nothing are left out. */
  render(release: Release, values: Values = {}): Map<string, string> {
    // Helm gives an empty text for a file that there is not; here it is an error.
    const Files = { Get: (name: string) => this.#read(name) };
    const data = { ...this.data(release, values), Files };
    return printing([...this.templates.keys()], (file) => this.#templates.render(file, data));
  }

  #read(name: string): string {
    return readFileSync(join(this.folder, name), 'utf8');
  }
}

/** What the files print that are not for including alone. */
export function printing(
  files: readonly string[],
  render: (file: string) => string,
): Map<string, string> {
  const printed = files.map((file) => [file, render(file)] as const);
  return new Map(printed.filter(([file, text]) => text.trim() !== '' && !file.startsWith('_')));
}

/** Mappings are merged, all else is replaced, and null takes a key away. */
export function mergeValues(under: Values, over: Values): Values {
  const merged: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    if (value === null) delete merged[key];
    else if (isMapping(value) && isMapping(merged[key]))
      merged[key] = mergeValues(merged[key], value);
    else merged[key] = value;
  }
  return merged;
}

function isMapping(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
