/** What dig and kdig show of an answer. */

import { expect } from 'chai';
import { run } from './processes.ts';

/** One answer, read from the text that people read. */
export interface Shown {
  readonly status: string | undefined;
  /** Like `qr rd ra`. */
  readonly flags: string | undefined;
  readonly answers: number;
  /** Octets. */
  readonly size: number;
  /** INFO-CODEs of Extended DNS Errors. */
  readonly ede: readonly number[];
  readonly hasOpt: boolean;
  readonly text: string;
}

/** Asks 127.0.0.1 once; the arguments are those of dig: `dig(5300, '-b', '127.0.1.1', 'a.example')`. */
export function dig(port: number, ...args: readonly string[]): Promise<Shown> {
  return ask('dig', port, ['+tries=1', '+time=5', '+nocookie', ...args]);
}

export function kdig(port: number, ...args: readonly string[]): Promise<Shown> {
  return ask('kdig', port, ['+retry=0', '+time=5', ...args]);
}

async function ask(command: string, port: number, args: readonly string[]): Promise<Shown> {
  const { stdout, stderr } = await run(command, ['@127.0.0.1', '-p', String(port), ...args]);
  const text = stdout + stderr;
  return {
    status: /opcode: \w+[,;] status: (\w+)/.exec(text)?.[1],
    flags: /[Ff]lags: ([a-z ]*);/.exec(text)?.[1],
    answers: Number(/ANSWER: (\d+)/.exec(text)?.[1]),
    size: Number(/(?:rcvd: |Received )(\d+)/.exec(text)?.[1]),
    ede: [...text.matchAll(/EDE: (\d+)/g)].map(([, code]) => Number(code)),
    hasOpt: /OPT PSEUDOSECTION|EDNS PSEUDOSECTION/.test(text),
    text,
  };
}

/** Ways to ask; `opt` is what the answer's OPT record must show, and without it there is none. */
export const WAYS = [
  { way: 'dig by UDP', ask: dig, args: [], transport: 'udp', opt: 'flags:;' },
  { way: 'dig by TCP', ask: dig, args: ['+tcp'], transport: 'tcp', opt: 'flags:;' },
  { way: 'dig without EDNS', ask: dig, args: ['+noedns'], transport: 'udp' },
  { way: 'dig by TCP without EDNS', ask: dig, args: ['+tcp', '+noedns'], transport: 'tcp' },
  { way: 'dig with DO', ask: dig, args: ['+dnssec'], transport: 'udp', opt: 'flags: do;' },
  { way: 'kdig by UDP', ask: kdig, args: [], transport: 'udp' },
  { way: 'kdig by TCP', ask: kdig, args: ['+tcp'], transport: 'tcp' },
  { way: 'kdig with EDNS', ask: kdig, args: ['+edns'], transport: 'udp', opt: 'flags: ;' },
  { way: 'kdig with DO', ask: kdig, args: ['+dnssec'], transport: 'udp', opt: 'flags: do;' },
] as const;
export type Way = (typeof WAYS)[number];

/** An OPT record is answered with an OPT record, and with nothing else (RFC 6891 section 7). */
export function expectOpt(shown: Shown, way: Way): void {
  expect(shown.hasOpt, 'has an OPT record').to.equal('opt' in way);
  if ('opt' in way) expect(shown.text).to.contain(way.opt);
}
