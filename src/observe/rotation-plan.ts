/**
 * Which files a rotation removes, renames and compresses, known from their names alone: a crash
 * between any two steps leaves names from which the next rotation goes on.
 */

export type Step =
  | { readonly kind: 'remove'; readonly name: string }
  | { readonly kind: 'rename'; readonly name: string; readonly to: string };

/** What a file is called while it is being compressed. */
export const PART = '.part';
const GZIP = '.gz';
const NUMBERED = /^\.([1-9]\d{0,8})(\.gz)?(\.part)?$/;

interface OldFile {
  readonly name: string;
  readonly number: number;
  readonly isCompressed: boolean;
  /** What a crash left of a compression. */
  readonly isPart: boolean;
}

/**
 * The steps that make room for a new `log` among the names `present` in its folder: the log
 * becomes number 1, each older file moves on by one, and of those no more than `keep` stay. No
 * step renames to a name that is taken.
 */
export function planRotation(log: string, present: readonly string[], keep: number): Step[] {
  const found = oldFiles(log, present);
  const abandoned = found.filter((file) => isAbandoned(file, found));
  const old = found.filter((file) => !abandoned.includes(file)).sort((a, b) => b.number - a.number);
  const free = firstFree(old);
  // With a gap, files move on only as far as to the gap: it was left by a rotation cut short.
  const last = Math.min(free, keep);
  const tooOld = old.filter(({ number }) => number > keep || (number === keep && free > keep));
  const moved = old.filter(({ number }) => number < last);
  return [
    ...[...abandoned, ...tooOld].map(({ name }) => ({ kind: 'remove', name }) as const),
    ...moved.map(({ name, number, isCompressed }) => {
      const to = `${log}.${number + 1}${isCompressed ? GZIP : ''}`;
      return { kind: 'rename', name, to } as const;
    }),
    ...(present.includes(log) ? [{ kind: 'rename', name: log, to: `${log}.1` } as const] : []),
  ];
}

/** The old files to compress: all but the youngest, in which a thread may have to write still. */
export function planCompression(log: string, present: readonly string[]): string[] {
  const old = oldFiles(log, present);
  return old
    .filter(({ number, isCompressed, isPart }) => number > 1 && !isCompressed && !isPart)
    .filter((file) => !isAbandoned(file, old))
    .map(({ name }) => name);
}

/** What the file is called when it is compressed. */
export function compressedName(name: string): string {
  return `${name}${GZIP}`;
}

function oldFiles(log: string, present: readonly string[]): OldFile[] {
  return present
    .filter((name) => name.startsWith(log))
    .map((name) => ({ name, parts: NUMBERED.exec(name.slice(log.length)) }))
    .filter(({ parts }) => parts !== null)
    .map(({ name, parts }) => ({
      name,
      number: Number(parts![1]),
      isCompressed: parts![2] !== undefined,
      isPart: parts![3] !== undefined,
    }));
}

/** Part of a compression, or a file whose whole compression stands beside it. */
function isAbandoned({ number, isCompressed, isPart }: OldFile, all: readonly OldFile[]): boolean {
  if (isPart) return true;
  return (
    !isCompressed && all.some((one) => one.number === number && one.isCompressed && !one.isPart)
  );
}

function firstFree(old: readonly OldFile[]): number {
  const taken = new Set(old.map(({ number }) => number));
  let number = 1;
  while (taken.has(number)) number++;
  return number;
}
