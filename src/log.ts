/** The operational log: what the program itself has to say. The door to pino. */

import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';

export type { Logger };

/** JSON lines on stderr; plain lines when a person is watching there. */
export function createLog(): Logger {
  const options = { base: null, timestamp: pino.stdTimeFunctions.isoTime };
  if (process.stderr.isTTY) return pino(options, plainLines());
  return pino(options, pino.destination({ dest: 2, sync: true }));
}

/** A log that nobody reads. */
export function silentLog(): Logger {
  return pino({ level: 'silent' });
}

function plainLines(): Writable {
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      const { level, time, msg } = JSON.parse(chunk.toString('utf8'));
      const name = pino.levels.labels[level] ?? String(level);
      process.stderr.write(`${String(time).slice(11, 19)} ${name.padEnd(5)} ${msg}\n`, done);
    },
  });
}
