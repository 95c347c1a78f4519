/** Where records wait until a receiver has them. */

/** A place between two lines of a log. */
export interface Position {
  /** Of the file: see `LogFile`. */
  readonly file: string;
  /** Octets before it, unpacked. */
  readonly offset: number;
}

export interface Taken {
  readonly lines: readonly string[];
  /** Undefined where nothing is kept. */
  readonly position: Position | undefined;
}

/** Where records wait. */
export interface Source {
  readonly gaps: number;
  readonly torn: number;
  readonly dropped?: number;
  read(now: number): Promise<Taken | undefined>;
  /** Octets that wait, about. */
  behind(): number;
  close(): void;
}
