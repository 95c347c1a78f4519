/** The policies of a configuration: where their rules come from, and what is reported of them. */

import { type Config, resolvePath } from '../config/config.ts';
import type { Place, Problem } from '../config/problem.ts';
import type { VerdictTable } from '../decision/verdict.ts';
import { checkFetches, type FetchedList, fetchedListOf } from './lists/fetched-list.ts';
import type { ListHint } from './lists/list-hints.ts';
import { LIST_FORMATS, type ListFormat, type ListImage, readList } from './lists/list-image.ts';
import { attachList, DEFAULT_LIST_ACTION } from './lists/list-policy.ts';
import type { PolicyFiles } from './policy-files.ts';
import { attachRpz, readRpz } from './rpz/rpz-zone.ts';
import { MISSING, type Standing, type TransferredZone } from './rpz/transfer/transferred-zone.ts';
import type { ExpiredRules } from './rules/expired-rules.ts';
import type { Ignored } from './rules/ignored.ts';
import type { Enforcement } from './rules/in-force.ts';
import { compileInlineRules, originOf } from './rules/inline-rules.ts';
import type { NamePolicy } from './rules/name-policy.ts';
import type { PolicyTraits } from './rules/policy-verdicts.ts';
import { attachTransferred } from './transferred-policy.ts';

/** One policy, for people and metrics. */
export interface PolicyZone {
  readonly name: string;
  readonly file: string;
  readonly place: Place;
  readonly rules: number;
  readonly serial: number | undefined;
  /** Of policy zones and lists: what is not honoured, by kind. */
  readonly ignored: ReadonlyMap<string, Ignored>;
  /** Of policy zones: what is in force and can hardly be meant, by kind. */
  readonly doubts?: ReadonlyMap<string, Ignored>;
  readonly loadedAt: number;
  /** Of a list that comes by HTTP: from where. */
  readonly fetchedFrom?: string;
  /** Of a zone that comes by transfer, or a list by HTTP: whether its rules are there. */
  readonly standing?: Standing;
  /** Of a list: what in it may not be meant. */
  readonly hints?: readonly ListHint[];
  /** The files that its rules were read from, besides the configuration. */
  readonly files: readonly string[];
  /** Over its rules, for whoever asks whether they are the same. */
  readonly digest: string;
  /** What it does; undefined when all of it is on shadow. */
  readonly policy: NamePolicy | undefined;
  /** What it would do if its rules in shadow mode were enforced. */
  readonly shadow: NamePolicy;
}

/** Where the rules of a policy can come from. */
const SOURCES = ['rules', 'rpz', ...LIST_FORMATS] as const;

type PolicyConfig = Config['policies'][number]['value'];
type Compiled = Omit<PolicyZone, 'name' | 'place' | 'loadedAt'> & { readonly loadedAt?: number };

/** What compiling a policy needs besides its own configuration. */
export interface ZoneSurroundings {
  readonly config: Config;
  readonly files: PolicyFiles;
  /** By the names of their policies. */
  readonly transferred: ReadonlyMap<string, TransferredZone>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly verdicts: VerdictTable;
  readonly problems: Problem[];
  /** Inline rules that do not count any more, of all policies. */
  readonly expired: ExpiredRules;
}

/** Compiles the policies; what is wrong with them is added to `problems`. */
export function compilePolicyZones(options: ZoneSurroundings): readonly PolicyZone[] {
  const { policies } = options.config;
  options.problems.push(...checkFetches(options.config));
  return policies.map(({ value, place }) => {
    checkPolicy(value, place, options);
    const compiled = compileSource(value, place, options);
    return { loadedAt: options.now, ...compiled, name: value.name.value, place };
  });
}

/** What is wrong between keys that are right each by itself. */
function checkPolicy(
  policy: PolicyConfig,
  place: Place,
  { config, problems }: ZoneSurroundings,
): void {
  const { value, place: at } = policy.name;
  const report = (message: string) =>
    problems.push({ ...place, message: `policy ${value}: ${message}` });
  const first = config.policies.find((other) => other.value.name.value === value)!;
  if (first.place !== place) {
    const message = `a policy named ${value} is at line ${first.place.line} already; expect another name`;
    problems.push({ ...at, message });
  }
  const sources = SOURCES.filter((key) => policy[key] !== undefined);
  const [source] = sources;
  if (source === undefined || sources.length > 1) {
    report(`expect one of ${SOURCES.join(', ')}`);
    return;
  }
  if (source !== 'rpz' && policy.override !== 'given') report('expect override with rpz only');
  if (source !== 'rpz' && (policy.breakDnssec || !policy.recursiveOnly)) {
    report('expect breakDnssec and recursiveOnly with rpz only');
  }
  if ((source === 'rules' || source === 'rpz') && policy.action !== undefined) {
    report(`expect action with ${LIST_FORMATS.join(', ')} only`);
  }
  const isFile = source !== 'rules' && typeof policy.rpz?.value !== 'object';
  if (!isFile && policy.match !== undefined) {
    report(`expect match with ${LIST_FORMATS.join(', ')}, and rpz of a file only`);
  }
}

function compileSource(config: PolicyConfig, place: Place, options: ZoneSurroundings): Compiled {
  if (config.rpz !== undefined) return compileRpz(config, config.rpz, options);
  const format = LIST_FORMATS.find((key) => config[key] !== undefined);
  if (format !== undefined) return compileList(config, format, options);
  return compileRules(config, place, options);
}

function compileRules(config: PolicyConfig, place: Place, options: ZoneSurroundings): Compiled {
  const { now, verdicts, problems } = options;
  const { rules: lines = [] } = config;
  const inline = { ...traitsOf(config, options), lines };
  const compile = (enforcement: Enforcement, found: Problem[]) =>
    compileInlineRules(inline, enforcement, verdicts, found);
  const shadow = compile({ now, withShadow: true }, problems);
  const hasShadow = lines.some((line) => originOf(line).mode === 'shadow');
  const enforced = hasShadow ? compile({ now, withShadow: false }, []) : shadow;
  return {
    policy: inline.isShadow ? undefined : enforced,
    shadow,
    rules: shadow.rules.count,
    file: place.file,
    serial: undefined,
    ignored: new Map(),
    files: [],
    digest: '',
  };
}

function compileRpz(
  config: PolicyConfig,
  { value: path, place }: NonNullable<PolicyConfig['rpz']>,
  options: ZoneSurroundings,
): Compiled {
  if (typeof path !== 'string') return compileTransferred(config, path.whenMissing, options);
  const { verdicts, problems } = options;
  const file = resolvePath(options.config, path);
  const image = load({ file, place, expected: 'a zone file' }, options, {
    read: (files) => files.rpz(file, config.override, config.match),
    otherwise: () => readRpz(new Uint8Array(0), config.override, { file }),
  });
  problems.push(...image.problems);
  const traits = traitsOf(config, options);
  const shadow = attachRpz({ ...config, ...traits }, image, verdicts);
  const { serial, ignored, doubts, files } = image;
  const policy = traits.isShadow ? undefined : shadow;
  return {
    policy,
    shadow,
    file,
    files,
    serial,
    ignored,
    doubts,
    rules: shadow.count,
    digest: image.digest,
  };
}

function traitsOf(
  { name, mode, ede, category }: PolicyConfig,
  { expired }: Pick<ZoneSurroundings, 'expired'>,
): PolicyTraits {
  return { name: name.value, isShadow: mode === 'shadow', ede, category, expired };
}

function compileTransferred(
  config: PolicyConfig,
  whenMissing: 'fail' | 'pass',
  options: ZoneSurroundings,
): Compiled {
  const { transferred, files, verdicts } = options;
  const zone = transferred.get(config.name.value);
  // Without one there is a problem with its name, which is reported already.
  const state = zone === undefined ? MISSING : files.transferred(zone);
  const { standing, image, since } = state;
  const { place } = config.name;
  const traits = {
    ...config,
    ...traitsOf(config, options),
    place,
    fails: whenMissing === 'fail',
  };
  const shadow = attachTransferred(traits, state, verdicts);
  return {
    policy: traits.isShadow ? undefined : shadow,
    shadow,
    file: image?.files[0] ?? place.file,
    standing,
    loadedAt: since,
    rules: shadow.count,
    serial: image?.serial,
    ignored: image?.ignored ?? new Map(),
    doubts: image?.doubts ?? new Map(),
    files: [],
    digest: `${standing} ${image?.digest}`,
  };
}

function compileList(
  config: PolicyConfig,
  format: ListFormat,
  options: ZoneSurroundings,
): Compiled {
  const fetched = fetchedListOf(config, options.config);
  if (fetched !== undefined) return compileFetched(config, fetched, options);
  const { problems } = options;
  const { value, place } = config[format]!;
  const file = resolvePath(options.config, value);
  const image = load({ file, place, expected: 'a list' }, options, {
    read: (files) => files.list(file, format, config.match),
    otherwise: () => readList(new Uint8Array(0), format, file, config.match),
  });
  problems.push(...image.problems);
  return { ...attach(config, image, options), files: image.files, digest: image.digest };
}

/** While a list has never been fetched, queries pass as if there were no such policy. */
function compileFetched(
  config: PolicyConfig,
  list: FetchedList,
  options: ZoneSurroundings,
): Compiled {
  const { standing, image, since } = options.files.fetched(list);
  const { format, shown, match } = list;
  const present = image ?? readList(new Uint8Array(0), format, shown, match);
  const digest = `${standing} ${present.digest}`;
  const attached = attach(config, present, options);
  return { ...attached, fetchedFrom: shown, standing, loadedAt: since, files: [], digest };
}

function attach(config: PolicyConfig, image: ListImage, options: ZoneSurroundings) {
  const traits = traitsOf(config, options);
  const action = config.action ?? DEFAULT_LIST_ACTION;
  const shadow = attachList({ ...traits, action }, image, options.verdicts);
  const policy = traits.isShadow ? undefined : shadow;
  const { ignored, hints } = image;
  const file = image.files[0]!;
  return { policy, shadow, file, ignored, hints, rules: shadow.count, serial: undefined };
}

/** An image of a file; when it cannot be read, that is a problem, and an empty one goes on. */
function load<T>(
  { file, place, expected }: { file: string; place: Place; expected: string },
  { files, problems }: ZoneSurroundings,
  { read, otherwise }: { read: (files: PolicyFiles) => T; otherwise: () => T },
): T {
  try {
    return read(files);
  } catch (error) {
    const message = `${file} cannot be read: ${(error as Error).message}; expect ${expected}`;
    problems.push({ ...place, message });
    return otherwise();
  }
}
