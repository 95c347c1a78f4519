import { expect } from 'chai';
import fc from 'fast-check';
import { Exchanges } from '../../src/transport/exchanges.ts';

describe('transport/exchanges', () => {
  it('finds each request until it is answered, in any order', () => {
    const step = fc.record({ isNew: fc.boolean(), which: fc.nat() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const exchanges = new Exchanges<string>();
        const open: { number: number; name: string }[] = [];
        for (const [i, { isNew, which }] of steps.entries()) {
          if (isNew || open.length === 0) {
            const name = `connection ${i}`;
            const number = exchanges.add(name, i);
            expect(number).to.be.below(0);
            expect(open.map((one) => one.number)).to.not.include(number);
            open.push({ number, name });
          } else {
            const [{ number, name }] = open.splice(which % open.length, 1) as [(typeof open)[0]];
            const found = exchanges.find(number)!;
            expect(found).to.include({ connection: name });
            exchanges.end(found);
            expect(exchanges.find(number)).to.equal(undefined);
          }
        }
      }),
    );
  });

  it('tells a request from the one that had its place before', () => {
    const exchanges = new Exchanges<string>();
    const first = exchanges.add('one', 1);
    exchanges.end(exchanges.find(first)!);
    const second = exchanges.add('two', 3);
    expect(exchanges.find(first)).to.equal(undefined);
    expect(exchanges.find(second)).to.include({ connection: 'two', exchange: 3 });
  });

  it('knows nobody at first', () => {
    expect(new Exchanges<string>().find(-1)).to.equal(undefined);
  });
});
