/**
 * The policy hash: eight hexadecimal digits over all that the layers were compiled from.
 *
 * Compilers get the configuration and the policy files from here alone, and what they read is in
 * the hash because they read it: no list of sections has to be kept.
 */

import { createHash } from 'node:crypto';
import type { Config } from '../config/config.ts';
import { contentOf } from '../config/content.ts';
import type { ListState } from './lists/fetched-list.ts';
import type { PolicyFiles } from './policy-files.ts';
import type { ZoneState } from './rpz/transfer/transferred-zone.ts';

/**
 * Where the configuration stands, and who serves by it: servers that decide alike share a hash.
 * Secrets are left out in the same way (`contentOf`): the hash is shown to everybody.
 */
const APART: readonly (keyof Config)[] = ['file', 'start', 'node'];

const LENGTH = 8;

export class PolicyHash {
  /** The configuration for compilers: reading a section puts it into the hash. */
  readonly config: Config;
  /** The policy files for compilers: reading one puts its rules into the hash. */
  readonly files: PolicyFiles;
  readonly #config: Config;
  readonly #sections: Set<keyof Config> = new Set();
  readonly #digests: string[] = [];
  #isFinished = false;

  constructor(config: Config, files: PolicyFiles) {
    this.#config = config;
    this.config = this.#observe(config);
    this.files = {
      rpz: (file, override, match) => this.#note(files.rpz(file, override, match)),
      list: (file, format, match) => this.#note(files.list(file, format, match)),
      hosts: (file) => this.#note(files.hosts(file)),
      fetched: (list) => this.#noteState(files.fetched(list)),
      transferred: (zone) => this.#noteState(files.transferred(zone)),
    };
  }

  /** The hash. From now on the configuration throws when a section is read for the first time. */
  finish(expired: number): string {
    this.#isFinished = true;
    const sections = [...this.#sections].sort().map((key) => [key, this.#config[key]]);
    return createHash('sha256')
      .update(`${contentOf([sections, expired, this.#digests])}`)
      .digest('hex')
      .slice(0, LENGTH);
  }

  #note<T extends { readonly digest: string }>(image: T): T {
    this.#digests.push(image.digest);
    return image;
  }

  #noteState<T extends ZoneState | ListState>(state: T): T {
    this.#digests.push(`${state.standing} ${state.image?.digest}`);
    return state;
  }

  #observe(config: Config): Config {
    const read = (key: keyof Config) => {
      if (!this.#sections.has(key)) {
        if (this.#isFinished) throw new Error(`${key} is read after the policy was compiled`);
        this.#sections.add(key);
      }
      return config[key];
    };
    const keys = Object.keys(config) as (keyof Config)[];
    const sections = keys.map((key): [string, PropertyDescriptor] => [
      key,
      APART.includes(key)
        ? { enumerable: true, value: config[key] }
        : { enumerable: true, get: () => read(key) },
    ]);
    return Object.defineProperties({}, Object.fromEntries(sections)) as Config;
  }
}
