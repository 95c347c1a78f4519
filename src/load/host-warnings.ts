/** What of a configuration this host has no place for: files that `serve` would write, and cannot. */

import { accessSync, constants, existsSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Config, resolvePath } from '../config/config.ts';
import { formatPlace } from '../config/problem.ts';

type PolicyConfig = Config['policies'][number]['value'];

/** A warning each; another host, or the user that serves, may have what is missing here. */
export function hostWarnings(config: Config): readonly string[] {
  const { to } = config.decisionLog;
  const log = to.value === 'stdout' ? undefined : resolvePath(config, to.value);
  const lost = log === undefined ? undefined : whyUnwritable(log, dirname(log));
  return [
    ...(lost === undefined
      ? []
      : [
          `${formatPlace(to.place)}: decisionLog.to ${log} cannot be written here: ${lost}; serve will not start`,
        ]),
    ...config.policies.flatMap(({ value }) => cacheWarning(config, value)),
  ];
}

function cacheWarning(config: Config, policy: PolicyConfig): readonly string[] {
  const file = policy.cacheFile ?? cacheOf(policy.rpz?.value);
  if (file === undefined) return [];
  const path = resolvePath(config, file);
  // Folders that are missing are made.
  const why = whyUnwritable(path, nearestFolder(dirname(path)));
  if (why === undefined) return [];
  const place = formatPlace(policy.name.place);
  return [
    `${place}: cacheFile ${path} cannot be written here: ${why}; a restart will have no copy`,
  ];
}

function cacheOf(zone: NonNullable<PolicyConfig['rpz']>['value'] | undefined): string | undefined {
  return typeof zone === 'object' ? zone.cacheFile : undefined;
}

function nearestFolder(folder: string): string {
  return existsSync(folder) || folder === dirname(folder) ? folder : nearestFolder(dirname(folder));
}

/** What keeps this user from writing a file, which is made in `folder` if it is not there. */
function whyUnwritable(path: string, folder: string): string | undefined {
  if (existsSync(path)) {
    if (statSync(path).isDirectory()) return 'it is a folder';
    return isWritable(path) ? undefined : 'this user must not write it';
  }
  if (!existsSync(folder)) return `there is no folder ${folder}`;
  if (!statSync(folder).isDirectory()) return `${folder} is no folder`;
  return isWritable(folder) ? undefined : `this user must not write into ${folder}`;
}

function isWritable(path: string): boolean {
  try {
    accessSync(path, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
