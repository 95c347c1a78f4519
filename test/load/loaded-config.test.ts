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

const NO_LOOKUPS = { use: () => {} };

describe('serving follow', () => {
  it('tells when a rule has expired', async () => {
    await new Promise<void>((resolve) => {
      watch(expiringAt(now() + 2), { changed: () => {}, lookups: NO_LOOKUPS, outdated: resolve });
    });
  });

  it('tells nothing any more when it has ended', async () => {
    let told = 0;
    const end = watch(expiringAt(now() + 1), {
      changed: () => {},
      lookups: NO_LOOKUPS,
      outdated: () => told++,
    });
    end();
    await new Promise<void>((resolve) => {
      watch(expiringAt(now() + 5), { changed: () => {}, lookups: NO_LOOKUPS, outdated: resolve });
    });
    expect(told).to.equal(0);
  });
});
