import { expect } from 'chai';
import { Query } from '../../src/wire/query.ts';
import { formatRequest, writeForwarded, writeVerbatim } from '../../src/wire/request.ts';
import {
  Flag,
  message,
  name,
  octets,
  opt,
  option,
  question,
  record,
  TYPE,
} from '../world/messages.ts';

describe('wire/request formatRequest', () => {
  const asked = { id: 0xabcd, name: name('www.example.com'), type: TYPE.AAAA, rrClass: 1 };
  const questions = [question('www.example.com', TYPE.AAAA)];

  it('asks with RD and EDNS', () => {
    expect(formatRequest(asked)).to.deep.equal(
      message({ id: 0xabcd, flags: Flag.RD, questions, additionals: [opt()] }),
    );
  });

  it('asks as it is told', () => {
    const given = { ...asked, opcode: 5, recursionDesired: false, edns: false };
    expect(formatRequest(given)).to.deep.equal(message({ id: 0xabcd, opcode: 5, questions }));
  });

  it('asks for the root', () => {
    expect(formatRequest({ ...asked, id: 1, name: name('.'), type: TYPE.NS })).to.deep.equal(
      message({
        id: 1,
        flags: Flag.RD,
        questions: [question('.', TYPE.NS)],
        additionals: [opt()],
      }),
    );
  });
});

describe('wire/request from the query of a client', () => {
  const questions = [question('wWw.Example.com', 65_280)];
  const theirs = (dnssecOk: boolean) =>
    opt({ payload: 4096, dnssecOk, options: [option(10, [1, 2, 3, 4, 5, 6, 7, 8])] });

  function parse(octets: Uint8Array): Query {
    const query = new Query();
    query.parse(octets, octets.length);
    return query;
  }

  function forward(octets: Uint8Array, edns: boolean): Uint8Array {
    const out = new Uint8Array(600).fill(0xee);
    return out.slice(0, writeForwarded(out, parse(octets), edns));
  }

  for (const dnssecOk of [true, false]) {
    it(`has an OPT record of ours for that of the client, with DO=${Number(dnssecOk)}`, () => {
      const asked = message({ id: 7, questions, additionals: [theirs(dnssecOk)] });
      expect(forward(asked, true)).to.deep.equal(
        message({ id: 7, questions, additionals: [opt({ dnssecOk })] }),
      );
    });
  }

  it('has an OPT record for a client without one', () => {
    expect(forward(message({ id: 7, questions }), true)).to.deep.equal(
      message({ id: 7, questions, additionals: [opt()] }),
    );
  });

  it('has none for an upstream that does not know EDNS', () => {
    const asked = message({ id: 7, questions, additionals: [theirs(true)] });
    expect(forward(asked, false)).to.deep.equal(message({ id: 7, questions }));
  });

  it('keeps OPCODE, RD, CD and AD, no other flag and no rcode', () => {
    const flags = Flag.RD | Flag.CD | Flag.AD;
    const given = flags | Flag.AA | Flag.TC | Flag.RA | 0x40;
    const asked = message({ flags: given, opcode: 4, rcode: 9, questions });
    expect(forward(asked, false)).to.deep.equal(message({ flags, opcode: 4, questions }));
  });

  it('leaves records out', () => {
    const asked = message({ questions, authorities: [record('.', TYPE.SOA, [0])] });
    expect(forward(asked, false)).to.deep.equal(message({ questions }));
  });

  it('is verbatim for a signed query, and no octet more', () => {
    const tsig = record('key', TYPE.TSIG, [1, 2, 3], { rrClass: 255 });
    const asked = message({ flags: 0x7fff, questions, additionals: [theirs(true), tsig] });
    const query = new Query();
    query.parse(octets(asked, [9, 9, 9]), asked.length);
    const out = new Uint8Array(600);
    expect(out.slice(0, writeVerbatim(out, query))).to.deep.equal(asked);
  });
});
