import { existsSync } from 'node:fs';
import { expect } from 'chai';
import { DOORS, HOUSE, OPEN_TO_ALL } from '../../scripts/reference/house.ts';
import { findCircles, mutualFolders } from './import-graph.ts';
import { readSources } from './sources.ts';

/** Modules of Node that take as long to import as Node takes to start, or nearly. */
const SLOW = /^import (?!type )[^;]*? from '(node:(?:http|https|http2|tls))';$/gm;

const SOURCES = readSources();
const ALL = readSources(['src/**/*.ts', 'bench/**/*.ts', 'scripts/**/*.ts']);
/** Files and folders of src/ together. */
const MOST_ENTRIES = 24;

/** `wire` for src/wire/name.ts, `clock.ts` for src/clock.ts. */
function partOf(file: string): string {
  return file.split('/')[1]!;
}

const PARTS = [...new Set(SOURCES.map(({ file }) => partOf(file)))];
const ROOMS = HOUSE.map(({ name }) => name);

/** Imports that a file has and its room does not allow. */
function forbidden(name: string, allowed: readonly string[]): string[] {
  const open = [name, ...allowed, ...OPEN_TO_ALL];
  return SOURCES.filter(({ file }) => partOf(file) === name).flatMap(({ file, own }) =>
    own.filter((to) => !open.includes(partOf(to))).map((to) => `${file} imports ${to}`),
  );
}

describe('imports', () => {
  it('are seen', () => {
    const own = ALL.flatMap((source) => source.own);
    expect(own).to.include.members([
      'src/wire/name.ts',
      'src/server/server.ts',
      'bench/measure.ts',
    ]);
    for (const file of own) expect(existsSync(file), file).to.equal(true);
  });

  for (const { name, imports } of HOUSE) {
    it(`of ${name} are those that scripts/reference/house.ts allows`, () => {
      expect(forbidden(name, imports)).to.deep.equal([]);
    });

    it(`of ${name} are used, each that is allowed`, () => {
      const used = SOURCES.filter(({ file }) => partOf(file) === name).flatMap(({ own }) => own);
      expect(used.map(partOf)).to.include.members([...imports]);
    });
  }

  it('lead to rooms below, never back up', () => {
    const up = HOUSE.flatMap(({ name, imports }, floor) =>
      imports.filter((to) => ROOMS.indexOf(to) <= floor).map((to) => `${name} imports ${to}`),
    );
    expect(up, 'move the file to the room that it belongs to').to.deep.equal([]);
  });

  it('know every folder: a new one gets a row in scripts/reference/house.ts', () => {
    expect(PARTS).to.have.members([...ROOMS, ...OPEN_TO_ALL]);
  });

  it(`join at most ${MOST_ENTRIES} files and folders in src/`, () => {
    expect(PARTS.length).to.be.at.most(MOST_ENTRIES);
  });

  it('are of no module that is slow to load and that most have no use for', () => {
    const slow = SOURCES.flatMap(({ file, text }) =>
      [...text.matchAll(SLOW)].map(([, name]) => `${file} imports ${name}`),
    );
    expect(slow, 'imports; expect process.getBuiltinModule() where it is used').to.deep.equal([]);
  });

  it('make no circle of files', () => {
    expect(findCircles(ALL), 'split what both need into a file of its own').to.deep.equal([]);
  });

  it('lead from no folder to one that imports it', () => {
    expect(mutualFolders(ALL), 'one of the two must not know the other').to.deep.equal([]);
  });

  for (const name of new Set(SOURCES.flatMap(({ packages }) => packages))) {
    it(`bring ${name} in by one door`, () => {
      const files = SOURCES.filter(({ packages }) => packages.includes(name));
      const wrong = files.filter(({ file }) => !file.startsWith(DOORS[name] ?? 'no door'));
      expect(wrong.map(({ file }) => file)).to.deep.equal([]);
    });
  }
});

describe('the import graph', () => {
  const file = (name: string, ...own: string[]) => ({ file: name, text: '', own, packages: [] });

  it('shows a circle of two files and of three', () => {
    const two = [file('src/a/x.ts', 'src/a/y.ts'), file('src/a/y.ts', 'src/a/x.ts')];
    expect(findCircles(two)).to.deep.equal([['src/a/x.ts', 'src/a/y.ts']]);
    const three = [
      file('src/a/x.ts', 'src/b/y.ts'),
      file('src/b/y.ts', 'src/c/z.ts'),
      file('src/c/z.ts', 'src/a/x.ts'),
      file('src/d/w.ts', 'src/a/x.ts'),
    ];
    expect(findCircles(three)).to.deep.equal([['src/a/x.ts', 'src/b/y.ts', 'src/c/z.ts']]);
  });

  it('shows two folders that import each other, and not a folder and what is in it', () => {
    const mutual = [
      file('src/a/x.ts', 'src/b/y.ts'),
      file('src/b/z.ts', 'src/a/w.ts'),
      file('src/a/in/v.ts', 'src/a/x.ts'),
      file('src/a/u.ts', 'src/a/in/v.ts'),
    ];
    expect(mutualFolders(mutual)).to.deep.equal(['src/a and src/b']);
  });

  it('shows two rooms of a folder that import each other', () => {
    const rooms = [
      file('src/a/one/x.ts', 'src/a/two/y.ts'),
      file('src/a/two/y.ts', 'src/a/one/z.ts'),
    ];
    expect(mutualFolders(rooms)).to.deep.equal(['src/a/one and src/a/two']);
  });
});
