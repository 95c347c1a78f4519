import { expect } from 'chai';
import { runProgram } from '../world/run-program.ts';

/** Wrong command lines: the first line of what is printed, and nothing but a usage below it. */
const WRONG: readonly (readonly [string, readonly string[], string])[] = [
  ['a mistyped command', ['explian'], 'there is no command explian; did you mean explain?'],
  ['a command half typed', ['diag'], 'there is no command diag; did you mean diagnose?'],
  ['a command like no other', ['resolve'], 'there is no command resolve'],
  ['help for a command there is not', ['help', 'foo'], 'there is no command foo'],
  [
    'a mistyped option',
    ['explain', '--clent', '10.0.0.1'],
    'there is no option --clent; did you mean --client?',
  ],
  ['an option of another command', ['check', '--follow'], 'there is no option --follow'],
  ['a letter that is no option', ['check', '-x'], 'there is no option -x'],
  [
    'an option with one value given twice',
    ['explain', '--client', '10.0.0.1', '--client', '10.0.0.2', '--name', 'x.example'],
    '--client is given twice; expect it once',
  ],
  [
    'the configuration given twice',
    ['check', '-c', 'a', '-c', 'b'],
    '-c is given twice; expect it once',
  ],
];

describe('cli/arguments', () => {
  for (const [what, args, message] of WRONG) {
    it(`name the remedy for ${what}`, async () => {
      const { code, stdout, stderr } = await runProgram(args);
      const [first, ...rest] = stderr.trimEnd().split('\n');
      expect({ code, stdout, first }).to.deep.equal({ code: 2, stdout: '', first: message });
      expect(rest).to.have.lengthOf(1);
    });
  }

  it('show the version in the three ways that people try', async () => {
    const shown = [];
    for (const word of ['--version', '-V', 'version'])
      shown.push((await runProgram([word])).stdout);
    expect(new Set(shown).size).to.equal(1);
  });
});
