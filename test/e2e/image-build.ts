/**
 * The image, built by the Dockerfile with buildah, which needs no engine. Its base is made here: a Debian of
 * debootstrap with the Node and the npm that run this.
 */

import { cpSync, existsSync, mkdirSync, realpathSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type ImageSettings, instructions } from '../deploy/dockerfile.ts';
import type { Image } from './image.ts';
import { findProgram, makeFolder, run } from './processes.ts';

export const BUILDERS: readonly string[] = ['buildah', 'debootstrap', 'npm'];

/** Authorities that this machine reaches its registry by. */
const AUTHORITIES = '/etc/ssl/certs/ca-certificates.crt';

interface Inspected {
  readonly Docker: {
    readonly config: {
      readonly User: string;
      readonly Env: readonly string[];
      readonly Entrypoint: readonly string[];
      readonly Cmd: readonly string[];
      readonly Labels: Readonly<Record<string, string>>;
      readonly Healthcheck: { readonly Test: readonly string[] };
    };
  };
}

/** Takes minutes. */
export async function buildImage(): Promise<Image> {
  const storage = makeFolder();
  const places = ['--root', join(storage, 'root'), '--runroot', join(storage, 'run')];
  const buildah = async (...args: readonly string[]) =>
    (await succeed('buildah', ['--storage-driver', 'vfs', ...places, ...args])).trim();
  const base = await makeBase();
  const container = await buildah('from', 'scratch');
  await buildah('add', '--quiet', container, base);
  if (existsSync(AUTHORITIES)) {
    await buildah('config', '--env', `NODE_EXTRA_CA_CERTS=${AUTHORITIES}`, container);
  }
  const [tag] = instructions('FROM')[0]!.split(' ');
  await buildah('commit', '--quiet', '--rm', container, tag!);
  rmSync(base, { recursive: true });
  const build = ['build', '--pull=never', '--isolation=chroot', '--format=docker'];
  await buildah(...build, '--build-arg', 'REVISION=tested', '--tag', 'rcode5', '.');
  const built = await buildah('from', '--pull=never', 'rcode5');
  const root = await buildah('mount', built);
  return { root, settings: settingsOf(await buildah('inspect', '--type=image', 'rcode5')) };
}

/** What the official image has, as far as the Dockerfile asks for it. */
async function makeBase(): Promise<string> {
  const base = join(makeFolder(), 'base');
  await succeed('debootstrap', ['--variant=minbase', '--include=libstdc++6', 'bookworm', base]);
  const local = join(base, 'usr/local');
  cpSync(process.execPath, join(local, 'bin/node'), { dereference: true });
  const npm = dirname(dirname(realpathSync(findProgram('npm')!)));
  cpSync(npm, join(local, 'lib/node_modules/npm'), { recursive: true });
  symlinkSync('../lib/node_modules/npm/bin/npm-cli.js', join(local, 'bin/npm'));
  if (existsSync(AUTHORITIES)) {
    mkdirSync(join(base, dirname(AUTHORITIES)), { recursive: true });
    cpSync(AUTHORITIES, join(base, AUTHORITIES), { dereference: true });
  }
  return base;
}

function settingsOf(text: string): ImageSettings {
  const { config } = (JSON.parse(text) as Inspected).Docker;
  return {
    user: config.User,
    environment: config.Env,
    command: [...config.Entrypoint, ...config.Cmd],
    healthCheck: config.Healthcheck.Test.slice(1),
    labels: config.Labels,
  };
}

async function succeed(program: string, args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(findProgram(program)!, args);
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${stdout}\n${stderr}`);
  return stdout;
}
