import { expect } from 'chai';
import { ZoneReader } from '../../../src/policy/zone-text/zone-text.ts';
import { formatName } from '../../../src/wire/name.ts';
import { ascii, name } from '../../world/messages.ts';

/** `file:line owner ttl` of each record of `zones/main`, and the problems. */
function read(files: Readonly<Record<string, string>>) {
  const readText = (file: string): Uint8Array => {
    if (files[file] === undefined) throw new Error('ENOENT: no such file');
    return ascii(files[file]);
  };
  const main = 'zones/main';
  const reader = new ZoneReader(readText(main), name('example'), { file: main, readText });
  const records: string[] = [];
  while (reader.next()) {
    const { file, line, owner, ttl } = reader;
    records.push(`${reader.files[file]}:${line} ${formatName(owner)} ${ttl}`);
  }
  const { kept, count } = reader.problems;
  return {
    records,
    problems: kept.map((at) => `${at.file}:${at.line}:${at.column} ${at.message}`),
    count,
    files: reader.files,
  };
}

const A = 'A 192.0.2.1';

describe('policy/rpz/zone-input', () => {
  it('reads an included file where its directive stands, relative to the including file', () => {
    const { records, problems, files } = read({
      'zones/main': `a ${A}\n$INCLUDE sub/one ; a part\nb ${A}\n$include "../two words"`,
      'zones/sub/one': `c ${A}\n$INCLUDE deep`,
      'zones/sub/deep': `\nd ${A}`,
      'two words': `e ${A}`,
    });
    expect(problems).to.deep.equal([]);
    expect(records).to.deep.equal([
      'zones/main:1 a.example. 0',
      'zones/sub/one:1 c.example. 0',
      'zones/sub/deep:2 d.example. 0',
      'zones/main:3 b.example. 0',
      'two words:1 e.example. 0',
    ]);
    expect(files).to.deep.equal(['zones/main', 'zones/sub/one', 'zones/sub/deep', 'two words']);
  });

  it('reads an absolute path as it is', () => {
    const { records } = read({ 'zones/main': '$INCLUDE /etc/part', '/etc/part': `a ${A}` });
    expect(records).to.deep.equal(['/etc/part:1 a.example. 0']);
  });

  it('keeps origin and owner of the including file, and takes over $TTL (RFC 1035, BIND)', () => {
    const { records, problems } = read({
      'zones/main': `a ${A}\n$INCLUDE part sub\n ${A}\nb ${A}`,
      'zones/part': `c ${A}\n$ORIGIN org.\n@ ${A}\n$TTL 7\n`,
    });
    expect(problems).to.deep.equal([]);
    expect(records).to.deep.equal([
      'zones/main:1 a.example. 0',
      'zones/part:1 c.sub.example. 0',
      'zones/part:3 org. 0',
      'zones/main:3 a.example. 7',
      'zones/main:4 b.example. 7',
    ]);
  });

  it('does not repeat the owner of the including file', () => {
    const { problems } = read({ 'zones/main': `a ${A}\n$INCLUDE part`, 'zones/part': ` ${A}` });
    expect(problems).to.have.length(1);
    expect(problems[0]).to.match(/^zones\/part:1:2 no owner above to repeat/);
  });

  it('takes the origin from an SOA that is included', () => {
    const { records } = read({
      'zones/main': `$INCLUDE soa\nbad ${A}`,
      'zones/soa': 'rpz.example.org. SOA . . 1 1 1 1 5',
    });
    expect(records).to.deep.equal([
      'zones/soa:1 rpz.example.org. 5',
      'zones/main:2 bad.rpz.example.org. 5',
    ]);
  });

  it('reads one file twice, with another origin', () => {
    const { records, files } = read({
      'zones/main': '$INCLUDE part a\n$INCLUDE part b',
      'zones/part': `@ ${A}`,
    });
    expect(records).to.deep.equal(['zones/part:1 a.example. 0', 'zones/part:1 b.example. 0']);
    expect(files).to.deep.equal(['zones/main', 'zones/part']);
  });

  it('generates in an included file', () => {
    const { records } = read({
      'zones/main': `$INCLUDE part sub\n ${A}\nlast ${A}`,
      'zones/part': `\n$GENERATE 1-2 a$ A 192.0.2.$\nb ${A}`,
    });
    expect(records).to.deep.equal([
      'zones/part:2 a1.sub.example. 0',
      'zones/part:2 a2.sub.example. 0',
      'zones/part:3 b.sub.example. 0',
      'zones/main:3 last.example. 0',
    ]);
  });

  it('names the file of each problem', () => {
    const { problems } = read({
      'zones/main': '$INCLUDE part\na',
      'zones/part': '\nb A x\nb..c A 192.0.2.1\n$GENERATE 1-2 c$ MX x',
    });
    expect(problems.map((problem) => problem.split(' ')[0])).to.deep.equal([
      'zones/part:3:1',
      'zones/main:2:2',
    ]);
  });

  const wrong: readonly (readonly [string, Readonly<Record<string, string>>, string])[] = [
    ['no file', { 'zones/main': '$INCLUDE' }, 'zones/main:1:9 $INCLUDE without a value; expect a'],
    [
      'too many values',
      { 'zones/main': '$INCLUDE a b c' },
      'zones/main:1:14 $INCLUDE with more than two values',
    ],
    [
      'a file that is not there',
      { 'zones/main': '$INCLUDE a' },
      'zones/main:1:10 "zones/a" cannot be read: ENOENT: no such file; expect a zone file',
    ],
    [
      'a file that includes itself',
      { 'zones/main': '\n$INCLUDE ./main' },
      'zones/main:2:10 "zones/main" is not included: a circle of zones/main:2; expect files that',
    ],
    [
      'files that include each other',
      { 'zones/main': '$INCLUDE a', 'zones/a': '\n$INCLUDE b', 'zones/b': '\n\n$INCLUDE a' },
      'zones/b:3:10 "zones/a" is not included: a circle of zones/a:2, zones/b:3; expect files',
    ],
    [
      'an origin that is no name',
      { 'zones/main': '$INCLUDE a b..c', 'zones/a': `x ${A}` },
      'zones/main:1:12 "b..c" is not a name',
    ],
  ];
  for (const [when, files, problem] of wrong) {
    it(`reports ${when} and goes on`, () => {
      const main = `${files['zones/main']}\nnext ${A}`;
      const { records, problems } = read({ ...files, 'zones/main': main });
      expect(problems).to.have.length(1);
      expect(problems[0]).to.include(problem);
      expect(records.at(-1)).to.match(/^zones\/main:\d next\.example\. 0$/);
    });
  }

  it('goes sixteen files deep, and says so of the seventeenth', () => {
    const files: Record<string, string> = { 'zones/main': `$INCLUDE 1\nnext ${A}` };
    for (let i = 1; i < 20; i++) files[`zones/${i}`] = `x${i} ${A}\n$INCLUDE ${i + 1}`;
    const { records, problems } = read(files);
    expect(records).to.have.length(17);
    expect(problems).to.deep.equal([
      'zones/16:2:10 "zones/17" is not included: files inside files; expect a depth of 16',
    ]);
  });

  it('follows a thousand includes', () => {
    const { records, count } = read({
      'zones/main': '$INCLUDE part\n'.repeat(1001),
      'zones/part': `x ${A}`,
    });
    expect(records).to.have.length(1000);
    expect(count).to.equal(1);
  });

  it('includes nothing in a text that is in no file', () => {
    const reader = new ZoneReader(ascii('$INCLUDE a'));
    expect(reader.next()).to.equal(false);
    expect(reader.problems.kept[0]!.message).to.include('this text is in no file; expect records');
  });
});
