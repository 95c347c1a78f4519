import { expect } from 'chai';
import { ZoneReader } from '../../../src/policy/zone-text/zone-text.ts';
import { formatName } from '../../../src/wire/name.ts';
import { ascii, name } from '../../world/messages.ts';

/** `line owner ttl type RDATA` of each record, and the problems. */
function read(text: string) {
  const reader = new ZoneReader(ascii(text), name('example'));
  const records: string[] = [];
  while (reader.next()) {
    const rdata = reader.rdata();
    if (rdata === undefined) continue;
    const { line, owner, ttl, type } = reader;
    records.push(
      `${line} ${formatName(owner)} ${ttl} ${type} ${Buffer.from(rdata).toString('hex')}`,
    );
  }
  const { kept, count } = reader.problems;
  return {
    records,
    problems: kept.map(({ line, column, message }) => `${line}:${column} ${message}`),
    count,
  };
}

/** The owners that a left-hand side gives. */
function owners(range: string, lhs: string): string[] {
  const { records, problems } = read(`$GENERATE ${range} ${lhs} A 192.0.2.1`);
  expect(problems).to.deep.equal([]);
  return records.map((record) => record.split(' ')[1]!);
}

/** `%{` stands for what would look like a placeholder of a template string. */
const dollars = (text: string) => text.replaceAll('%{', '$' + '{');

describe('policy/rpz/generate', () => {
  it('gives a record for each number of the range, at the line of the directive', () => {
    const { records, problems } = read(
      '\n$GENERATE 1-3 h$ 60 IN A 192.0.2.$ ; three\nlast. A 192.0.2.9',
    );
    expect(records).to.deep.equal([
      '2 h1.example. 60 1 c0000201',
      '2 h2.example. 60 1 c0000202',
      '2 h3.example. 60 1 c0000203',
      '3 last. 60 1 c0000209',
    ]);
    expect(problems).to.deep.equal([]);
  });

  // What BIND 9.18 makes of each, by named-compilezone.
  const slots: readonly (readonly [string, string, readonly string[]])[] = [
    ['0-6/3', '$', ['0', '3', '6']],
    ['0-5/3', 'a$b$', ['a0b0', 'a3b3']],
    ['7-7', '%{2}', ['9']],
    ['7-7', '%{-9,4}', ['-002']],
    ['7-8', '%{0,3}', ['007', '008']],
    ['31-31', '%{0,4,x}', ['001f']],
    ['31-31', '%{0,0,X}', ['1F']],
    ['31-31', '%{1,0,o}', ['40']],
    ['31-31', '%{0,3,d}', ['031']],
    ['291-291', '%{0,0,n}', ['3.2.1']],
    ['31-31', '%{0,7,n}', ['f.1.0.0']],
    ['31-31', '%{0,8,N}x', ['F.1.0.0.x']],
    ['1-1', 'a\\$b', ['a\\$b']],
    ['1-1', '$$b', ['\\$b']],
    ['1-1', 'a\\.$', ['a\\.1']],
  ];
  for (const [range, lhs, expected] of slots) {
    it(`makes ${expected.join(' and ')} of ${lhs} for ${range}`, () => {
      const lower = expected.map((owner) => `${owner.toLowerCase()}.example.`);
      expect(owners(range, dollars(lhs))).to.deep.equal(lower);
    });
  }

  it('keeps the letters of a base in the data', () => {
    const { records } = read(dollars('$GENERATE 10-10 a TXT %{0,1,X}%{0,1,x}%{0,1,N}'));
    expect(records).to.deep.equal([`1 a.example. 0 16 03${Buffer.from('AaA').toString('hex')}`]);
  });

  it('takes the data from within quotation marks', () => {
    const { records, problems } = read(
      '$GENERATE 1-1 a MX "1$ mx$"\n$GENERATE 2-2 b TXT "\\"b $\\" c"',
    );
    const mx = Buffer.from(name('mx1.example')).toString('hex');
    expect(problems).to.deep.equal([]);
    expect(records).to.deep.equal([
      `1 a.example. 0 15 000b${mx}`,
      `2 b.example. 0 16 03${Buffer.from('b 2').toString('hex')}0163`,
    ]);
  });

  it('leaves the owner that a blank repeats as it was', () => {
    const { records } = read('a A 192.0.2.1\n$GENERATE 1-1 b A 192.0.2.2\n A 192.0.2.3');
    expect(records.map((record) => record.split(' ')[1])).to.deep.equal([
      'a.example.',
      'b.example.',
      'a.example.',
    ]);
  });

  it('takes an owner that begins with a $ for no directive', () => {
    expect(owners('1-1', '\\$TTL')).to.deep.equal(['\\$ttl.example.']);
    expect(owners('1-1', '$$TTL')).to.deep.equal(['\\$ttl.example.']);
  });

  const wrong: readonly (readonly [string, string])[] = [
    ['$GENERATE', '1:10 $GENERATE without all its fields; expect $GENERATE range owner type data'],
    ['$GENERATE 1-2 a', '1:16 $GENERATE without all its fields'],
    ['$GENERATE 1-2 a A', '1:18 $GENERATE without all its fields; expect the data of the records'],
    ['$GENERATE 2-1 a A 192.0.2.1', '1:11 "2-1" is not a range; expect a range like 1-100 or 0'],
    ['$GENERATE 1-2/0 a A 192.0.2.1', '1:11 "1-2/0" is not a range'],
    ['$GENERATE 1 a A 192.0.2.1', '1:11 "1" is not a range'],
    ['$GENERATE 0-2147483648 a A 192.0.2.1', '1:11 "0-2147483648" is not a range'],
    ['$GENERATE 0-1000000 a A 192.0.2.1', '1:11 1000001 records; expect at most 1000000, for'],
    ['$GENERATE 1-2 a HOSTS $', '1:17 "HOSTS" is not a type'],
    ['$GENERATE 1-2 a MX 10 a$', '1:23 more than one field of data; expect quotation marks'],
    ['$GENERATE 1-2 a%{0 A 192.0.2.$', '1:15 "a%{0" has a $ that is none; expect \\$, $ or %{off'],
    ['$GENERATE 1-2 a A 192.0.2.%{0,256}', '1:19 "192.0.2.%{0,256}" has a $ that is none'],
    ['$GENERATE 1-2 a A 192.0.2.%{0,1,z}', '1:19 "192.0.2.%{0,1,z}" has a $ that is none'],
    ['$GENERATE 1-9 %{-2}. A 192.0.2.%{-2}', '1:1 "-1. A 192.0.2.-1" of $GENERATE: "192.0.2.-1"'],
    ['$GENERATE 1-9 a..$ A 192.0.2.1', '1:1 "a..1 A 192.0.2.1" of $GENERATE: "a..1" is not a name'],
  ];
  for (const [text, problem] of wrong) {
    it(`reports ${text} once and goes on`, () => {
      const { records, problems, count } = read(`${dollars(text)}\nnext A 192.0.2.1`);
      expect(records).to.deep.equal(['2 next.example. 0 1 c0000201']);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.include(dollars(problem));
      expect(count).to.equal(1);
    });
  }

  it('counts the records of all directives together', () => {
    const { problems } = read('$GENERATE 1-2 a A 192.0.2.1\n$GENERATE 1-999999 b A 192.0.2.1');
    expect(problems).to.deep.equal([
      '2:11 999999 records; expect at most 999998, for the whole zone',
    ]);
  });
});
