/** Zone text of any kind, read and compiled to rules. */

import { VerdictTable } from '../../src/decision/verdict.ts';
import { attachRpz, readRpz } from '../../src/policy/rpz/rpz-zone.ts';
import { ZoneReader } from '../../src/policy/zone-text/zone-text.ts';
import { nameLength } from '../../src/wire/name.ts';
import { asked } from '../world/asked.ts';
import { plainly } from './fuzzing.ts';
import { hold, type Target } from './target.ts';

const NAMES: readonly string[] = ['bad.example', 'x.bad.example', 'localhost', '.', 'a.b.c.d.e'];
/** Records that `$GENERATE` may make of an input before reading it is given up. */
const MOST_RECORDS = 100_000;

export const zone: Target = {
  name: 'zone',
  run(input) {
    const seen = new Set<string>();
    readRecords(input, seen);
    const image = readRpz(input, 'given');
    const traits = { name: 'fuzz', isShadow: false, ede: 'blocked', breakDnssec: false } as const;
    const policy = attachRpz({ ...traits, recursiveOnly: false }, image, new VerdictTable());
    for (const name of NAMES) {
      const query = asked(name);
      policy.judgeName(query, query);
    }
    for (const kind of image.ignored.keys()) seen.add(kind);
    return [...seen].sort().join(' ');
  },
  mutate: plainly([
    ...['$ORIGIN ', '$TTL ', '$INCLUDE ', '$GENERATE 1-9 ', '$GENERATE 0-65535/1 h$ A 192.0.2.$'],
    ...['\x24{0,3,d}', '$', ' IN ', ' CH ', ' 300 ', ' 1w2d ', ' A ', ' AAAA ', ' CNAME ', ' TXT '],
    ...[' SOA ', ' MX ', ' HTTPS ', ' CAA ', ' TYPE65280 ', ' DNAME ', ' NAPTR ', '\\# 4 '],
    ...['0a000001', '192.0.2.1', '2001:db8::1', '.rpz-ip', '.rpz-client-ip', '.rpz-nsdname'],
    ...['32.1.2.0.192', '128.zz.db8.2001', 'rpz-drop.', 'rpz-passthru.', 'rpz-tcp-only.', '*.'],
    ...['\\255', '\\256', '\\', '"', '(', ')', ';', '@', '\n', '\r\n', '\t', '\ufeff', 'ü', '\0'],
    ...['alpn=h2', 'key65535="x"', 'ipv4hint=192.0.2.1', '99999999999', '-1', '4294967296'],
  ]),
};

/** Reads each record; what it says of the wrong ones has a place in the text. */
function readRecords(input: Uint8Array, seen: Set<string>): void {
  const reader = new ZoneReader(input);
  let count = 0;
  while (count++ < MOST_RECORDS && reader.next()) {
    hold(nameLength(reader.owner) === reader.ownerLength, 'an owner that is no whole name');
    hold(reader.ownerLength <= 255, `an owner of ${reader.ownerLength} octets`);
    const before = reader.problems.count;
    const rdata = reader.rdata();
    const told = reader.problems.count - before;
    hold(told === (rdata === undefined ? 1 : 0), `${told} problems of one record`);
    hold((rdata?.length ?? 0) <= 0xffff, `data of ${rdata?.length} octets`);
    seen.add(`type ${reader.type}`);
  }
  hold(count <= MOST_RECORDS, 'no end');
  const lines = input.filter((octet) => octet === 0x0a).length + 1;
  for (const { line, column, message } of reader.problems.kept) {
    hold(line >= 1 && line <= lines && column >= 1, `${line}:${column} is no place: ${message}`);
    seen.add(message.replace(/"[^"]*"|\d+/g, '…'));
  }
}
