import { expect } from 'chai';
import {
  formatClass,
  formatOpcode,
  formatRcode,
  formatType,
  Opcode,
  parseClass,
  parseOpcode,
  parseType,
  RrClass,
  RrType,
} from '../../src/wire/registry.ts';

describe('wire/registry', () => {
  const formats = [
    { format: formatType, number: 28, text: 'AAAA' },
    { format: formatType, number: 255, text: 'ANY' },
    { format: formatType, number: 65_280, text: 'TYPE65280' },
    { format: formatType, number: 0, text: 'TYPE0' },
    { format: formatClass, number: 1, text: 'IN' },
    { format: formatClass, number: 3, text: 'CH' },
    { format: formatClass, number: 42, text: 'CLASS42' },
    { format: formatOpcode, number: 5, text: 'UPDATE' },
    { format: formatOpcode, number: 9, text: 'OPCODE9' },
    { format: formatRcode, number: 5, text: 'REFUSED' },
    { format: formatRcode, number: 16, text: 'BADVERS' },
    { format: formatRcode, number: 23, text: 'BADCOOKIE' },
    { format: formatRcode, number: 4095, text: 'RCODE4095' },
  ];
  for (const { format, number, text } of formats) {
    it(`writes ${text} with ${format.name}`, () => {
      expect(format(number)).to.equal(text);
    });
  }

  const parses = [
    { parse: parseType, text: 'AAAA', number: 28 },
    { parse: parseType, text: 'nsec3param', number: 51 },
    { parse: parseType, text: 'TYPE28', number: 28 },
    { parse: parseType, text: 'type65280', number: 65_280 },
    { parse: parseType, text: 'TYPE65535', number: 65_535 },
    { parse: parseType, text: 'TYPE65536', number: undefined },
    { parse: parseType, text: 'TYPE123456', number: undefined },
    { parse: parseType, text: 'TYPE', number: undefined },
    { parse: parseType, text: 'TYPE-1', number: undefined },
    { parse: parseType, text: 'TYPE1.5', number: undefined },
    { parse: parseType, text: 'TYPE0x1', number: undefined },
    { parse: parseType, text: 'CLASS1', number: undefined },
    { parse: parseType, text: '28', number: undefined },
    { parse: parseType, text: ' A', number: undefined },
    { parse: parseType, text: '', number: undefined },
    { parse: parseType, text: 'toString', number: undefined },
    { parse: parseType, text: '__proto__', number: undefined },
    { parse: parseClass, text: 'in', number: 1 },
    { parse: parseClass, text: 'CLASS42', number: 42 },
    { parse: parseClass, text: 'INTERNET', number: undefined },
    { parse: parseOpcode, text: 'update', number: 5 },
    { parse: parseOpcode, text: 'OPCODE15', number: 15 },
    { parse: parseOpcode, text: 'OPCODE16', number: undefined },
    { parse: parseOpcode, text: 'REFUSED', number: undefined },
  ];
  for (const { parse, text, number } of parses) {
    it(`reads ${JSON.stringify(text)} with ${parse.name} as ${number ?? 'nothing'}`, () => {
      expect(parse(text)).to.equal(number);
    });
  }

  it('reads every number that it writes', () => {
    for (let number = 0; number <= 0xffff; number++) {
      if (parseType(formatType(number)) !== number) expect.fail(`type ${number}`);
      if (parseClass(formatClass(number)) !== number) expect.fail(`class ${number}`);
    }
    for (let number = 0; number < 16; number++) {
      expect(parseOpcode(formatOpcode(number))).to.equal(number);
    }
  });

  for (const [what, registry] of Object.entries({ RrType, RrClass, Opcode })) {
    it(`gives each number of ${what} to one name`, () => {
      const numbers = Object.values(registry);
      expect(new Set(numbers).size).to.equal(numbers.length);
    });
  }
});
