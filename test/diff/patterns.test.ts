import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { changedPatterns } from '../../src/diff/patterns.ts';
import { compilePolicy } from '../../src/policy/compile.ts';

describe('diff/patterns', () => {
  it('names the policy whose regular expressions are others', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    const policy = (text: string) => {
      writeFileSync(join(folder, 'ads.txt'), text);
      const list = `policies: [{ name: ads, adblock: ${folder}/ads.txt }]\n`;
      const upstreams = 'upstreams: { default: { servers: [192.0.2.53] } }\n';
      return compilePolicy(parseConfig('site.yaml', upstreams + list), '0.1.0');
    };
    const one = policy('/^ad/\n/^pop/\n||a.example^');
    const rows: readonly (readonly [string, boolean])[] = [
      ['||b.example^\n/^pop/\n/^ad/', false],
      ['/^ad/', true],
      ['/^ad/\n/^pop/$important', true],
      ['||a.example^', true],
    ];
    for (const [text, isChanged] of rows) {
      const expected = isChanged ? ['policies.ads (regular expressions)'] : [];
      expect(changedPatterns(one, policy(text)), text).to.deep.equal(expected);
    }
    rmSync(folder, { recursive: true });
  });
});
