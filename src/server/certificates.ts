/** The certificates of the listeners: read at the start, at a reload, and when a file has changed. */

import { unwatchFile, watchFile } from 'node:fs';
import {
  type Certificate,
  certificateFiles,
  certificateWarnings,
  readCertificates,
} from '../config/certificates.ts';
import type { Config } from '../config/config.ts';
import { ConfigError, formatProblem } from '../config/problem.ts';
import type { Logger } from '../log.ts';
import type { Endpoint } from '../net/address.ts';
import { renewTicketKeys } from '../transport/tls-handshakes.ts';

/** How often the files are looked at. */
const FOLLOW_MS = 2000;
/** How often the certificates in use are looked at, which expire by themselves, and tickets sealed otherwise. */
const AGE_MS = 43_200_000;

/** What shows them. */
export interface Shows {
  identify(listener: Endpoint, certificates: readonly Certificate[]): void;
}

/** The admin HTTP, which shows its own. */
type ShowsAdmin = (certificates: readonly Certificate[]) => void;

type ByListener = ReturnType<typeof readCertificates>;

export class Certificates {
  /** Set when the admin HTTP listens. */
  showAdmin: ShowsAdmin = () => {};
  readonly #shell: Shows;
  readonly #log: Logger;
  #config: Config;
  #inUse: ByListener;
  #files: readonly string[] = [];
  readonly #aging: NodeJS.Timeout;

  /** Throws a ConfigError for files that cannot be used. */
  constructor(config: Config, shell: Shows, log: Logger) {
    this.#config = config;
    this.#shell = shell;
    this.#log = log;
    this.#inUse = readCertificates(config);
    this.#aging = setInterval(() => this.#age(), AGE_MS).unref();
    this.#watch(config);
  }

  of(listener: number): readonly Certificate[] | undefined {
    return this.#inUse[listener];
  }

  /** Those of the admin HTTP; undefined when it has none. */
  get ofAdmin(): readonly Certificate[] | undefined {
    return this.#inUse.at(-1);
  }

  /** All that are shown, each once. */
  get all(): readonly Certificate[] {
    const all = this.#inUse.flatMap((ofListener) => ofListener ?? []);
    return [...new Map(all.map((one) => [one.file.value, one])).values()];
  }

  /** What an operator should know, with what there is to know of the certificates in use. */
  addWarnings<T extends { readonly warnings: readonly string[] }>(serving: T): T {
    return { ...serving, warnings: [...serving.warnings, ...this.#warnings()] };
  }

  /** Those of another configuration, if they can be used: throws a ConfigError otherwise. */
  read(config: Config): () => void {
    const read = readCertificates(config);
    return () => {
      this.#show(config, read);
      this.#watch(config);
    };
  }

  close(): void {
    clearInterval(this.#aging);
    for (const file of this.#files) unwatchFile(file, this.#renew);
  }

  /** A listener that is not in the other configuration goes on with what it has. */
  #show(config: Config, read: ByListener): void {
    this.#config = config;
    this.#inUse = read;
    for (const [i, { value }] of config.listen.entries()) {
      if (read[i] !== undefined) this.#shell.identify(value, read[i]);
    }
    if (this.ofAdmin !== undefined) this.showAdmin(this.ofAdmin);
  }

  #watch(config: Config): void {
    for (const file of this.#files) unwatchFile(file, this.#renew);
    this.#files = certificateFiles(config);
    for (const file of this.#files) watchFile(file, { interval: FOLLOW_MS }, this.#renew);
  }

  /** A certificate and its key are not changed at the same moment: in between they do not fit. */
  readonly #renew = (): void => {
    try {
      this.#show(this.#config, readCertificates(this.#config));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      for (const problem of error.problems) {
        this.#log.warn(`the certificates stay as they were: ${formatProblem(problem)}`);
      }
      return;
    }
    this.#log.info('certificates read again');
    this.#warn();
  };

  /** Whoever gets hold of what seals tickets can read sessions of TLS 1.2: not for long. */
  #age(): void {
    renewTicketKeys();
    this.#show(this.#config, this.#inUse);
    this.#warn();
  }

  #warnings(): readonly string[] {
    return certificateWarnings(this.#inUse, Date.now());
  }

  #warn(): void {
    for (const warning of this.#warnings()) this.#log.warn(warning);
  }
}
