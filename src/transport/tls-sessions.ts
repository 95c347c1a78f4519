/** Sessions that later connections to one upstream go on with (RFC 8446 section 2.2). */

/** As many as there may be connections that ask for one at a time. */
const MOST = 4;

export class TlsSessions<S> {
  #kept: S[] = [];
  readonly #drop: (session: S) => void;

  /** `drop` is called for those that nobody takes. */
  constructor(drop: (session: S) => void = () => {}) {
    this.#drop = drop;
  }

  keep(session: S): void {
    this.#kept.push(session);
    if (this.#kept.length > MOST) this.#drop(this.#kept.shift()!);
  }

  /** The newest. Each is used once, so that nobody can tell connections of one client (appendix C.4). */
  take(): S | undefined {
    return this.#kept.pop();
  }

  clear(): void {
    for (const session of this.#kept) this.#drop(session);
    this.#kept = [];
  }
}
