/** All that a configuration is made of, read once, so that all threads serve by the same. */

import { type Authorities, readAuthorities } from '../config/authorities.ts';
import { type Config, parseConfig, readConfigText, resolvePath } from '../config/config.ts';
import type { Environment } from '../config/document.ts';
import { ConfigError, type Problem } from '../config/problem.ts';
import { enforceAssertions } from '../explain/assertions.ts';
import { compilePolicy } from '../policy/compile.ts';
import { LIST_FORMATS } from '../policy/lists/list-image.ts';
import {
  type ListStates,
  type PolicyImages,
  RecordedFiles,
  type ZoneStates,
} from '../policy/policy-files.ts';
import { textSize } from '../policy/text-file.ts';
import { startThread } from '../program-files.ts';
import { trimHeap } from '../transport/process-memory.ts';
import { VERSION } from '../version.ts';

/** Bytes of policy zones and lists that are compiled at once: that takes some milliseconds. */
const AT_ONCE = 1 << 20;
/** Keys of a policy that name a file. */
const POLICY_FILES = ['rpz', ...LIST_FORMATS] as const;
/** A byte of assertions takes as long as this many of a policy zone: they are YAML. */
const ASSERTION_WEIGHT = 32;

export interface Source {
  readonly file: string;
  readonly environment: Environment;
  /** When it has been read already. */
  readonly text?: string;
  /** What is there of the zones that come by transfer, by the names of their policies. */
  readonly states?: ZoneStates;
  /** What is there of the lists that come by HTTP, likewise. */
  readonly lists?: ListStates;
}

export interface Snapshot extends Source {
  readonly text: string;
  readonly states: ZoneStates;
  readonly lists: ListStates;
  /** Milliseconds since the epoch: which rules have expired, all threads see alike. */
  readonly takenAt: number;
  /** Policy zones and lists. */
  readonly images: PolicyImages;
  /** Files of authorities that may vouch for upstreams. */
  readonly authorities: Authorities;
}

/**
 * A snapshot in the thread that has read its configuration. Other threads parse the text again: a
 * configuration has secrets (`config/secret.ts`), which cannot be sent to a thread.
 */
export interface TakenSnapshot {
  readonly snapshot: Snapshot;
  readonly config: Config;
}

/** The result of the compile worker. */
export type Compiled = { readonly snapshot: Snapshot } | { readonly problems: readonly Problem[] };

/**
 * Reads a configuration and the policy zones that it names. Throws a ConfigError, also for a
 * configuration that breaks its assertions.
 */
export function takeSnapshot(source: Source): TakenSnapshot {
  const { file, environment, text = readConfigText(file) } = source;
  const config = parseConfig(file, text, environment);
  return { config, snapshot: compileSnapshot({ ...source, text }, config) };
}

function compileSnapshot(source: Source & { readonly text: string }, config: Config): Snapshot {
  const { file, environment, text, states = new Map(), lists = new Map() } = source;
  const files = new RecordedFiles(states, lists);
  const takenAt = Date.now();
  const policy = compilePolicy(config, VERSION, { files, now: takenAt });
  enforceAssertions(policy, environment, takenAt);
  const authorities = readAuthorities(config);
  return { file, environment, text, images: files.images, states, lists, takenAt, authorities };
}

/**
 * The snapshot of a configuration that was parsed, without holding up this thread: a worker does
 * what takes long, and its memory goes with it. Rejects with a ConfigError.
 */
export async function takeSnapshotAside(
  source: Source & { readonly text: string },
  config: Config,
): Promise<Snapshot> {
  if (workOf(config) <= AT_ONCE) return compileSnapshot(source, config);
  const worker = startThread(import.meta.url, './snapshot-thread', {
    workerData: source,
  });
  const compiled = await new Promise<Compiled>((resolve, reject) => {
    worker.once('message', resolve).once('error', reject);
  });
  // What it took on its way is more than what came of it.
  worker.once('exit', trimHeap);
  if ('problems' in compiled) throw new ConfigError(compiled.problems);
  return compiled.snapshot;
}

/** How much there is to read besides the configuration, in bytes of policy zones. */
function workOf(config: Config): number {
  const size = (path: string) => textSize(resolvePath(config, path));
  const policies = config.policies.flatMap(({ value }) =>
    POLICY_FILES.flatMap((key) => value[key]?.value ?? []).map((from) =>
      typeof from === 'string' ? size(from) : 0,
    ),
  );
  const hosts = config.localRecords.files.map(({ value }) => size(value));
  const assertions = config.assertions.map(({ value }) => size(value) * ASSERTION_WEIGHT);
  return [...policies, ...hosts, ...assertions].reduce((sum, work) => sum + work, 0);
}
