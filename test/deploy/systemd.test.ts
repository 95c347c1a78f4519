import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { cleanUp, describeWith, findProgram, makeFolder, run } from '../e2e/processes.ts';
import { deployFile } from './files.ts';

const UNIT = deployFile('systemd', 'rcode5.service');
/** What `systemd-analyze security` may say at most; 10 is a service without any limits. */
const EXPOSURE = 1.6;

describe('config/deploy/systemd', () => {
  const text = readFileSync(UNIT, 'utf8');
  const valuesOf = (key: string) =>
    [...text.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value]) => value!);

  it('gives one capability and no more', () => {
    expect(valuesOf('CapabilityBoundingSet')).to.deep.equal(['CAP_NET_BIND_SERVICE']);
    expect(valuesOf('AmbientCapabilities')).to.deep.equal(['CAP_NET_BIND_SERVICE']);
    expect(valuesOf('NoNewPrivileges')).to.deep.equal(['yes']);
    expect(valuesOf('User')).to.deep.equal(['rcode5']);
  });

  it('waits until it is ready, and watches it', () => {
    expect(valuesOf('Type')).to.deep.equal(['notify']);
    expect(valuesOf('WatchdogSec')).to.deep.equal(['30s']);
  });

  it('lets V8 make machine code', () => {
    expect(valuesOf('MemoryDenyWriteExecute')).to.deep.equal([]);
  });

  it('has a user that sysusers makes', () => {
    const sysusers = readFileSync(deployFile('systemd', 'rcode5.sysusers'), 'utf8');
    expect(sysusers).to.match(/^u rcode5 /m);
  });
});

describeWith(['systemd-analyze'], 'config/deploy/systemd, to systemd-analyze', () => {
  let folder: string;
  let unit: string;

  before(() => {
    folder = makeFolder();
    unit = join(folder, 'rcode5.service');
    // Node is somewhere else on every machine, and verify looks for it.
    const text = readFileSync(UNIT, 'utf8').replaceAll('/usr/bin/node', process.execPath);
    writeFileSync(unit, text);
  });
  after(cleanUp);

  const verify = (file: string) => run(findProgram('systemd-analyze')!, ['verify', file]);

  it('has nothing to complain of', async () => {
    const { code, stdout, stderr } = await verify(unit);
    expect(stdout + stderr).to.equal('');
    expect(code).to.equal(0);
  });

  it('complains of a key that it does not know', async () => {
    mkdirSync(join(folder, 'wrong'));
    const wrong = join(folder, 'wrong', 'rcode5.service');
    writeFileSync(wrong, readFileSync(unit, 'utf8').replace('UMask=', 'UMusk='));
    expect((await verify(wrong)).stderr).to.match(/Unknown key.*UMusk/);
  });

  it('is exposed as little as such a service can be', async () => {
    const analyze = findProgram('systemd-analyze')!;
    const { stdout } = await run(analyze, ['security', '--offline=true', '--no-pager', unit]);
    const exposure = Number(/Overall exposure level for .*: ([\d.]+)/.exec(stdout)?.[1]);
    expect(exposure, stdout).to.be.at.most(EXPOSURE);
  });
});
