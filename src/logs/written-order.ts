/** The order in which the files of one log were written. */

/** `decisions.log`, `decisions.log.1`, `decisions.log.2.gz`, `decisions.log-20261120.gz` */
const ROTATED = /^(.+?)(?:\.(\d{1,6})|-(\d{8,14}))?(?:\.gz)?$/s;

/** The log that a file is of, by its name: `decisions.log` of `decisions.log.2.gz`. */
export function logOf(file: string): string {
  return ROTATED.exec(file)?.[1] ?? file;
}

/** Kinds of names, in the order of what is in the files. */
const Kind = { DATED: 0, NUMBERED: 1, CURRENT: 2 } as const;

/**
 * Sorts files so that the oldest of each log comes first: a dated one, then the one with the highest
 * number, last the one without. Logs stay in the order of their first file.
 */
export function inWrittenOrder(files: readonly string[]): string[] {
  const logs = new Map<string, { file: string; kind: number; age: number }[]>();
  for (const file of files) {
    const [, log, number, date] = ROTATED.exec(file) ?? [undefined, file];
    const group = logs.get(log!) ?? [];
    logs.set(log!, group);
    if (date !== undefined) group.push({ file, kind: Kind.DATED, age: -Number(date) });
    else if (number !== undefined) group.push({ file, kind: Kind.NUMBERED, age: Number(number) });
    else group.push({ file, kind: Kind.CURRENT, age: 0 });
  }
  return [...logs.values()].flatMap((group) =>
    group.sort((a, b) => a.kind - b.kind || b.age - a.age).map(({ file }) => file),
  );
}
