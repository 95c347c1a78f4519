import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { writeCache } from '../../src/policy/rpz/transfer/cache-file.ts';
import { copyOf } from '../policy/rpz/transfer/copies.ts';
import { rule, soa } from '../policy/rpz/transfer/zones.ts';
import type { Octets } from '../world/messages.ts';
import { content, FeedStage } from './zone-transfer-stage.ts';

describe('transfer/feed', () => {
  let stage: FeedStage;
  beforeEach(async () => {
    stage = await FeedStage.open();
  });
  afterEach(() => stage?.close());

  describe('with a cache file', () => {
    const known = (records: readonly Octets[], ageMs = 0) => ({
      copy: copyOf(3, records),
      primary: '192.0.2.1:53',
      confirmedAt: Date.now() - ageMs,
    });
    // Refresh and retry are 60 and 20 seconds, expire is 600.
    const EXPIRE_MS = 600_000;

    it('has the last good copy before any primary is asked', async () => {
      const cacheFile = join(stage.folder, 'feed.rpz');
      writeCache(cacheFile, known([rule('old')]));
      stage.primary.close();
      const started = stage.create({ cacheFile });
      await started.load();
      expect(started.state.standing).to.equal('loaded');
      expect(started.state.image!.files).to.deep.equal(['192.0.2.1:53#3']);
      started.start();
      await stage.says(/ECONNREFUSED.*; the last good copy stays in force$/);
    });

    it('writes what it transfers, and what is confirmed', async () => {
      const cacheFile = join(stage.folder, 'var', 'feed.rpz');
      await stage.loaded({ cacheFile });
      expect(readFileSync(cacheFile, 'utf8')).to.include('\na.rpz.example. 30 IN CNAME .\n');
    });

    it('goes on by IXFR from the copy in the file', async () => {
      const cacheFile = join(stage.folder, 'feed.rpz');
      writeCache(cacheFile, known([rule('old')]));
      stage.primary.transfer = ({ send }) =>
        send([soa(5), soa(3), rule('old'), soa(5), rule('new'), soa(5)]);
      const started = stage.create({ cacheFile });
      await started.load();
      started.start();
      await stage.says(/by IXFR/);
      expect(content(started)).to.deep.equal(['new']);
    });

    it('says why the file cannot be used, and transfers the zone', async () => {
      const cacheFile = join(stage.folder, 'feed.rpz');
      writeFileSync(cacheFile, 'rubbish\n');
      const started = stage.create({ cacheFile });
      await started.load();
      expect(stage.said[0]).to.match(
        /^policy feed: .*feed\.rpz cannot be used: line 1: .*; the zone is transferred anew$/,
      );
      started.start();
      await stage.says(/by AXFR/);
    });

    it('says that the file cannot be written, and serves all the same', async () => {
      writeFileSync(join(stage.folder, 'file'), '');
      const started = stage.create({ cacheFile: join(stage.folder, 'file', 'feed.rpz') });
      started.start();
      await stage.says(/cannot be written: EEXIST/);
      expect(started.state.standing).to.equal('loaded');
    });

    it('takes a copy out of force when no primary has confirmed it for too long', async () => {
      const cacheFile = join(stage.folder, 'feed.rpz');
      stage.primary.close();
      writeCache(cacheFile, known([rule('old')], EXPIRE_MS - 300));
      const started = stage.create({ cacheFile });
      await started.load();
      expect(started.state.standing).to.equal('loaded');
      await stage.says(/serial 3 has expired: its rules are no longer in force/);
      await stage.says(/^changed$/);
      expect(started.state).to.deep.include({ standing: 'expired', image: undefined });
    });

    it('takes any serial once it has expired', async () => {
      const cacheFile = join(stage.folder, 'feed.rpz');
      writeCache(cacheFile, known([rule('old')], EXPIRE_MS + 5));
      stage.primary.serial = 1;
      const started = stage.create({ cacheFile });
      await started.load();
      expect(started.state.standing).to.equal('expired');
      started.start();
      await stage.says(/serial 1 from .* by AXFR/);
      expect(started.state.standing).to.equal('loaded');
    });
  });
});
