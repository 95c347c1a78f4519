import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { layRoot } from '../../scripts/image-root.ts';
import { imageSettings } from '../deploy/dockerfile.ts';
import { passOver } from '../world/needs.ts';
import { configure, type Image, startIn } from './image.ts';
import { BUILDERS, buildImage } from './image-build.ts';
import { findPort } from './peers.ts';
import { cleanUp, describeWith, makeFolder, missingOf } from './processes.ts';
import { ask } from './sockets.ts';

/** `npm run test:image` builds it by the Dockerfile. */
const IS_BUILT = process.env['RCODE5_TEST_IMAGE'] === 'built';
const NXDOMAIN = 3;
const REFUSED = 5;
const TOKEN = 'RCODE5_TOKEN=secret';

describeWith(['unshare', 'chroot'], 'e2e: the container image', function () {
  // Building it takes minutes.
  if (IS_BUILT) this.timeout(0);
  let image: Image;
  after(cleanUp);

  before(async function () {
    if (process.getuid?.() !== 0) passOver(this, 'this is not root');
    if (!IS_BUILT) {
      const root = join(makeFolder(), 'root');
      layRoot(root);
      image = { root, settings: imageSettings() };
      return;
    }
    const missing = missingOf(BUILDERS);
    if (missing.length > 0) passOver(this, `not installed: ${missing.join(', ')}`);
    image = await buildImage();
  });

  it('serves, read-only, as a user without privileges, and refuses with a record', async () => {
    const port = await findPort();
    const admin = await findPort();
    configure(
      image,
      `listen: ["127.0.0.1:${port}"]
admin: { listen: "127.0.0.1:${admin}", token: "\${RCODE5_TOKEN}" }
threads: 1
acl: { query: { 127.0.0.0/8: allow, 127.0.0.9/32: refuse } }
upstreams: { default: { servers: ["127.0.0.1:1"] } }
policies: [{ name: house, rules: { www.example.org: nxdomain } }]
`,
    );
    /** The image's own check, at a port that is free here. */
    const healthCheck = image.settings.healthCheck.map((one) => one.replace(':8053', `:${admin}`));
    const checked = async () => (await startIn(image, healthCheck, [TOKEN]).ended).code;
    expect(await checked()).to.equal(1);
    const program = startIn(image, image.settings.command, [TOKEN]);
    await program.says(/admin HTTP on /);
    expect(await checked()).to.equal(0);
    expect(program.stderr).to.include('/etc/rcode5/rcode5.yaml');
    expect(program.stderr).not.to.match(/runs as root|portable/);
    expect(await ask(port, 'www.example.org')).to.equal(NXDOMAIN);
    expect(await ask(port, 'www.example.org', { source: '127.0.0.9' })).to.equal(REFUSED);
    const record = await program.until('record', () =>
      program.stdout.split('\n').find((line) => line.includes('"event":"refused"')),
    );
    expect(JSON.parse(record)).to.include({ client: '127.0.0.9', layer: 'acl' });
    program.signal('SIGTERM');
    expect(await program.ended).to.deep.equal({ code: 0, signal: null });
    expect(program.stdout + program.stderr).not.to.match(/EACCES|EROFS/);
  });

  it('runs any command', async () => {
    const program = startIn(image, ['rcode5', 'version']);
    expect((await program.ended).code).to.equal(0);
    expect(program.stdout).to.match(/^\d+\.\d+\.\d+\n$/);
  });

  it('says what it is', () => {
    const { labels } = image.settings;
    expect(labels['org.opencontainers.image.licenses']).to.equal('MIT');
    if (IS_BUILT) expect(labels['org.opencontainers.image.revision']).to.equal('tested');
  });

  it('has no shell, and nothing that others than its user can write', () => {
    const all = globSync('**', { cwd: image.root });
    expect(all.filter((path) => /(^|\/)(sh|bash|dash|busybox|apt|npm)$/.test(path))).to.deep.equal(
      [],
    );
    const own = ['tmp', 'var/log/rcode5', 'var/lib/rcode5', 'var/cache/rcode5'];
    const open = all.filter((path) => {
      const { mode, uid } = statSync(join(image.root, path));
      return uid !== 0 || (mode & 0o022) !== 0;
    });
    expect(open).to.have.members(own);
  });
});
