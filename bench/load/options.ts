/** The command line. */

import { parseArgs } from 'node:util';
import { PEERS, type Peer } from './packages.ts';

const USAGE = `npm run bench:load -- [options]
  --only WORK[,WORK]  only these works, see bench/load/works/
  --peers a,b         only these peers: ${PEERS.join(', ')}; "none" for rcode5 alone
  --seconds N         how long each measurement takes (5)
  --reps N            how many measurements the median is of (5)
  --against COMMIT    the build of another commit too, in the same rounds, and the ratios to it
  --large             policies of ten million rules too
  --quick             a short run that writes no results, to see that all works`;

export interface Options {
  /** Empty for all. */
  readonly only: readonly string[];
  readonly peers: readonly Peer[];
  readonly seconds: number;
  readonly reps: number;
  /** The commit whose build takes part; undefined for none. */
  readonly against: string | undefined;
  readonly isLarge: boolean;
  readonly isQuick: boolean;
}

/** Throws a RangeError that shows how to use it. */
export function parseOptions(args: readonly string[], works: readonly string[]): Options {
  const values = read(args);
  const isQuick = values.quick;
  const only = split(values.only);
  const peers = values.peers === 'none' ? [] : split(values.peers);
  const unknown = [
    ...only.filter((name) => !works.includes(name)),
    ...peers.filter((name) => !isPeer(name)),
  ];
  if (unknown.length > 0) throw usage(`unknown: ${unknown.join(', ')}`);
  return {
    only,
    peers: values.peers === undefined ? PEERS : peers.filter(isPeer),
    seconds: count(values.seconds ?? (isQuick ? '0.5' : '5')),
    reps: count(values.reps ?? (isQuick ? '1' : '5')),
    against: values.against,
    isLarge: values.large,
    isQuick,
  };
}

function read(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string' },
        peers: { type: 'string' },
        seconds: { type: 'string' },
        reps: { type: 'string' },
        against: { type: 'string' },
        large: { type: 'boolean', default: false },
        quick: { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw usage((error as Error).message);
  }
}

function split(list = ''): string[] {
  return list.split(',').filter(Boolean);
}

function isPeer(name: string): name is Peer {
  return PEERS.some((peer) => peer === name);
}

function count(text: string): number {
  const value = Number(text);
  if (value > 0) return value;
  throw usage(`"${text}" is not a number above 0`);
}

function usage(problem: string): RangeError {
  return new RangeError(`${problem}\n\n${USAGE}`);
}
