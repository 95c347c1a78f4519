import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { keysOf } from '../../scripts/reference/keys.ts';
import { entry, prose } from '../../scripts/reference/roff.ts';
import { allCommands } from '../../src/cli/program.ts';
import { CONFIG } from '../../src/config/keys.ts';
import { passOver } from '../world/needs.ts';

const PROGRAM = 'docs/man/rcode5.1';
const CONFIGURATION = 'docs/man/rcode5.yaml.5';

describe('the manual', () => {
  for (const file of [PROGRAM, CONFIGURATION]) {
    it(`has no fault that groff warns of: ${file}`, function () {
      const { error, status, stderr } = spawnSync('groff', ['-man', '-Tutf8', '-ww', file], {
        encoding: 'utf8',
      });
      if (error !== undefined) passOver(this, 'there is no groff');
      expect({ status, stderr }).to.deep.equal({ status: 0, stderr: '' });
    });
  }

  it('has each command', async () => {
    const text = readFileSync(PROGRAM, 'utf8');
    const headings = [...text.matchAll(/^\.SS (\S+)$/gm)].map(([, name]) => name);
    expect(headings).to.deep.equal((await allCommands()).map(({ name }) => name));
  });

  it('has each key of the configuration', () => {
    const text = readFileSync(CONFIGURATION, 'utf8');
    for (const { path } of keysOf(CONFIG)) expect(text).to.contain(entry(path, []).trim());
  });

  const texts: readonly (readonly [string, string, string])[] = [
    ['a request at the start of a line', '.PP is text', '\\&.PP is text'],
    ['a backslash and a hyphen', 'a\\b -c', 'a\\eb \\-c'],
    ['code and words in bold', 'a `b` **c**', 'a \\fBb\\fR \\fBc\\fR'],
    ['a link', 'see [docs](x.md)', 'see docs'],
  ];
  for (const [what, text, roff] of texts) {
    it(`escapes ${what}`, () => {
      expect(prose(text)).to.equal(roff);
    });
  }
});
