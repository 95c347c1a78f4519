/** Reasons why a file cannot be written, each with what to do. */

import { userInfo } from 'node:os';

const REMEDIES: Readonly<Record<string, () => string>> = {
  ENOENT: () => 'expect a file in a folder that exists',
  EACCES: mayNot,
  EPERM: mayNot,
  EROFS: () =>
    'expect a file elsewhere: this file system is read-only, as most are for a unit with ProtectSystem= but for LogsDirectory=, StateDirectory= and ReadWritePaths=',
  EISDIR: () => 'expect a file, not a folder',
  ENOTDIR: () => 'expect a file in a folder, not in a file',
  ENOSPC: () => 'expect a file where there is room',
  EDQUOT: () => 'expect a file where there is room',
};

/** What the system says, and what is expected in its place. */
export function cannotWrite(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException;
  return `${message}; ${REMEDIES[code]?.() ?? 'expect a file that can be written'}`;
}

function mayNot(): string {
  return `expect a folder that ${userName()} may write to: chown, or LogsDirectory= or StateDirectory= in a systemd unit`;
}

/** By its number where the system has no name for it: a container often has none. */
function userName(): string {
  try {
    return `the user ${userInfo().username}`;
  } catch {
    return `the user ${process.geteuid?.()}`;
  }
}
