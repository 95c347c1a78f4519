import { expect } from 'chai';
import { now } from '../../src/clock.ts';
import { type LoadedConfig, watch } from '../../src/load/loaded-config.ts';

/** A configuration whose next rule expires then. */
function expiringAt(expiresAt: number): LoadedConfig {
  return {
    forwarding: { files: [] },
    policy: { expiresAt },
    config: { watch: false },
  } as unknown as LoadedConfig;
}

describe('serving follow', () => {
  it('tells when a rule has expired', async () => {
    await new Promise<void>((resolve) => {
      watch(expiringAt(now() + 2), { changed: () => {}, outdated: resolve });
    });
  });

  it('tells nothing any more when it has ended', async () => {
    let told = 0;
    const end = watch(expiringAt(now() + 1), { changed: () => {}, outdated: () => told++ });
    end();
    await new Promise<void>((resolve) => {
      watch(expiringAt(now() + 5), { changed: () => {}, outdated: resolve });
    });
    expect(told).to.equal(0);
  });
});
