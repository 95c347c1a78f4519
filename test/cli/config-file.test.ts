import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { findConfigFile } from '../../src/cli/config-file.ts';

describe('cli/config-file', () => {
  let folder = '';
  let file = '';

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-config-file-'));
    file = join(folder, 'rcode5.yaml');
    writeFileSync(file, '');
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is the one of -c, whatever else there is', () => {
    expect(findConfigFile('a.yaml', { RCODE5_CONFIG: file }, file)).to.equal('a.yaml');
  });

  it('is the one of $RCODE5_CONFIG before that of the system', () => {
    expect(findConfigFile(undefined, { RCODE5_CONFIG: file }, '/etc/none')).to.equal(file);
  });

  it('is that of the system before the packaged one', () => {
    expect(findConfigFile(undefined, {}, file)).to.equal(file);
    expect(findConfigFile(undefined, { RCODE5_CONFIG: '' }, file)).to.equal(file);
  });

  it('is the packaged one where there is no other', () => {
    const none = join(folder, 'none.yaml');
    expect(findConfigFile(undefined, {}, none)).to.equal(join('config', 'default.yaml'));
  });

  it('is no other one when the variable names a file that is missing', () => {
    const none = join(folder, 'none.yaml');
    expect(() => findConfigFile(undefined, { RCODE5_CONFIG: none }, file)).to.throw(
      `$RCODE5_CONFIG is ${none}, which cannot be read (ENOENT); expect a configuration`,
    );
  });
});
