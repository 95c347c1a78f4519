import { expect } from 'chai';
import { formatEde } from '../../src/wire/opt.ts';
import { Query } from '../../src/wire/query.ts';
import { ResponseWriter } from '../../src/wire/response.ts';
import {
  ede,
  Flag,
  type MessageParts,
  message,
  opt,
  question,
  record,
  TO_QUESTION,
  TYPE,
  withRoom,
} from '../world/messages.ts';

const writer = new ResponseWriter();
const answers = [record(TO_QUESTION, TYPE.A, [192, 0, 2, 1])];

/** An upstream's answer to `www.example.com`, made the answer to a client's query. */
function adopt(asked: MessageParts, upstream: MessageParts, rcode = 0): Uint8Array {
  const client = message({ questions: [question('wWw.Example.com')], ...asked });
  const query = new Query();
  query.parse(client, client.length);
  const answer = message({ questions: [question('www.example.com')], answers, ...upstream });
  writer.adopt(query, withRoom(answer), answer.length, rcode);
  writer.end();
  return writer.octets.slice(0, writer.length);
}

describe('wire/response adopt', () => {
  it("has the client's ID and the case of the client's question", () => {
    expect(adopt({ id: 0x1234 }, { id: 0x9999, flags: Flag.QR })).to.deep.equal(
      message({ id: 0x1234, flags: Flag.QR, questions: [question('wWw.Example.com')], answers }),
    );
  });

  const edns = { additionals: [opt()] };
  const secure = { additionals: [opt({ dnssecOk: true })] };
  const cases: { rule: string; asked: MessageParts; given: number; flags: number }[] = [
    { rule: 'RD is that of the client', asked: { flags: Flag.RD }, given: 0, flags: Flag.RD },
    { rule: 'RD of the upstream goes', asked: {}, given: Flag.RD, flags: 0 },
    { rule: 'CD is that of the client', asked: { flags: Flag.CD }, given: 0, flags: Flag.CD },
    { rule: 'CD of the upstream goes', asked: {}, given: Flag.CD, flags: 0 },
    { rule: 'AA and RA stay', asked: {}, given: Flag.AA | Flag.RA, flags: Flag.AA | Flag.RA },
    { rule: 'TC stays', asked: {}, given: Flag.TC, flags: Flag.TC },
    { rule: 'AD goes when nobody asked for it', asked: edns, given: Flag.AD, flags: 0 },
    { rule: 'AD stays for AD=1', asked: { flags: Flag.AD }, given: Flag.AD, flags: Flag.AD },
    { rule: 'AD stays for DO=1', asked: secure, given: Flag.AD, flags: Flag.AD },
    { rule: 'AD is not made up', asked: { ...secure, flags: Flag.AD }, given: 0, flags: 0 },
  ];
  for (const { rule, asked, given, flags } of cases) {
    it(rule, () => {
      const adopted = adopt(asked, { flags: Flag.QR | given });
      expect((adopted[2]! << 8) | adopted[3]!).to.equal(Flag.QR | flags);
    });
  }

  it('keeps OPCODE and has the rcode it is given', () => {
    const adopted = adopt({ opcode: 5 }, { flags: Flag.QR, opcode: 5, rcode: 2, answers: [] }, 5);
    expect((adopted[2]! << 8) | adopted[3]!).to.equal(Flag.QR | (5 << 11) | 5);
  });

  it("has an OPT record of ours for a client with EDNS, with the client's DO", () => {
    expect(adopt(secure, { flags: Flag.QR }).subarray(-11)).to.deep.equal(opt({ dnssecOk: true }));
    expect(adopt(edns, { flags: Flag.QR }).subarray(-11)).to.deep.equal(opt());
  });

  it('has the upper bits of the rcode in the OPT record', () => {
    const adopted = adopt(edns, { flags: Flag.QR, rcode: 7 }, 23);
    expect(adopted[3]! & 0x0f).to.equal(7);
    expect(adopted.subarray(-11)).to.deep.equal(opt({ extendedRcode: 1 }));
  });

  it('counts the OPT record with the additional records of the upstream', () => {
    const glue = record(TO_QUESTION, TYPE.AAAA, new Uint8Array(16));
    expect(adopt(edns, { flags: Flag.QR, additionals: [glue] })).to.deep.equal(
      message({
        flags: Flag.QR,
        questions: [question('wWw.Example.com')],
        answers,
        additionals: [glue, opt()],
      }),
    );
  });

  for (const [what, authorities] of [
    ['alone', []],
    ['with a record', [record('.', TYPE.NS, [0])]],
  ] as const) {
    it(`gives the question to an error that came without one, ${what}`, () => {
      const upstream = { flags: Flag.QR, rcode: 2, questions: [], answers: [], authorities };
      for (const additionals of [[], [opt()]]) {
        expect(adopt({ id: 7, additionals }, upstream, 2)).to.deep.equal(
          message({
            id: 7,
            flags: Flag.QR,
            rcode: 2,
            questions: [question('wWw.Example.com')],
            additionals,
          }),
        );
      }
    });
  }

  it('takes options', () => {
    adopt(edns, { flags: Flag.QR });
    expect(writer.options(formatEde(22, 'why'))).to.equal(true);
    const last = opt({ options: [ede(22, 'why')] });
    expect(writer.octets.slice(writer.length - last.length, writer.length)).to.deep.equal(last);
  });

  it('leaves the query as it was', () => {
    const client = message({ id: 1, questions: [question('www.example.com')] });
    const query = new Query();
    query.parse(client.slice(), client.length);
    const answer = message({ id: 2, flags: Flag.QR, questions: [question('www.example.com')] });
    writer.adopt(query, withRoom(answer), answer.length, 0);
    writer.end();
    expect(query.message).to.deep.equal(client);
  });
});
