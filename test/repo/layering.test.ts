import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { readSources } from './sources.ts';

/** What each folder may import besides itself. */
const FOLDERS: Readonly<Record<string, readonly string[]>> = {
  wire: [],
  net: [],
  transport: [],
  config: ['net'],
  decision: ['wire'],
  policy: ['decision', 'wire', 'net', 'config'],
  forward: ['wire', 'net', 'config', 'decision'],
  transfer: ['policy', 'wire', 'net', 'transport'],
  observe: ['decision', 'wire', 'net'],
  diff: ['policy', 'decision', 'wire', 'net', 'config'],
  diagnose: ['decision', 'wire', 'net', 'transport', 'printable.ts'],
};

/** The core, which is beside the folders: what it may import. */
const CORE: readonly string[] = [
  'engine.ts',
  'forwarder.ts',
  'delivery.ts',
  'cache-hits.ts',
  'policy-ending.ts',
  'chase.ts',
  'conclusion.ts',
  'reply.ts',
];
const OF_CORE: readonly string[] = ['policy', 'forward', 'decision', 'wire', ...CORE];

/** Where each package comes in: a file, or a folder. */
const DOORS: Readonly<Record<string, string>> = {
  dns2: 'src/cli/',
  'ipaddr.js': 'src/net/',
  koffi: 'src/transport/libc.ts',
  'lru-cache': 'src/forward/cache.ts',
  pino: 'src/log.ts',
  'prom-client': 'src/observe/metrics.ts',
  yaml: 'src/config/',
};

const SOURCES = readSources();

/** `wire` for src/wire/name.ts, `engine.ts` for src/engine/engine.ts. */
function partOf(file: string): string {
  return file.split('/')[1]!;
}

function isAllowed(from: string, to: string): boolean {
  if (from === to) return true;
  if (to === 'cli') return false;
  if (from === 'cli') return to !== 'transport';
  if (CORE.includes(from)) return OF_CORE.includes(to);
  return FOLDERS[from]?.includes(to) ?? true;
}

describe('imports', () => {
  it('are seen', () => {
    const own = SOURCES.flatMap((source) => source.own);
    expect(own).to.include.members([
      'src/wire/name.ts',
      'src/engine/engine.ts',
      'src/cli/serve.ts',
    ]);
    for (const file of own) expect(existsSync(file), file).to.equal(true);
  });

  for (const part of [...Object.keys(FOLDERS), ...CORE, 'cli']) {
    it(`point one way from ${part}`, () => {
      const wrong = SOURCES.filter(({ file }) => partOf(file) === part).flatMap(({ file, own }) =>
        own.filter((to) => !isAllowed(part, partOf(to))).map((to) => `${file} imports ${to}`),
      );
      expect(wrong).to.deep.equal([]);
    });
  }

  it('lead to cli from nowhere', () => {
    const wrong = SOURCES.filter(
      ({ file, own }) => partOf(file) !== 'cli' && own.some((to) => partOf(to) === 'cli'),
    );
    expect(wrong.map(({ file }) => file)).to.deep.equal([]);
  });

  it('know every folder', () => {
    const folders = SOURCES.map(({ file }) => partOf(file)).filter((part) => !part.endsWith('.ts'));
    expect([...Object.keys(FOLDERS), 'cli']).to.include.members(folders);
  });

  for (const name of new Set(SOURCES.flatMap(({ packages }) => packages))) {
    it(`bring ${name} in by one door`, () => {
      const files = SOURCES.filter(({ packages }) => packages.includes(name));
      const wrong = files.filter(({ file }) => !file.startsWith(DOORS[name] ?? 'no door'));
      expect(wrong.map(({ file }) => file)).to.deep.equal([]);
    });
  }
});
