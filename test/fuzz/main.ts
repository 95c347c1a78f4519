/**
 * `npm run fuzz -- --target wire --seconds 60 --seed 1`: tries the program with inputs that
 * nobody would send in good faith. What fails is written to `--out`; from there it goes into the
 * corpus, with a name that says what it is. The same seed makes the same inputs.
 */

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fuzz } from './fuzzing.ts';
import { TARGETS } from './targets.ts';

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true, default: TARGETS.map(({ name }) => name) },
    seconds: { type: 'string', default: '10' },
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: join(tmpdir(), 'rcode5-fuzz') },
    keep: { type: 'boolean', default: false },
  },
});

const say = (text: string) => process.stdout.write(`${text}\n`);

/** Writes an input to the folder for what was found. */
function write(target: string, kind: string, input: Uint8Array): string {
  const folder = join(values.out, target);
  mkdirSync(folder, { recursive: true });
  const digest = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const file = join(folder, `${kind}-${digest}.txt`);
  writeFileSync(file, input);
  return file;
}

const unknown = values.target.filter((name) => !TARGETS.some((one) => one.name === name));
const seconds = Number(values.seconds);
const seed = Number(values.seed);
if (unknown.length > 0 || !(seconds > 0) || !Number.isInteger(seed)) {
  const names = TARGETS.map(({ name }) => name).join(', ');
  say(`expect --target of ${names}; --seconds above 0; --seed, a whole number`);
  process.exit(2);
}
for (const target of TARGETS.filter(({ name }) => values.target.includes(name))) {
  const end = performance.now() + seconds * 1000;
  const isEnough = () => performance.now() > end;
  const { runs, fresh, failures } = await fuzz(target, seed, isEnough);
  say(`${target.name}: ${runs} inputs, ${fresh.length} of them new in kind`);
  if (values.keep) for (const input of fresh) write(target.name, 'fresh', input);
  for (const { input, error, isAlone } of failures) {
    const file = write(target.name, 'failure', input);
    say(`  ${isAlone ? '' : 'after others only: '}${error.stack ?? error.message}\n  ${file}`);
    process.exitCode = 1;
  }
}
// A target may have left connections.
process.exit();
