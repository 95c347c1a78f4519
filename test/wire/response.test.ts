import { expect } from 'chai';
import { AA, AD, RA } from '../../src/wire/header.ts';
import { formatEde, formatOption } from '../../src/wire/opt.ts';
import { Query, type Transport } from '../../src/wire/query.ts';
import { Section } from '../../src/wire/records.ts';
import { ResponseWriter } from '../../src/wire/response.ts';
import {
  ascii,
  ede,
  Flag,
  message,
  name,
  octets,
  opt,
  option,
  pointer,
  question,
  record,
  TO_QUESTION,
  TYPE,
  withRoom,
} from '../world/messages.ts';

const writer = new ResponseWriter();
const ASKED = question('www.example.com');
const ADDRESS = { type: TYPE.A, ttl: 300, rdata: Uint8Array.of(192, 0, 2, 1) };

/** What `write` makes of a query, written over its octets. */
function respond(
  asked: Uint8Array,
  write: (query: Query) => void,
  transport: Transport = 'udp',
): Uint8Array {
  const query = new Query();
  query.transport = transport;
  query.parse(withRoom(asked), asked.length);
  write(query);
  return writer.octets.slice(0, writer.length);
}

describe('wire/response begin and end', () => {
  it('echoes ID, OPCODE, RD, CD and the question, and says QR', () => {
    const asked = message({ id: 0xbeef, flags: Flag.RD | Flag.CD, questions: [ASKED] });
    const refused = respond(asked, (query) => {
      writer.begin(query, 5, 0, 0);
      writer.end();
    });
    const flags = Flag.QR | Flag.RD | Flag.CD;
    expect(refused).to.deep.equal(message({ id: 0xbeef, flags, rcode: 5, questions: [ASKED] }));
  });

  it('takes no other flag over from the query', () => {
    const given = 0x7fff & ~(Flag.RD | Flag.CD | 0x7800);
    const asked = message({ flags: given, questions: [ASKED] });
    expect(respond(asked, (query) => writer.begin(query, 0, 0, 0))).to.deep.equal(
      message({ flags: Flag.QR, questions: [ASKED] }),
    );
  });

  it('adds the flags it is given', () => {
    const asked = message({ flags: Flag.RD, questions: [ASKED] });
    expect(respond(asked, (query) => writer.begin(query, 3, AA, RA | AD))).to.deep.equal(
      message({
        flags: Flag.QR | Flag.AA | Flag.RD | Flag.RA | Flag.AD,
        rcode: 3,
        questions: [ASKED],
      }),
    );
  });

  it('keeps the case of the question', () => {
    const questions = [question('wWw.eXample.COM', 65_280, 3)];
    const asked = message({ questions });
    expect(respond(asked, (query) => writer.begin(query, 5, 0, 0))).to.deep.equal(
      message({ flags: Flag.QR, rcode: 5, questions }),
    );
  });

  it('has no question when none could be read', () => {
    for (const asked of [
      message({ id: 7 }),
      message({ id: 7, questions: [ASKED, ASKED] }),
      message({ id: 7, questions: [question(pointer(12))] }),
    ]) {
      const answered = respond(asked, (query) => {
        writer.begin(query, 1, 0, 0);
        writer.end();
      });
      expect(answered).to.deep.equal(message({ id: 7, flags: Flag.QR, rcode: 1 }));
    }
  });

  it('drops the records of the query', () => {
    const asked = message({ questions: [ASKED], authorities: [record('.', TYPE.SOA, [0])] });
    expect(respond(asked, (query) => writer.begin(query, 0, 0, 0))).to.deep.equal(
      message({ flags: Flag.QR, questions: [ASKED] }),
    );
  });

  it('has an OPT record of its own for a query with one: our size, its DO, no option', () => {
    for (const dnssecOk of [true, false]) {
      const theirs = opt({ payload: 4096, dnssecOk, options: [option(10, ascii('cookie..'))] });
      const asked = message({ questions: [ASKED], additionals: [theirs] });
      const answered = respond(asked, (query) => {
        writer.begin(query, 5, 0, 0);
        writer.end();
      });
      expect(answered).to.deep.equal(
        message({
          flags: Flag.QR,
          rcode: 5,
          questions: [ASKED],
          additionals: [opt({ payload: 1232, dnssecOk })],
        }),
      );
    }
  });

  it('answers version 0 to any version, with the upper bits of BADVERS', () => {
    const asked = message({ questions: [ASKED], additionals: [opt({ version: 1 })] });
    const answered = respond(asked, (query) => {
      writer.begin(query, 16, 0, 0);
      writer.end();
    });
    expect(answered).to.deep.equal(
      message({
        flags: Flag.QR,
        questions: [ASKED],
        additionals: [opt({ extendedRcode: 1 })],
      }),
    );
  });
});

describe('wire/response record', () => {
  it('writes records owned by suffixes of the question as pointers to it', () => {
    const answered = respond(message({ questions: [ASKED] }), (query) => {
      writer.begin(query, 0, AA, 0);
      writer.record(Section.ANSWER, writer.ownerOf(0), ADDRESS);
      writer.record(Section.ANSWER, writer.ownerOf(0), { ...ADDRESS, ttl: 0xfedcba98 });
      writer.record(Section.AUTHORITY, writer.ownerOf(1), {
        type: TYPE.SOA,
        ttl: 1,
        rdata: ascii('soa'),
      });
      writer.record(Section.ADDITIONAL, writer.ownerOf(2), {
        type: TYPE.TXT,
        ttl: 0,
        rdata: new Uint8Array(0),
      });
      writer.end();
    });
    expect(answered).to.deep.equal(
      message({
        flags: Flag.QR | Flag.AA,
        questions: [ASKED],
        answers: [
          record(TO_QUESTION, TYPE.A, ADDRESS.rdata),
          record(TO_QUESTION, TYPE.A, ADDRESS.rdata, { ttl: 0xfedcba98 }),
        ],
        authorities: [record(pointer(16), TYPE.SOA, ascii('soa'), { ttl: 1 })],
        additionals: [record(pointer(24), TYPE.TXT, [], { ttl: 0 })],
      }),
    );
  });

  it('writes the name of an owner out that no pointer leads to', () => {
    const padding = new Uint8Array(0x4000).fill(1);
    const far = record('alias.example', TYPE.CNAME, name('target.example'));
    const answers = [record(TO_QUESTION, TYPE.TXT, padding), far];
    const octets = message({ flags: Flag.QR, questions: [ASKED], answers });
    const nameAt = octets.length - name('target.example').length;
    const aliases = { octets: withRoom(octets), length: octets.length, answers: 2, nameAt };
    const answered = respond(
      message({ questions: [ASKED] }),
      (query) => {
        writer.beginBehind(query, aliases, 0, 0);
        writer.record(Section.ANSWER, nameAt, ADDRESS);
      },
      'tcp',
    );
    const behind = record('target.example', TYPE.A, ADDRESS.rdata);
    expect(answered).to.deep.equal(
      message({ flags: Flag.QR, questions: [ASKED], answers: [...answers, behind] }),
    );
  });

  it('writes the root itself, not a pointer to it', () => {
    for (const [asked, depth] of [
      ['.', 0],
      ['www.example.com', 3],
    ] as const) {
      const questions = [question(asked, TYPE.NS)];
      const answered = respond(message({ questions }), (query) => {
        writer.begin(query, 0, 0, 0);
        writer.record(Section.AUTHORITY, writer.ownerOf(depth), ADDRESS);
      });
      const authorities = [record('.', TYPE.A, ADDRESS.rdata)];
      expect(answered).to.deep.equal(message({ flags: Flag.QR, questions, authorities }));
    }
  });

  for (const [asked, written] of [
    [1, 1],
    [3, 3],
    [255, 1],
  ] as const) {
    it(`gives a record class ${written} in answer to class ${asked}`, () => {
      const questions = [question('id.server', TYPE.TXT, asked)];
      const answered = respond(message({ questions }), (query) => {
        writer.begin(query, 0, 0, 0);
        writer.record(Section.ANSWER, writer.ownerOf(0), ADDRESS);
      });
      const answers = [record(TO_QUESTION, TYPE.A, ADDRESS.rdata, { rrClass: written })];
      expect(answered).to.deep.equal(message({ flags: Flag.QR, questions, answers }));
    });
  }

  it('counts the OPT record with the additional records', () => {
    const asked = message({ questions: [ASKED], additionals: [opt()] });
    const answered = respond(asked, (query) => {
      writer.begin(query, 0, 0, 0);
      writer.record(Section.ADDITIONAL, writer.ownerOf(0), ADDRESS);
      writer.end();
    });
    const additionals = [record(TO_QUESTION, TYPE.A, ADDRESS.rdata), opt()];
    expect(answered).to.deep.equal(message({ flags: Flag.QR, questions: [ASKED], additionals }));
  });
});

describe('wire/response options', () => {
  const withEdns = message({ questions: [ASKED], additionals: [opt({ payload: 512 })] });

  it('adds options one after the other', () => {
    const answered = respond(withEdns, (query) => {
      writer.begin(query, 5, 0, 0);
      writer.end();
      expect(writer.options(formatEde(18, 'acl'))).to.equal(true);
      expect(writer.options(formatOption(3, ascii('ns1')))).to.equal(true);
    });
    const additionals = [opt({ options: [ede(18, 'acl'), option(3, ascii('ns1'))] })];
    expect(answered).to.deep.equal(
      message({ flags: Flag.QR, rcode: 5, questions: [ASKED], additionals }),
    );
  });

  it('adds none to a response without an OPT record', () => {
    const answered = respond(message({ questions: [ASKED] }), (query) => {
      writer.begin(query, 5, 0, 0);
      writer.end();
      expect(writer.options(formatEde(18))).to.equal(false);
    });
    expect(answered).to.deep.equal(message({ flags: Flag.QR, rcode: 5, questions: [ASKED] }));
  });

  it('adds what fits to the last octet, whole or not at all', () => {
    const before = 12 + ASKED.length + 11;
    const fitting = formatOption(12, new Uint8Array(512 - before - 4));
    const tooLong = formatOption(12, new Uint8Array(512 - before - 3));
    const answered = respond(withEdns, (query) => {
      writer.begin(query, 5, 0, 0);
      writer.end();
      expect(writer.options(tooLong)).to.equal(false);
      expect(writer.options(fitting)).to.equal(true);
      expect(writer.options(formatEde(18))).to.equal(false);
    });
    expect(answered.length).to.equal(512);
    expect(answered).to.deep.equal(
      octets(
        message({
          flags: Flag.QR,
          rcode: 5,
          questions: [ASKED],
          additionals: [opt({ options: [fitting] })],
        }),
      ),
    );
  });
});
