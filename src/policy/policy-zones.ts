/** The policies of a configuration: where their rules come from, and what is told of them. */

import { type Config, resolvePath } from '../config/config.ts';
import type { Place, Problem } from '../config/problem.ts';
import type { VerdictTable } from '../decision/verdict.ts';
import type { Force } from './in-force.ts';
import { compileInlineRules, originOf } from './inline-rules.ts';
import type { NamePolicy } from './name-policy.ts';
import { attachRpz, type Override, type RpzImage, readRpz } from './rpz/rpz-zone.ts';

/** One policy, for people and metrics. */
export interface PolicyZone {
  readonly name: string;
  readonly file: string;
  readonly place: Place;
  readonly rules: number;
  readonly serial: number | undefined;
  readonly ignored: ReadonlyMap<string, number>;
  readonly loadedAt: number;
  /** What it does; undefined when all of it is on trial. */
  readonly policy: NamePolicy | undefined;
  /** What it would do if its rules in shadow mode were enforced. */
  readonly trial: NamePolicy;
}

/** Gives the rules of a policy zone file; throws when it cannot be read. */
export type ZoneLoader = (file: string, override: Override) => RpzImage;

type PolicyConfig = Config['policies'][number]['value'];
type Compiled = Omit<PolicyZone, 'name' | 'place' | 'loadedAt'>;

/** What compiling a policy needs besides its own configuration. */
export interface ZoneSurroundings {
  readonly config: Config;
  readonly load: ZoneLoader;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly verdicts: VerdictTable;
  readonly problems: Problem[];
  /** Takes note of what the policies are made of. */
  readonly digest: (content: string) => void;
}

/** Compiles the policies; what is wrong with them is added to `problems`. */
export function compilePolicyZones(surroundings: ZoneSurroundings): readonly PolicyZone[] {
  const { policies } = surroundings.config;
  return policies.map(({ value, place }) => {
    checkPolicy(value, place, surroundings);
    const compiled =
      value.rpz === undefined
        ? compileRules(value, place, surroundings)
        : compileRpz(value, value.rpz, surroundings);
    return { ...compiled, name: value.name.value, place, loadedAt: surroundings.now };
  });
}

/** What is wrong between keys that are right each by itself. */
function checkPolicy(
  { name: { value, place: at }, rules, rpz, override }: PolicyConfig,
  place: Place,
  { config, problems }: ZoneSurroundings,
): void {
  const first = config.policies.find((other) => other.value.name.value === value)!;
  if (first.place !== place) {
    const message = `a policy named ${value} is at line ${first.place.line} already; expect another name`;
    problems.push({ ...at, message });
  }
  if ((rules === undefined) === (rpz === undefined)) {
    problems.push({ ...place, message: `policy ${value}: expect either rules or rpz` });
  } else if (rpz === undefined && override !== 'given') {
    problems.push({ ...place, message: `policy ${value}: expect override with rpz only` });
  }
}

function compileRules(
  { name, rules: lines = [], mode }: PolicyConfig,
  place: Place,
  { now, verdicts, problems }: ZoneSurroundings,
): Compiled {
  const inline = { name: name.value, lines, onTrial: mode === 'shadow' };
  const compile = (force: Force, found: Problem[]) =>
    compileInlineRules(inline, force, verdicts, found);
  const trial = compile({ now, isTrial: true }, problems);
  const hasTrial = lines.some((line) => originOf(line).mode === 'shadow');
  const enforced = hasTrial ? compile({ now, isTrial: false }, []) : trial;
  return {
    policy: inline.onTrial ? undefined : enforced,
    trial,
    rules: trial.rules.count,
    file: place.file,
    serial: undefined,
    ignored: new Map(),
  };
}

function compileRpz(
  config: PolicyConfig,
  path: NonNullable<PolicyConfig['rpz']>,
  surroundings: ZoneSurroundings,
): Compiled {
  const { verdicts, problems, digest } = surroundings;
  const file = resolvePath(surroundings.config, path.value);
  const image = loadZone(file, config.override, path.place, surroundings);
  digest(image.digest);
  problems.push(...image.problems);
  const onTrial = config.mode === 'shadow';
  const trial = attachRpz({ name: config.name.value, onTrial }, image, verdicts);
  const { serial, ignored } = image;
  const policy = onTrial ? undefined : trial;
  return { policy, trial, file, serial, ignored, rules: trial.rules.count };
}

function loadZone(
  file: string,
  override: Override,
  place: Place,
  { load, problems }: ZoneSurroundings,
): RpzImage {
  try {
    return load(file, override);
  } catch (error) {
    const message = `${file} cannot be read: ${(error as Error).message}; expect a zone file`;
    problems.push({ ...place, message });
    return readRpz(new Uint8Array(0), override, { file });
  }
}
