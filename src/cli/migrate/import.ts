/** From another server's configuration to one of ours, with what it cannot say, and how it was checked. */

import { type Config, parseConfig } from '../../config/config.ts';
import { type Change, findChanges } from '../../diff/changes.ts';
import type { ForeignPolicy } from '../../foreign/foreign-policy.ts';
import type { Left } from '../../foreign/left.ts';
import { compilePolicy, type Policy } from '../../policy/compile.ts';
import type { ListMatch } from '../../policy/lists/list-match.ts';
import { RecordedFiles } from '../../policy/policy-files.ts';
import type { Override, RpzImage } from '../../policy/rpz/rpz-image.ts';
import { readRpz } from '../../policy/rpz/rpz-zone.ts';
import { readTextFile } from '../../policy/text-file.ts';
import { VERSION } from '../../version.ts';
import { assertionsOf } from './assertions.ts';
import { behavioursOf } from './behaviours.ts';
import { draft, keptGroups } from './draft.ts';
import { isCounted } from './expected-changes.ts';

export interface Imported {
  /** The configuration, in YAML. */
  readonly text: string;
  /** What it decides. */
  readonly policy: Policy;
  /** Files beside it that it names, by their paths from there. */
  readonly files: ReadonlyMap<string, string>;
  /** Assertions that hold the old server's decisions. */
  readonly assertions: string;
  readonly left: readonly Left[];
  /** What is decided otherwise all the same. */
  readonly changes: readonly Change[];
  /** Those of them by which somebody is served whom the old server does not serve. */
  readonly opened: readonly Change[];
}

export interface ImportOptions {
  /** As it was named; rules are shown with it. */
  readonly file: string;
  /** Where the old server answers its own zones from now on. */
  readonly keep: string;
}

/** The file that the configuration is written to, as its decisions name it. */
export const IMPORTED_FILE = 'rcode5.yaml';

export function importPolicy(foreign: ForeignPolicy, { file, keep }: ImportOptions): Imported {
  const { policy, program, left } = foreign;
  const behaviours = behavioursOf(foreign);
  const { text, files, secrets, left: unspoken } = draft({ program, file, behaviours, keep });
  // Secrets are not read: any will do for a configuration that nobody serves by.
  const variables = Object.fromEntries([...secrets.keys()].map((name) => [name, NO_SECRET]));
  const config: Config = parseConfig(IMPORTED_FILE, text, variables);
  const ours = compilePolicy(config, VERSION, { files: new DraftFiles(files) });
  const kept = keptGroups(text, keep);
  const changes = findChanges(policy, ours).filter((change) => isCounted(change, kept));
  return {
    ...{ text, files, changes, policy: ours },
    left: [...left.map(asCarried), ...unspoken, ...secretsLeft(secrets, file)],
    assertions: assertionsOf(behaviours),
    opened: changes.filter(opens),
  };
}

/** 16 octets. */
const NO_SECRET = 'AAAAAAAAAAAAAAAAAAAAAA==';

/** The draft's own files, and those of the old server; nothing has been transferred yet. */
class DraftFiles extends RecordedFiles {
  readonly #files: ReadonlyMap<string, string>;

  constructor(files: ReadonlyMap<string, string>) {
    super(new Map(), new Map());
    this.#files = files;
  }

  override rpz(file: string, override: Override, match?: ListMatch): RpzImage {
    const own = this.#files.get(file);
    if (own === undefined) return super.rpz(file, override, match);
    return readRpz(Buffer.from(own), override, { file, readText: readTextFile });
  }
}

/** Of what is written all the same only this is left: nobody could compare it. */
function asCarried(left: Left): Left {
  if (left.isCarried !== true) return left;
  const instead = 'written as a policy that transfers it: its rules could not be compared';
  return { ...left, instead, decides: false };
}

function secretsLeft(secrets: ReadonlyMap<string, string>, file: string): readonly Left[] {
  return [...secrets].map(([variable, key]) => ({
    place: { file, line: 1, column: 1 },
    what: `the secret of key "${key}"`,
    instead: `it is not written anywhere: set the variable ${variable} to it, and algorithm where it is not hmac-sha256`,
    decides: false,
  }));
}

/** Whether somebody is served now who was not. */
function opens({ old, new: now }: Change): boolean {
  const wasShut = old.action === 'refuse' || old.action === 'drop' || old.rcode === 'REFUSED';
  return wasShut && (now.action === 'forward' || now.action === 'answer');
}
