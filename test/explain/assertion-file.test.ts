import { expect } from 'chai';
import { ConfigError } from '../../src/config/problem.ts';
import { parseAssertions } from '../../src/explain/assertion-file.ts';

const EXPECT_KEYS = 'rcode, layer, action, rule, upstream, ede, event, view, group';
const LIST =
  'a list, each item a mapping with name, client, query, transport, rd, do, opcode, expect';

function parse(text: string, environment: Record<string, string> = {}) {
  return parseAssertions('a.yaml', text, environment);
}

function problemsIn(text: string): string[] {
  try {
    parse(text);
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.message.split('\n').map((line) => line.replace(/^a\.yaml:/, ''));
  }
  return [];
}

function assertion(fields: string): string {
  return `- { client: 192.0.2.1, query: www.example.com, ${fields} }\n`;
}

describe('assertion-file', () => {
  it('asks like a stub resolver unless it says otherwise', () => {
    const [read] = parse(assertion('expect: { layer: acl }'));
    expect(read).to.deep.equal({
      place: { file: 'a.yaml', line: 1, column: 3 },
      name: undefined,
      client: '192.0.2.1',
      query: 'www.example.com',
      question: {
        client: '192.0.2.1',
        name: 'www.example.com',
        type: 1,
        rrClass: 1,
        opcode: 0,
        recursionDesired: true,
        dnssecOk: false,
        transport: 'udp',
        listener: 0,
      },
      expected: [{ key: 'layer', value: 'acl', place: { file: 'a.yaml', line: 1, column: 65 } }],
    });
  });

  it('can say all of a question', () => {
    const [read] = parse(
      '- name: one\n  client: 2001:db8::1\n  query: " id.server  TXT CH "\n  transport: tcp\n  rd: false\n  do: true\n  opcode: NOTIFY\n  expect: { layer: acl }\n',
    );
    expect(read!.name).to.equal('one');
    expect(read!.question).to.deep.equal({
      client: '2001:db8::1',
      name: 'id.server',
      type: 16,
      rrClass: 3,
      opcode: 4,
      recursionDesired: false,
      dnssecOk: true,
      transport: 'tcp',
      listener: 0,
    });
  });

  const edes = [
    { ede: '18', value: '18' },
    { ede: '[15, 0]', value: '15, 0' },
    { ede: '[]', value: 'none' },
    { ede: 'none', value: 'none' },
  ];
  for (const { ede, value } of edes) {
    it(`takes the Extended DNS Errors ${ede}`, () => {
      const [read] = parse(assertion(`expect: { ede: ${ede} }`));
      expect(read!.expected[0]!.value).to.equal(value);
    });
  }

  it('takes variables from the environment', () => {
    const [read] = parse(`- { client: "$\{LAB}", query: a.example, expect: { layer: acl } }`, {
      LAB: '192.0.2.9',
    });
    expect(read!.client).to.equal('192.0.2.9');
  });

  const cases = [
    { when: 'it is empty', text: '', says: [`1:1: the file is empty; expect ${LIST}`] },
    {
      when: 'no assertion is in it',
      text: '[]',
      says: [`1:1: there is nothing in it; expect ${LIST}`],
    },
    { when: 'it is no list', text: 'a: b', says: [`1:1: expect ${LIST}`] },
    {
      when: 'an expectation is not known',
      text: assertion('expect: { layr: acl, rcode: REFUSED }'),
      says: [`1:58: unknown key "layr"; expect ${EXPECT_KEYS}`],
    },
    {
      when: 'nothing is expected',
      text: assertion('expect: {}'),
      says: [`1:56: nothing is expected; expect a mapping with ${EXPECT_KEYS}`],
    },
    {
      when: 'there is no expectation',
      text: '- client: 192.0.2.1\n  query: a.example\n',
      says: [`1:3: expect is missing; expect a mapping with ${EXPECT_KEYS}`],
    },
    {
      when: 'many things are wrong',
      text: `- client: 192.0.2
  query: www..example
  rd: perhaps
  expect: { rcode: NOPE, layer: gate, ede: [18, x] }
- client: 192.0.2.1
  query: www.example B
  expect: { ede: 70000 }
`,
      says: [
        '1:11: "192.0.2" is not an address; expect an IPv4 or IPv6 address',
        /^2:10: "www\.\.example" has .*; expect a name, with a type and a class if need be/,
        '3:7: "perhaps" is not valid; expect true or false',
        /^4:20: "NOPE" is not valid; expect NOERROR, .* or none$/,
        /^4:33: "gate" is not valid; expect protocol, acl, /,
        '4:49: "x" is not valid; expect a whole number from 0 to 65535',
        /^6:10: "B" is not a type; expect a name/,
        '7:18: "70000" is not valid; expect a whole number from 0 to 65535',
      ],
    },
    {
      when: 'a question has a word too many',
      text: '- { client: 192.0.2.1, query: a.example A IN now, expect: { layer: acl } }',
      says: [/^1:31: "now" is too much; expect a name/],
    },
  ];
  for (const { when, text, says } of cases) {
    it(`says where and what when ${when}`, () => {
      const problems = problemsIn(text);
      expect(problems).to.have.lengthOf(says.length);
      for (const [i, said] of says.entries()) {
        if (typeof said === 'string') expect(problems[i]).to.equal(said);
        else expect(problems[i]).to.match(said);
      }
    });
  }
});
