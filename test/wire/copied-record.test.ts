import { expect } from 'chai';
import fc from 'fast-check';
import { copyRecord } from '../../src/wire/copied-record.ts';
import { RecordCursor } from '../../src/wire/records.ts';
import { readMessage } from '../world/message-text.ts';
import {
  message,
  name,
  type Octets,
  octets,
  pointer,
  question,
  record,
} from '../world/messages.ts';
import { writeRecord } from '../world/record-text.ts';

const ASKED = question('www.example');
/** Where `example` stands in the question. */
const EXAMPLE = pointer(16);
const RP = 17;

/** With each `example` in it as a pointer to the one in the question. */
function compressed(line: string): Uint8Array {
  const plain = writeRecord(line);
  const text = Buffer.from(plain).toString('latin1');
  const typeAt = text.indexOf('\0') + 1;
  const rdataAt = typeAt + 10;
  const shorter = (part: string) =>
    Buffer.from(part.replaceAll('\x07example\0', '\xc0\x10'), 'latin1');
  const rdata = shorter(text.slice(rdataAt));
  const type = (plain[typeAt]! << 8) | plain[typeAt + 1]!;
  return record(shorter(text.slice(0, typeAt)), type, rdata, { ttl: 60 });
}

function copy(rdata: Octets, length?: number) {
  const whole = message({ questions: [ASKED], answers: [record(EXAMPLE, RP, rdata, { ttl: 60 })] });
  const cursor = new RecordCursor();
  cursor.start(whole, whole.length);
  expect(cursor.next()).to.equal(true);
  return copyRecord(whole, length ?? whole.length, cursor);
}

describe('wire/copied-record', () => {
  it('writes out all names', () => {
    const host = octets([4], Buffer.from('host'), EXAMPLE);
    const rdata = octets(name('host.example'), name('example'));
    expect(copy(octets(host, EXAMPLE))).to.deep.equal({
      owner: name('example'),
      data: { type: RP, ttl: 60, rdata },
    });
  });

  it('makes records that say the same in another message', () => {
    const anyText = fc.constantFrom('www.example', 'example', 'a.example', 'b.c', '.');
    const anyLine = fc.tuple(
      anyText,
      fc.oneof(
        anyText.map((text) => `CNAME ${text}`),
        anyText.map((text) => `MX 10 ${text}`),
        fc.tuple(anyText, anyText).map(([one, other]) => `SOA ${one} ${other} 1 2 3 4 5`),
        fc.constantFrom('A 192.0.2.1', 'TXT "text"', 'TYPE65280 \\# 2 c00c'),
      ),
    );
    fc.assert(
      fc.property(fc.array(anyLine, { minLength: 1, maxLength: 5 }), (lines) => {
        const answers = lines.map(([owner, rest]) => compressed(`${owner} 60 ${rest}`));
        const whole = message({ questions: [ASKED], answers });
        const cursor = new RecordCursor();
        cursor.start(whole, whole.length);
        const copies: Uint8Array[] = [];
        while (cursor.next()) {
          const { owner, data } = copyRecord(whole, whole.length, cursor)!;
          copies.push(record(owner, data.type, data.rdata, { ttl: data.ttl }));
        }
        expect(readMessage(message({ answers: copies })).answer).to.deep.equal(
          readMessage(whole).answer,
        );
      }),
    );
  });

  it('has nothing of a record whose names are malformed', () => {
    expect(copy(pointer(12 + ASKED.length + 12))).to.equal(undefined);
    expect(copy(octets(EXAMPLE, EXAMPLE), 14)).to.equal(undefined);
  });
});
