import { expect } from 'chai';
import { ZoneReader } from '../../../src/policy/zone-text/zone-text.ts';
import { formatName } from '../../../src/wire/name.ts';
import { ascii } from '../../world/messages.ts';

/** The owners of the records that can be used, and `line:column message` of each problem. */
function read(text: string) {
  const reader = new ZoneReader(new TextEncoder().encode(text));
  const owners: string[] = [];
  while (reader.next()) {
    if (reader.rdata() !== undefined) owners.push(formatName(reader.owner));
  }
  const problems = reader.problems.kept.map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );
  return { owners, problems };
}

describe('policy/rpz/zone-text, problems', () => {
  const wrong = [
    {
      text: ' A 192.0.2.1',
      problem: '1:2 no owner above to repeat; expect a name at the start of',
    },
    {
      text: 'a..b A 192.0.2.1',
      problem: '1:1 "a..b" is not a name; expect a label before each dot',
    },
    { text: 'bücher A 192.0.2.1', problem: '1:1 "b\\195\\188cher" is not a name; expect ASCII' },
    { text: '\n a', problem: '2:2 no owner above to repeat' },
    { text: 'a', problem: '1:2 a record without a type; expect TTL and class or neither, then' },
    { text: 'a 300 IN', problem: '1:9 a record without a type' },
    { text: 'a IN IN A 192.0.2.1', problem: '1:6 "IN" is not a type; expect one like CNAME' },
    { text: 'a 300 300 A 192.0.2.1', problem: '1:7 "300" is not a type' },
    { text: 'a 1x A 192.0.2.1', problem: '1:3 "1x" is not a TTL; expect seconds up to 2147483647' },
    { text: 'a 2147483648 A 192.0.2.1', problem: '1:3 "2147483648" is not a TTL' },
    { text: 'a HOSTS x', problem: '1:3 "HOSTS" is not a type; expect one like CNAME or TYPE65280' },
    {
      text: 'a AXFR x',
      problem: '1:3 "AXFR" is a type for queries; expect one that a zone can hold',
    },
    {
      text: 'a A 192.0.2.256',
      problem: '1:5 "192.0.2.256" does not fit in "A address"; expect an',
    },
    {
      text: 'a ( MX\n 10\n\tb..c )',
      problem: '3:2 "b..c" does not fit in "MX preference exchange"',
    },
    { text: 'a MX 10', problem: '1:8 a field is missing in "MX preference exchange"; expect its' },
    { text: 'a CNAME', problem: '1:8 a field is missing in "CNAME target"; expect its target' },
    { text: 'a CNAME b..c', problem: '1:9 "b..c" does not fit in "CNAME target"; expect a label' },
    { text: 'a CNAME b c', problem: '1:11 "c" does not fit in "CNAME target"; expect the end of' },
    {
      text: 'a CNAME \\#',
      problem: '1:11 a field is missing in "CNAME target"; expect a number of',
    },
    {
      text: 'a TXT "b',
      problem: '1:7 a quoted string without an end; expect a closing " on the same',
    },
    {
      text: 'a SOA . . 1 2 3 4',
      problem: '1:18 a field is missing in "SOA primary mailbox serial',
    },
    { text: '$HINTS', problem: '1:1 "$HINTS" is not a directive; expect $ORIGIN, $TTL, $IN' },
    { text: '$TTL', problem: '1:5 $TTL without a value; expect a TTL' },
    { text: '$TTL 1y', problem: '1:6 "1y" is not a TTL; expect seconds up to 2147483647 or units' },
    { text: '$TTL 1 2', problem: '1:8 $TTL with more than one value; expect a TTL' },
    { text: '$ORIGIN', problem: '1:8 $ORIGIN without a value; expect a name' },
    { text: '$ORIGIN a..', problem: '1:9 "a.." is not a name; expect a label before each dot' },
    { text: 'a A 192.0.2.1 )', problem: '1:15 ")" closes nothing; expect a "(" before it' },
  ];
  for (const { text, problem } of wrong) {
    it(`reports ${JSON.stringify(text)} and goes on`, () => {
      const { owners, problems } = read(`${text}\nnext. 7 IN A 192.0.2.1`);
      expect(owners).to.deep.equal(['next.']);
      expect(problems).to.have.length(1);
      expect(problems[0]).to.include(problem);
    });
  }

  it('reports a parenthesis that stays open where it stands', () => {
    const { owners, problems } = read('a A 192.0.2.1\nb A (192.0.2.1\nc A 192.0.2.1\n');
    expect(owners).to.deep.equal(['a.']);
    expect(problems).to.deep.equal(['2:5 "(" is not closed; expect a ")" behind it']);
  });

  it('repeats no owner that was wrong', () => {
    const { owners, problems } = read('a A 192.0.2.1\nb.. A 192.0.2.1\n A 192.0.2.1');
    expect(owners).to.deep.equal(['a.']);
    expect(problems).to.have.length(2);
  });

  it('counts all problems and keeps the first hundred', () => {
    const reader = new ZoneReader(ascii('a\n'.repeat(250)));
    expect(reader.next()).to.equal(false);
    expect(reader.problems.count).to.equal(250);
    expect(reader.problems.kept).to.have.length(100);
    expect(reader.problems.kept.at(-1)).to.include({ line: 100, column: 2 });
  });

  it('is not led astray by a long field', () => {
    const long = 'x'.repeat(400_000);
    const text = [
      'a TXT "',
      long,
      '"\n',
      long,
      ' A 192.0.2.1\na ',
      long,
      '\na CAA 0 ',
      long,
      ' a\n',
    ];
    const { owners, problems } = read(`${text.join('')}a HTTPS 1 . ${long}\na A ${long}\n$${long}`);
    expect(owners).to.deep.equal([]);
    expect(problems).to.have.length(7);
    for (const problem of problems) expect(problem).to.have.length.below(300);
  });
});
