/**
 * `npm run audit`: known vulnerabilities in what is installed with rcode5, not in what it is built
 * and tested with. Ends with 1 for one of high or critical severity. A registry that has no audits,
 * or none to be reached, is said and is no failure: a build must not depend on it.
 */

import { spawnSync } from 'node:child_process';

/** The parts of npm's report that decide. */
interface Report {
  readonly message?: string;
  readonly metadata?: { readonly vulnerabilities: Readonly<Record<string, number>> };
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string }>>;
}

const BAD: readonly string[] = ['high', 'critical'];

/** What to say of a report, and the exit code. */
export function judgeAudit(output: string): { readonly says: string; readonly code: 0 | 1 } {
  const report = parseReport(output);
  const counts = report?.metadata?.vulnerabilities;
  if (counts === undefined) {
    const why = report?.message ?? 'it gave no report';
    return { says: `audit: NOT DONE, the registry does not tell: ${why}`, code: 0 };
  }
  const found = Object.entries(report?.vulnerabilities ?? {});
  const lines = found.map(([name, { severity }]) => `audit: ${name}: ${severity}`);
  const bad = found.filter(([, { severity }]) => BAD.includes(severity)).length;
  const total = `audit: ${counts['total'] ?? 0} known vulnerabilities, ${bad} of them high or critical`;
  return { says: [...lines, total].join('\n'), code: bad > 0 ? 1 : 0 };
}

function parseReport(output: string): Report | undefined {
  try {
    return JSON.parse(output) as Report;
  } catch {
    return undefined;
  }
}

if (import.meta.main) {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json'], { encoding: 'utf8' });
  const { says, code } = judgeAudit(stdout ?? '');
  console.log(says);
  process.exitCode = code;
}
