/** What dns2, written by others, makes of the same octets. */

import { expect } from 'chai';
import { Packet, type Resource } from 'dns2';
import fc from 'fast-check';
import { Answer } from '../../src/wire/answer.ts';
import { expandName, formatName, parseName } from '../../src/wire/name.ts';
import { formatEde, readExtendedErrors } from '../../src/wire/opt.ts';
import { Malformed, Query } from '../../src/wire/query.ts';
import { RecordCursor, Section } from '../../src/wire/records.ts';
import { ResponseWriter } from '../../src/wire/response.ts';
import { anyUint16 } from '../world/arbitraries.ts';
import { withRoom } from '../world/messages.ts';

const SECTIONS = ['answers', 'authorities', 'additionals'] as const;

/** Letters, digits and hyphens: dns2 knows no escapes. */
const anyHost = fc
  .array(fc.string({ unit: fc.constantFrom(...'abcXYZ019-'), minLength: 1, maxLength: 12 }), {
    minLength: 1,
    maxLength: 5,
  })
  .map((labels) => labels.join('.'));

const anyTtl = fc.nat(0x7fffffff);
const anyOctet = fc.nat(255);

/** Records of many types; few owners, so that dns2 compresses their names. */
function anyResource(owner: string): fc.Arbitrary<Resource> {
  const data: fc.Arbitrary<Partial<Resource>> = fc.oneof(
    fc
      .tuple(anyOctet, anyOctet, anyOctet, anyOctet)
      .map((parts) => ({ type: Packet.TYPE.A, address: parts.join('.') })),
    anyUint16.map((part) => ({
      type: Packet.TYPE.AAAA,
      address: `2001:db8::${part.toString(16)}`,
    })),
    anyHost.map((domain) => ({ type: Packet.TYPE.CNAME, domain: `${domain}.${owner}` })),
    anyHost.map((exchange) => ({ type: Packet.TYPE.MX, exchange, priority: 10 })),
    anyHost.map((ns) => ({ type: Packet.TYPE.NS, ns })),
    fc.array(anyHost, { minLength: 1, maxLength: 3 }).map((texts) => ({
      type: Packet.TYPE.TXT,
      data: texts,
    })),
    fc.uint8Array({ maxLength: 30 }).map((octets) => ({ type: 65_280, data: Buffer.from(octets) })),
  );
  return fc
    .tuple(data, anyTtl, fc.constantFrom(owner, `www.${owner}`, 'else.example'))
    .map(([rest, ttl, name]) => new Packet.Resource({ ...rest, name, ttl, class: 1 }));
}

interface Given {
  readonly packet: Packet;
  readonly asked: { readonly name: string; readonly type: number };
}

function anyPacket(qr: 0 | 1): fc.Arbitrary<Given> {
  const header = fc.record({
    id: anyUint16,
    opcode: fc.constantFrom(0, 4, 5),
    aa: fc.constantFrom(0 as const, 1 as const),
    rd: fc.constantFrom(0 as const, 1 as const),
    ra: fc.constantFrom(0 as const, 1 as const),
    rcode: qr === 1 ? fc.nat(23) : fc.constant(0),
  });
  const edns = fc.record({
    doFlag: fc.boolean(),
    udpPayloadSize: fc.integer({ min: 1, max: 65_535 }),
  });
  return anyHost.chain((name) =>
    fc
      .tuple(header, fc.integer({ min: 1, max: 0xffff }), fc.array(anyResource(name)), edns)
      .map(([given, type, records, options]) => {
        const packet = new Packet({ ...new Packet.Header(given), qr });
        packet.questions.push(new Packet.Question(name, type, Packet.CLASS.IN));
        for (const [i, record] of records.entries()) packet[SECTIONS[i % 3]!].push(record);
        packet.additionals.push(Packet.Resource.EDNS([], options));
        return { packet, asked: { name, type } };
      }),
  );
}

/** `www.example`, as dns2 writes names. */
function nameOf(message: Uint8Array, at: number): string {
  const out = new Uint8Array(255);
  expect(expandName(message, at, message.length, out)).to.be.above(0);
  return formatName(out).slice(0, -1);
}

function readRecords(octets: Uint8Array) {
  const cursor = new RecordCursor();
  const records = [];
  cursor.start(octets, octets.length);
  while (cursor.next()) {
    const { section, type, rrClass, ttl } = cursor;
    records.push({
      section: SECTIONS[section],
      name: nameOf(octets, cursor.ownerAt),
      type,
      rrClass,
      ttl,
      target: type === Packet.TYPE.NS ? nameOf(octets, cursor.rdataAt) : undefined,
    });
  }
  expect(cursor).to.include({ malformed: false, end: octets.length });
  return records;
}

/** The records as dns2 reads them, in the shape of `readRecords`. */
function recordsOf(packet: Packet) {
  expect(packet.errors).to.deep.equal([]);
  return SECTIONS.flatMap((section) =>
    packet[section].map(({ name, type, class: rrClass, ttl, ns: target }) => ({
      section,
      name,
      type,
      rrClass,
      ttl,
      target,
    })),
  );
}

describe('wire and dns2 on what dns2 writes', () => {
  it('read the same query', () => {
    fc.assert(
      fc.property(anyPacket(0), ({ packet, asked }) => {
        const octets = packet.toBuffer();
        const { header, additionals } = Packet.parse(octets);
        const { class: size, doFlag } = additionals.at(-1)!;
        const query = new Query();
        query.parse(octets, octets.length);
        expect(query).to.include({
          malformed: Malformed.NONE,
          opcode: header.opcode,
          recursionDesired: header.rd === 1,
          qtype: asked.type,
          qclass: 1,
          dnssecOk: doFlag,
          payload: Math.min(Math.max(size, 512), 1232),
        });
        expect(formatName(query.name)).to.equal(`${asked.name.toLowerCase()}.`);
        expect(readRecords(octets)).to.deep.equal(recordsOf(Packet.parse(octets)));
      }),
    );
  });

  it('read the same answer', () => {
    fc.assert(
      fc.property(anyPacket(1), ({ packet }) => {
        const octets = packet.toBuffer();
        const { header } = Packet.parse(octets);
        const answer = new Answer();
        expect(answer.parse(octets, octets.length)).to.equal(true);
        expect(answer).to.include({
          id: header.id,
          rcode: header.rcode,
          authoritative: header.aa === 1,
          recursionAvailable: header.ra === 1,
        });
        const records = recordsOf(Packet.parse(octets));
        expect(readRecords(octets)).to.deep.equal(records);
        const bare = Packet.parse(octets.subarray(0, answer.withoutOpt()));
        expect(recordsOf(bare)).to.deep.equal(records.slice(0, -1));
      }),
    );
  });

  it('read the same Extended DNS Errors', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(anyUint16, anyHost), { maxLength: 3 }), (errors) => {
        const packet = new Packet(new Packet.Header({ qr: 1 }));
        const options = errors.map(([code, text]) => Packet.Resource.EDNS.EDE(code, text));
        packet.additionals.push(Packet.Resource.EDNS(options));
        const octets = packet.toBuffer();
        const answer = new Answer();
        expect(answer.parse(octets, octets.length)).to.equal(true);
        expect(readExtendedErrors(octets, answer.optAt)).to.deep.equal(
          errors.map(([code, text]) => ({ code, text })),
        );
      }),
    );
  });
});

describe('wire and dns2 on what ResponseWriter writes', () => {
  const writer = new ResponseWriter();

  it('read the same response of ours', () => {
    fc.assert(
      fc.property(
        anyPacket(0),
        fc.constantFrom(0, 3, 5, 16),
        fc.tuple(anyOctet, anyOctet, anyOctet, anyOctet),
        ({ packet, asked }, rcode, address) => {
          const octets = packet.toBuffer();
          const query = new Query();
          query.parse(withRoom(octets), octets.length);
          writer.begin(query, rcode, 0, 0);
          for (let depth = 0; depth <= query.labels; depth++) {
            const rdata = Uint8Array.from(address);
            writer.record(Section.ANSWER, writer.ownerOf(depth), {
              type: Packet.TYPE.A,
              ttl: depth,
              rdata,
            });
          }
          writer.end();
          writer.options(formatEde(18, 'acl'));
          const response = Packet.parse(Buffer.from(writer.octets.subarray(0, writer.length)));
          const { id, opcode, rd } = packet.header;
          expect(response.errors).to.deep.equal([]);
          expect(response.header).to.include({ id, qr: 1, opcode, rd, aa: 0, tc: 0, rcode });
          expect(response.questions.map((one) => ({ ...one }))).to.deep.equal([
            { name: asked.name, type: asked.type, class: 1 },
          ]);
          const labels = asked.name.split('.');
          const owners = [...labels.map((_, i) => labels.slice(i).join('.')), ''];
          expect(
            response.answers.map(({ name, ttl, address }) => [name, ttl, address]),
          ).to.deep.equal(owners.map((owner, depth) => [owner, depth, address.join('.')]));
          expect(response.additionals).to.have.lengthOf(1);
          expect(response.additionals[0]).to.deep.include({
            class: 1232,
            version: 0,
            doFlag: query.dnssecOk,
            rdata: [{ ednsCode: 15, infoCode: 18, extraText: 'acl' }],
          });
        },
      ),
    );
  });

  it('read the same adopted answer', () => {
    fc.assert(
      fc.property(anyPacket(1), anyUint16, ({ packet, asked }, id) => {
        const upstream = packet.toBuffer();
        const client = new Packet(new Packet.Header({ id, rd: 1 }));
        client.questions.push(new Packet.Question(asked.name.toUpperCase(), asked.type, 1));
        const query = new Query();
        const octets = client.toBuffer();
        query.transport = 'tcp';
        query.parse(octets, octets.length);
        const answer = new Answer();
        answer.parse(withRoom(upstream), upstream.length);
        writer.adopt(query, answer.message, answer.withoutOpt(), packet.header.rcode & 15);
        writer.end();
        const adopted = Packet.parse(Buffer.from(writer.octets.subarray(0, writer.length)));
        expect(adopted.header).to.include({ id, qr: 1, rd: 1, rcode: packet.header.rcode & 15 });
        expect(adopted.questions[0]!.name).to.equal(asked.name.toUpperCase());
        const original = recordsOf(packet).slice(0, -1);
        expect(recordsOf(adopted).map(({ type, ttl }) => ({ type, ttl }))).to.deep.equal(
          original.map(({ type, ttl }) => ({ type, ttl })),
        );
      }),
    );
  });
});

describe('wire and dns2 on names', () => {
  it('write the same', () => {
    fc.assert(
      fc.property(anyHost, (host) => {
        expect(parseName(host)).to.deep.equal(Uint8Array.from(Packet.Name.encode(host)));
      }),
    );
  });
});
