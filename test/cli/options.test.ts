import { expect } from 'chai';
import { describeOptions, formatSynopsis, type Options } from '../../src/cli/options.ts';

const OPTIONS: Options = {
  config: { type: 'string', short: 'c', value: 'FILE', default: 'a.yaml', about: 'what is read' },
  server: { type: 'string', multiple: true, value: 'IP', isRequired: true, about: 'who is asked' },
  json: { type: 'boolean', default: false, about: 'prints JSON' },
};

describe('cli/options', () => {
  const lines: readonly (readonly [string, string, string])[] = [
    ['operands before options', 'NAME', 'NAME [-c FILE] --server IP… [--json]'],
    ['options alone', '', '[-c FILE] --server IP… [--json]'],
  ];
  for (const [what, operands, synopsis] of lines) {
    it(`show ${what} in the usage`, () => {
      expect(formatSynopsis(operands, OPTIONS)).to.equal(synopsis);
    });
  }

  it('have a line each, with their long names and defaults', () => {
    expect(describeOptions(OPTIONS)).to.deep.equal([
      '-c FILE, --config  what is read (a.yaml)',
      '--server IP        who is asked',
      '--json             prints JSON',
    ]);
  });
});
