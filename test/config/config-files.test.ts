import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { readConfig, resolvePath } from '../../src/config/config.ts';
import { FINE } from './problems.ts';

describe('config/config files', () => {
  it('are named as they were given', () => {
    expect(() => readConfig('nowhere.yaml')).to.throw(/^nowhere\.yaml:1:1: /);
  });

  it('are read with the variables that are given', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    const file = join(folder, 'site.yaml');
    writeFileSync(file, `${FINE}node: "\${SITE}"\n`);
    expect(readConfig(file, { SITE: 'a' })).to.include({ file, node: 'a' });
    rmSync(folder, { recursive: true });
  });

  for (const [path, resolved] of [
    ['/etc/resolv.conf', '/etc/resolv.conf'],
    ['policy/a.rpz', 'config/policy/a.rpz'],
    ['../a.rpz', 'a.rpz'],
  ] as const) {
    it(`finds ${path} at ${resolved} from config/site.yaml`, () => {
      expect(resolvePath({ file: 'config/site.yaml' }, path)).to.equal(resolved);
    });
  }
});
