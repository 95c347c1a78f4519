import fc from 'fast-check';
import { DohDialect } from '../../../src/transport/http2/http2-client.ts';
import { message, question } from '../../world/messages.ts';

const SERVER = { name: 'dns.example', path: '/dns-query' };
const QUERY = message({ id: 1, questions: [question('a.example')] });

describe('transport/http2/http2-client, whatever comes', () => {
  it('never throws, whatever a server says', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 6 }), (chunks) => {
        const one = new DohDialect(SERVER, 443);
        one.ask(QUERY, QUERY.length);
        for (const chunk of chunks) {
          one.push(Buffer.from(chunk), { answered: () => {}, failed: () => {} });
          one.take();
        }
      }),
      { numRuns: 500 },
    );
  });

  it('never throws, whatever frames a server sends', () => {
    const frame = fc.tuple(
      fc.integer({ min: 0, max: 10 }),
      fc.integer({ min: 0, max: 255 }),
      fc.constantFrom(0, 1, 2, 3),
      fc.uint8Array({ maxLength: 30 }),
    );
    fc.assert(
      fc.property(fc.array(frame, { maxLength: 8 }), (frames) => {
        const one = new DohDialect(SERVER, 443);
        one.ask(QUERY, QUERY.length);
        for (const [type, flags, stream, payload] of frames) {
          const head = [0, 0, payload.length, type, flags, 0, 0, 0, stream];
          one.push(Buffer.from([...head, ...payload]), { answered: () => {}, failed: () => {} });
          one.take();
        }
      }),
      { numRuns: 500 },
    );
  });
});
