import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseConfig } from '../../src/config/config.ts';
import { createLasting, load, loadTaken } from '../../src/load/loaded-config.ts';
import { takeSnapshot, takeSnapshotAside } from '../../src/load/snapshot.ts';

const TEXT = `
node: ns7
cookies: { secret: 000102030405060708090a0b0c0d0e0f }
upstreams: { default: { servers: [192.0.2.53] } }
`;

describe('load/snapshot', () => {
  let folder: string;
  let file: string;
  const lasting = () => createLasting();

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    file = join(folder, 'site.yaml');
    writeFileSync(file, TEXT);
  });

  after(() => rmSync(folder, { recursive: true, force: true }));

  it('serves by the configuration that was parsed for it: the text is not parsed again', () => {
    const { snapshot, config } = takeSnapshot({ file, environment: {} });
    const taken = { snapshot: { ...snapshot, text: 'no configuration' }, config };
    expect(loadTaken(taken, lasting()).config).to.equal(config);
  });

  it('is compiled for the configuration that is given with it', async () => {
    const config = parseConfig(file, TEXT);
    const source = { file, environment: {}, text: 'no configuration' };
    const snapshot = await takeSnapshotAside(source, config);
    expect(loadTaken({ snapshot, config }, lasting()).config.node).to.equal('ns7');
  });

  it('can be sent to another thread, and serves there alike', () => {
    const taken = takeSnapshot({ file, environment: {} });
    const there = load(structuredClone(taken.snapshot), lasting());
    expect(there.policy.hash).to.equal(loadTaken(taken, lasting()).policy.hash);
    expect(there.config.cookies?.secret.octets).to.deep.equal(taken.config.cookies?.secret.octets);
  });
});
