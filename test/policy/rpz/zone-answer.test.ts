import { expect } from 'chai';
import { VerdictTable } from '../../../src/decision/verdict.ts';
import { attachRpz, readRpz } from '../../../src/policy/rpz/rpz-zone.ts';
import { ZoneAnswers } from '../../../src/policy/rpz/zone-answer.ts';
import { RuleTable } from '../../../src/policy/rules/rule-table.ts';
import { formatName } from '../../../src/wire/name.ts';
import { formatRcode, formatType } from '../../../src/wire/registry.ts';
import { ascii, name, TYPE } from '../../world/messages.ts';

const LINES = `
bad      CNAME garden
garden   A 192.0.2.1
garden   A 192.0.2.2
garden   TXT "text"
door     CNAME Garden
exit     CNAME www.outside.example.
ring     CNAME ring2
ring2    CNAME ring
special  CNAME rpz-drop.
*.rooms  A 192.0.2.3
a.taken.rooms A 192.0.2.4
`;

function answers(head: string) {
  const image = readRpz(ascii(`${head}${LINES}`), 'given');
  const rules = new RuleTable(image.rules);
  const zone = new ZoneAnswers(image, rules);
  const bad = rules.entryOf(name('bad'), false);
  return { find: (target: string, type: number) => zone.find(name(target), bad, type), image };
}

const NAMED = '$TTL 60\nrpz.example. SOA a. b. 1 1 1 1 1\n';
const BARE = '$TTL 60\n@ SOA a. b. 1 1 1 1 1\n';

describe('policy/rpz/zone-answer', () => {
  const cases: readonly (readonly [string, number, string])[] = [
    ['garden.rpz.example', TYPE.A, 'NOERROR garden.rpz.example. A, garden.rpz.example. A'],
    ['GARDEN.rpz.Example', TYPE.TXT, 'NOERROR GARDEN.rpz.Example. TXT'],
    ['garden.rpz.example', TYPE.MX, 'NOERROR'],
    ['door.rpz.example', TYPE.TXT, 'NOERROR door.rpz.example. CNAME, Garden.rpz.example. TXT'],
    ['exit.rpz.example', TYPE.A, 'NOERROR exit.rpz.example. CNAME then www.outside.example.'],
    ['nothing.rpz.example', TYPE.A, 'NXDOMAIN'],
    ['x.garden.rpz.example', TYPE.A, 'NXDOMAIN'],
    ['x.y.rooms.rpz.example', TYPE.A, 'NOERROR x.y.rooms.rpz.example. A'],
    ['taken.rooms.rpz.example', TYPE.A, 'NOERROR'],
    ['x.taken.rooms.rpz.example', TYPE.A, 'NXDOMAIN'],
    ['special.rpz.example', TYPE.A, 'NOERROR'],
    ['rpz.example', TYPE.A, 'NOERROR'],
    ['www.example', TYPE.A, 'outside'],
    ['garden.xrpz.example', TYPE.A, 'outside'],
    ['example', TYPE.A, 'outside'],
  ];
  for (const [target, type, expected] of cases) {
    it(`answers ${formatType(type)} of ${target} by ${expected}`, () => {
      expect(show(answers(NAMED).find(target, type))).to.equal(expected);
    });
  }

  it('gives up on aliases that lead in a ring', () => {
    const found = answers(NAMED).find('ring.rpz.example', TYPE.A);
    expect(formatRcode(found!.rcode)).to.equal('SERVFAIL');
    expect(found!.records).to.have.length(16);
  });

  it('takes a name without a dot for one of the zone, also when the zone has no name', () => {
    const { find, image } = answers(BARE);
    expect(show(find('garden', TYPE.TXT))).to.equal('NOERROR garden. TXT');
    expect(image.relative.size).to.equal(4);
    const absolute = readRpz(ascii(`${BARE}bad CNAME garden.\ngarden A 192.0.2.1\n`), 'given');
    const rules = new RuleTable(absolute.rules);
    const entry = rules.entryOf(name('bad'), false);
    expect(new ZoneAnswers(absolute, rules).find(name('garden'), entry, TYPE.A)).to.equal(
      undefined,
    );
  });

  it('is what the verdicts of a zone have', () => {
    const traits = {
      name: 'p',
      isShadow: false,
      ede: 'blocked',
      breakDnssec: false,
      recursiveOnly: true,
    } as const;
    const { image } = answers(NAMED);
    const verdicts = new VerdictTable();
    attachRpz(traits, image, verdicts);
    const withZone = verdicts.verdicts.filter(({ inside }) => inside !== undefined);
    expect(withZone.map(({ action }) => action)).to.deep.equal(['answer']);
  });
});

function show(found: ReturnType<ZoneAnswers['find']>): string {
  if (found === undefined) return 'outside';
  const { rcode, records, next } = found;
  const shown = records.map(
    ({ owner, record }) => `${formatName(owner)} ${formatType(record.type)}`,
  );
  const text = [formatRcode(rcode), shown.join(', ')].filter((part) => part !== '').join(' ');
  return next === undefined ? text : `${text} then ${formatName(next)}`;
}
