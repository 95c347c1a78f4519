import { expect } from 'chai';
import { Document } from '../../src/config/document.ts';

function problemsOf(text: string): readonly string[] {
  const { problems } = new Document('site.yaml', text, {});
  return problems.map(({ line, column, message }) => `${line}:${column}: ${message}`);
}

describe('config/yaml-error', () => {
  const unquoted: readonly (readonly [string, string, string])[] = [
    [
      'a wildcard as a key',
      'rules:\n  *.bad.example: refuse\n',
      '2:3: in YAML * begins an alias; expect quotes: "*.bad.example"',
    ],
    [
      'a wildcard in a list',
      'names:\n  - *.bad.example\n',
      '2:5: in YAML * begins an alias; expect quotes: "*.bad.example"',
    ],
    [
      'a wildcard within [ ]',
      'names: [x.example, *.bad.example]\n',
      '1:20: in YAML * begins an alias; expect quotes: "*.bad.example"',
    ],
    [
      'a wildcard within { }',
      'rules: { *.bad.example: refuse }\n',
      '1:10: in YAML * begins an alias; expect quotes: "*.bad.example"',
    ],
    ['a lone star', 'rules:\n  *: refuse\n', '2:3: in YAML * begins an alias; expect quotes: "*"'],
    [
      'an IPv6 address with a port',
      'listen:\n  - [::1]:53\n',
      '2:5: in YAML [ begins a list; expect quotes: "[::1]:53"',
    ],
    [
      'the same as a key',
      'x:\n  [2001:db8::1]:53: y\n',
      '2:3: in YAML [ begins a list; expect quotes: "[2001:db8::1]:53"',
    ],
    [
      'an address with a zone',
      'listen:\n  - [fe80::1%eth0]:53\n',
      '2:5: in YAML [ begins a list; expect quotes: "[fe80::1%eth0]:53"',
    ],
    [
      'a rule of adblock',
      'reason: @@||x.example^\n',
      '1:9: in YAML @ begins nothing that it knows; expect quotes: "@@||x.example^"',
    ],
    ['a percentage', 'share: %50\n', '1:8: in YAML % begins a directive; expect quotes: "%50"'],
  ];
  for (const [what, text, problem] of unquoted) {
    it(`asks for quotes around ${what}`, () => {
      expect(problemsOf(text)).to.deep.equal([problem]);
    });
  }

  const others: readonly (readonly [string, string, string])[] = [
    [
      'an alias without an anchor',
      'a: *office\n',
      '1:4: there is no anchor "office" above; expect a value with &office',
    ],
    [
      'a quote that is not closed',
      'a: "b *c\n',
      '2:1: a text in quotes has no end; expect " here or before',
    ],
    ['a tab', 'acl:\n\tquery: 1\n', '2:1: a tab begins this line; expect spaces'],
    [
      'a star in quotes beside another fault',
      '"*.x": refuse: y\n',
      '1:8: a second ": " on one line; expect quotes around a value that has one',
    ],
  ];
  for (const [what, text, problem] of others) {
    it(`asks for no quotes because of ${what}`, () => {
      expect(problemsOf(text)).to.deep.equal([problem]);
    });
  }
});
