/**
 * Names of which both configurations say the same, and of the names above them too: what becomes of one
 * becomes of all, for every client and kind of question. So one of a long list stands for the others.
 */

import type { Policy } from '../policy/compile.ts';
import { SPECIAL_USE_ZONES } from '../policy/layers/special-use.ts';
import { discoveryNames } from '../policy/own-endpoints.ts';
import { lowerName, parseName } from '../wire/name.ts';
import type { NameKey, NameSpace, Region } from './name-space.ts';

/** A region that nothing else stands for. */
export const BY_ITSELF = -1;

export class AlikeNames {
  readonly #space: NameSpace;
  readonly #policies: readonly Policy[];
  /** Names of which more is said than the policies can tell. */
  readonly #apart: ReadonlySet<NameKey>;
  /** By the numbers of names: their shape + 1, once it is known. */
  readonly #shapes: Int32Array;
  readonly #known: Map<string, number> = new Map();
  /** 1 for names that others are below. */
  readonly #isInner: Uint8Array;

  constructor(space: NameSpace, policies: readonly Policy[]) {
    this.#space = space;
    this.#policies = policies;
    this.#apart = new Set(policies.flatMap(apartIn).map(keyOf));
    this.#shapes = new Int32Array(space.size / 2);
    this.#isInner = new Uint8Array(space.size / 2);
    for (let name = 1; name < this.#isInner.length; name++) {
      this.#isInner[space.around(2 * name)! >> 1] = 1;
    }
  }

  /** The same number for regions that are treated alike. */
  classOf(region: Region): number {
    const name = region >> 1;
    if (this.#isInner[name] === 1 || name === 0) return BY_ITSELF;
    return 2 * this.#shapeOf(name) + (region & 1);
  }

  #shapeOf(name: number): number {
    const known = this.#shapes[name]!;
    if (known > 0) return known - 1;
    const around = this.#space.around(2 * name);
    const above = around === undefined || name === 0 ? '' : this.#shapeOf(around >> 1);
    const key = `${above} ${this.#textOf(name)}`;
    const shape = this.#known.get(key) ?? this.#known.size;
    this.#known.set(key, shape);
    this.#shapes[name] = shape + 1;
    return shape;
  }

  /** All that is said of the name itself; its number, where that cannot be told. */
  #textOf(name: number): string {
    const key = this.#space.nameOf(2 * name);
    if (this.#apart.has(key) || isOdd(key)) return `#${name}`;
    const wire = Buffer.from(key, 'latin1');
    const texts = this.#policies.map((policy) => saidBy(policy, wire));
    return texts.includes(undefined) ? `#${name}` : JSON.stringify([labelsOf(key), ...texts]);
  }
}

/** Whether both say of each name what is said of it. */
export function canTellAlike(policies: readonly Policy[]): boolean {
  return policies.every(
    ({ cuts, zones }) =>
      (cuts === undefined || cuts.said !== undefined) &&
      zones.every(({ policy }) => (policy?.patterns.length ?? 0) === 0),
  );
}

function saidBy({ cuts, zones }: Policy, wire: Uint8Array): string | undefined {
  const own = cuts === undefined ? '' : cuts.said?.(wire);
  const rules = zones.map(({ policy }) => policy?.textOf(wire) ?? '');
  return own === undefined ? undefined : JSON.stringify([own, ...rules]);
}

function apartIn({ zones, config, localRecords }: Policy): readonly Uint8Array[] {
  const routes = config.views.flatMap((view) => view.routes.map(({ key }) => key));
  const texts = [...SPECIAL_USE_ZONES, ...discoveryNames(config), ...routes];
  return [
    ...zones.flatMap(({ policy }) => [...(policy?.partialNames() ?? [])]),
    ...localRecords.table.names(),
    ...texts.flatMap((text) => {
      const wire = parseName(text);
      return typeof wire === 'string' ? [] : [lowerName(wire)];
    }),
  ];
}

/** Names that stand for addresses or services: some servers look at their labels. */
function isOdd(key: NameKey): boolean {
  return key.endsWith('\x04arpa\0') || key.includes('_');
}

function labelsOf(key: NameKey): number {
  let labels = 0;
  for (let at = 0; key.charCodeAt(at) > 0; at += key.charCodeAt(at) + 1) labels++;
  return labels;
}

function keyOf(wire: Uint8Array): NameKey {
  return Buffer.from(wire).toString('latin1');
}
