import { expect } from 'chai';
import { formatEde } from '../../src/wire/opt.ts';
import { Query, type Transport } from '../../src/wire/query.ts';
import { Section } from '../../src/wire/records.ts';
import { ResponseWriter } from '../../src/wire/response.ts';
import {
  Flag,
  message,
  octets,
  opt,
  question,
  record,
  TO_QUESTION,
  TYPE,
  withRoom,
} from '../world/messages.ts';

const writer = new ResponseWriter();
const ASKED = question('www.example.com');
/** Header and question. */
const BEFORE = 12 + ASKED.length;
/** Owner (a pointer), TYPE, CLASS, TTL, RDLENGTH. */
const RECORD = 12;
const OPT = 11;

interface Limit {
  readonly when: string;
  readonly additionals: Uint8Array[];
  readonly transport?: Transport;
  /** Octets that a response may have. */
  readonly limit: number;
}

const LIMITS: readonly Limit[] = [
  { when: 'without EDNS', additionals: [], limit: 512 },
  { when: 'with a size of 0', additionals: [opt({ payload: 0 })], limit: 512 },
  { when: 'with a size of 900', additionals: [opt({ payload: 900 })], limit: 900 },
  { when: 'with a size of 65535', additionals: [opt({ payload: 65_535 })], limit: 1232 },
  { when: 'by TCP', additionals: [], transport: 'tcp', limit: 65_535 },
  {
    when: 'by TCP with EDNS',
    additionals: [opt({ payload: 512 })],
    transport: 'tcp',
    limit: 65_535,
  },
];

function ask({ additionals, transport = 'udp' }: Omit<Limit, 'limit' | 'when'>): Query {
  const asked = message({ questions: [ASKED], additionals });
  const query = new Query();
  query.transport = transport;
  query.parse(withRoom(asked), asked.length);
  return query;
}

/** The response without records that says TC. */
function truncated(additionals: readonly Uint8Array[]): Uint8Array {
  const flags = Flag.QR | Flag.TC;
  const ours = additionals.length === 0 ? [] : [opt({ payload: 1232 })];
  return message({ flags, questions: [ASKED], additionals: ours });
}

const written = () => writer.octets.slice(0, writer.length);

describe('wire/response size of a response of ours', () => {
  for (const { when, limit, ...asked } of LIMITS) {
    const room = limit - BEFORE - (asked.additionals.length > 0 ? OPT : 0) - RECORD;

    it(`takes a record up to ${limit} octets ${when}`, () => {
      const query = ask(asked);
      writer.begin(query, 0, 0, 0);
      writer.record(Section.ANSWER, writer.ownerOf(0), {
        type: TYPE.TXT,
        ttl: 0,
        rdata: new Uint8Array(room),
      });
      writer.end();
      const response = written();
      expect(response.length).to.equal(limit);
      expect(response[2]! & 0x02).to.equal(0);
      expect(response[7]).to.equal(1);
    });

    it(`is truncated above ${limit} octets ${when}, and stays so`, () => {
      const query = ask(asked);
      writer.begin(query, 0, 0, 0);
      const small = { type: TYPE.A, ttl: 0, rdata: Uint8Array.of(192, 0, 2, 1) };
      writer.record(Section.ANSWER, writer.ownerOf(0), small);
      writer.record(Section.ANSWER, writer.ownerOf(0), {
        ...small,
        rdata: new Uint8Array(room - 15),
      });
      writer.record(Section.ANSWER, writer.ownerOf(0), small);
      writer.end();
      expect(written()).to.deep.equal(truncated(asked.additionals));
    });
  }

  it('has room for an EDE when it is truncated', () => {
    const query = ask({ additionals: [opt()] });
    writer.begin(query, 0, 0, 0);
    writer.truncate();
    writer.end();
    expect(writer.options(formatEde(18))).to.equal(true);
    expect(written()).to.include({ length: BEFORE + OPT + 6 });
  });
});

describe('wire/response size of an upstream answer', () => {
  for (const { when, limit, ...asked } of LIMITS) {
    const room = limit - BEFORE - (asked.additionals.length > 0 ? OPT : 0) - RECORD;
    const answer = (length: number) =>
      message({
        flags: Flag.QR,
        questions: [ASKED],
        answers: [record(TO_QUESTION, TYPE.TXT, new Uint8Array(length))],
      });

    it(`is kept up to ${limit} octets ${when}`, () => {
      const upstream = answer(room);
      writer.adopt(ask(asked), withRoom(upstream), upstream.length, 0);
      writer.end();
      expect(writer.length).to.equal(limit);
      expect(written().subarray(0, upstream.length)).to.deep.equal(
        octets(upstream.subarray(0, 11), [asked.additionals.length], upstream.subarray(12)),
      );
    });

    it(`is truncated above ${limit} octets ${when}`, () => {
      const upstream = answer(room + 1);
      writer.adopt(ask(asked), withRoom(upstream), upstream.length, 0);
      writer.end();
      expect(written()).to.deep.equal(truncated(asked.additionals));
    });
  }
});
