import { expect } from 'chai';
import { copyRecord } from '../../src/wire/copied-record.ts';
import { RecordCursor } from '../../src/wire/records.ts';
import { message, name, type Octets, octets, pointer, question, record } from '../messages.ts';

const ASKED = question('www.example');
/** Where `example` stands in the question. */
const EXAMPLE = pointer(16);
const RP = 17;

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

  it('has nothing of a record whose names are malformed', () => {
    expect(copy(pointer(12 + ASKED.length + 12))).to.equal(undefined);
    expect(copy(octets(EXAMPLE, EXAMPLE), 14)).to.equal(undefined);
  });
});
