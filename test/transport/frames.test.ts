import { expect } from 'chai';
import fc from 'fast-check';
import { FrameReader, frame, MAX_FRAME } from '../../src/transport/frames.ts';
import { framed } from '../world/client.ts';
import { message, question } from '../world/messages.ts';

const FIRST = message({ id: 1, questions: [question('www.example.com')] });
const SECOND = message({ id: 2, questions: [question('.')] });

/** The messages in a stream that arrives in these pieces. */
function read(pieces: readonly Uint8Array[], keeps?: number) {
  const reader = new FrameReader(keeps);
  const messages: number[][] = [];
  for (const piece of pieces) {
    const chunk = Buffer.from(piece);
    reader.push(chunk, (octets) => messages.push([...octets]));
    // Whoever owns the chunk may use it again.
    chunk.fill(0xee);
  }
  return { messages, isInside: reader.isInside };
}

describe('transport/frames FrameReader', () => {
  const stream = framed(FIRST, SECOND);
  const both = [[...FIRST], [...SECOND]];

  for (let cut = 0; cut <= stream.length; cut++) {
    it(`puts two messages together that were cut at octet ${cut}`, () => {
      const pieces = [stream.subarray(0, cut), stream.subarray(cut)];
      expect(read(pieces)).to.deep.equal({ messages: both, isInside: false });
    });
  }

  it('puts messages together from single octets', () => {
    const pieces = Array.from(stream, (octet) => Uint8Array.of(octet));
    expect(read(pieces)).to.deep.equal({ messages: both, isInside: false });
  });

  it('knows when it is inside a message', () => {
    for (let cut = 1; cut < stream.length; cut++) {
      const isBetween = cut === FIRST.length + 2;
      expect(read([stream.subarray(0, cut)]).isInside, `at ${cut}`).to.equal(!isBetween);
    }
  });

  it('passes on messages without octets', () => {
    const empty = new Uint8Array(0);
    expect(read([framed(empty, FIRST, empty, empty)])).to.deep.equal({
      messages: [[], [...FIRST], [], []],
      isInside: false,
    });
  });

  it('passes on the longest message', () => {
    const longest = new Uint8Array(0xffff).fill(7);
    expect(read([framed(longest, SECOND)]).messages[0]).to.have.lengthOf(0xffff);
  });

  it('takes memory for what has come, not for what a length claims', () => {
    const before = process.memoryUsage().arrayBuffers;
    const readers = Array.from({ length: 1000 }, () => {
      const reader = new FrameReader();
      reader.push(Buffer.from([0xff, 0xff, 1]), () => {});
      return reader;
    });
    const taken = process.memoryUsage().arrayBuffers - before;
    expect(readers.every(({ isInside }) => isInside)).to.equal(true);
    expect(taken / readers.length).to.be.below(4096);
  });

  it('takes memory once for messages of any length that it keeps memory for', () => {
    const reader = new FrameReader(MAX_FRAME);
    const longest = Buffer.from(framed(new Uint8Array(0xffff).fill(7)));
    const memories = new Set<ArrayBufferLike>();
    let messages = 0;
    for (let i = 0; i < 50; i++) {
      for (let at = 0; at < longest.length; at += 10_000) {
        reader.push(longest.subarray(at, at + 10_000), (octets) => {
          memories.add(octets.buffer);
          messages++;
        });
      }
    }
    expect([messages, memories.size]).to.deep.equal([50, 1]);
  });

  it('gives back whatever was framed, wherever it was cut', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 });
    const cuts = fc.array(fc.nat(16_000), { maxLength: 8 });
    fc.assert(
      fc.property(messages, cuts, fc.constantFrom(0, 1024, MAX_FRAME), (list, at, keeps) => {
        const whole = framed(...list);
        const ends = [...at.toSorted((a, b) => a - b), whole.length];
        const pieces = ends.map((end, i) => whole.subarray(i === 0 ? 0 : ends[i - 1], end));
        expect(read(pieces, keeps)).to.deep.equal({
          messages: list.map((one) => [...one]),
          isInside: false,
        });
      }),
    );
  });
});

describe('transport/frames frame', () => {
  it('puts the length before the octets, in memory of its own', () => {
    const octets = Uint8Array.from(FIRST);
    const made = frame(octets, FIRST.length);
    octets.fill(0);
    expect([...made]).to.deep.equal([...framed(FIRST)]);
  });

  it('takes as many octets of the buffer as it is told', () => {
    expect([...frame(Uint8Array.of(1, 2, 3), 2)]).to.deep.equal([0, 2, 1, 2]);
    expect([...frame(Uint8Array.of(1, 2, 3), 0)]).to.deep.equal([0, 0]);
  });

  it('frames the longest message', () => {
    const made = frame(new Uint8Array(0x10000), 0xffff);
    expect(made).to.have.lengthOf(0x10001);
    expect([made[0], made[1]]).to.deep.equal([0xff, 0xff]);
  });
});
