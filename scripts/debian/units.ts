/** The units of the package: those of `config/deploy/systemd`, for the places that Debian has. */

import { readFileSync } from 'node:fs';

const UNIT = 'config/deploy/systemd/rcode5.service';

/** What is another thing in a package than in a folder of one's own. */
const CHANGES: readonly (readonly [string | RegExp, string])[] = [
  [/^#[^[]*(?=\[Unit\])/, '# rcode5, as its own user, with one capability.\n\n'],
  [/^Documentation=.*$/m, 'Documentation=man:rcode5(1) man:rcode5.yaml(5)'],
  [
    /^# Secrets and .*\nEnvironmentFile=.*$/m,
    '# Secrets.\nEnvironmentFile=-/etc/rcode5/rcode5.env',
  ],
  [/^ExecStart=\S+ \S+/m, 'ExecStart=/usr/bin/rcode5'],
];

export function unit(text: string = readFileSync(UNIT, 'utf8')): string {
  return change(text, CHANGES);
}

/**
 * The other process of an upgrade, which serves while the first one is replaced. It is not tried again: what
 * it cannot serve goes on to be served by the old version.
 */
export function nextUnit(text?: string): string {
  return change(unit(text), [
    [/^#.*\n/, '# The new version beside the old one, while a package is upgraded.\n'],
    [/^# Tried again .*\nStartLimitIntervalSec=0\n/m, ''],
    [/^Restart=always\nRestartSec=.*$/m, 'Restart=no'],
    [/\n\[Install\]\n[^[]*$/, ''],
  ]);
}

/** Throws a RangeError when a place is not found: the unit that the package is made from has changed. */
function change(text: string, changes: typeof CHANGES): string {
  return changes.reduce((changed, [from, to]) => {
    const next = changed.replace(from, to);
    if (next !== changed) return next;
    throw new RangeError(`${UNIT} has no ${from}; expect scripts/debian/units.ts to know it`);
  }, text);
}
