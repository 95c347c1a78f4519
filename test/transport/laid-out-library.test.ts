import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { expect } from 'chai';
import { layOut, libraryFolders } from '../../src/transport/laid-out-library.ts';
import { makeFolder } from '../e2e/processes.ts';

const LIBRARY = Buffer.from('the octets of a library');
const NAME = /^koffi-[0-9a-f]{16}\.node$/;
const UID = process.getuid!();
const OTHER = 64_321;

describe('the folders for the library of the executable', () => {
  const cases = [
    {
      when: 'systemd gives one for caches',
      environment: { CACHE_DIRECTORY: '/var/cache/rcode5:/var/cache/more', HOME: '/home/dns' },
      folders: ['/var/cache/rcode5', '/home/dns/.cache/rcode5', '/tmp/rcode5-7'],
    },
    {
      when: 'the user has one for caches',
      environment: { XDG_CACHE_HOME: '/fast', HOME: '/home/dns', XDG_RUNTIME_DIR: '/run/user/7' },
      folders: ['/fast/rcode5', '/home/dns/.cache/rcode5', '/run/user/7/rcode5', '/tmp/rcode5-7'],
    },
    { when: 'the environment is empty', environment: {}, folders: ['/tmp/rcode5-7'] },
    {
      when: 'a path depends on the working directory',
      environment: { XDG_CACHE_HOME: 'cache', HOME: '' },
      folders: ['/tmp/rcode5-7'],
    },
  ];
  for (const { when, environment, folders } of cases) {
    it(`are ${folders.join(', ')} when ${when}`, () => {
      expect(libraryFolders(environment, 7)).to.deep.equal(folders);
    });
  }

  it('have one in /run for root', () => {
    expect(libraryFolders({}, 0)).to.deep.equal(['/run/rcode5', '/tmp/rcode5-0']);
  });
});

describe('layOut', () => {
  let above = '';
  let folder = '';
  const lay = (folders: readonly string[] = [folder]) =>
    layOut(LIBRARY, folders, UID, (file) => file);

  beforeEach(() => {
    above = makeFolder();
    folder = join(above, 'cache', 'rcode5');
  });
  afterEach(() => rmSync(above, { recursive: true, force: true }));

  it('writes the library where this user alone can write', () => {
    const file = lay();
    expect(readFileSync(file)).to.deep.equal(LIBRARY);
    expect(basename(file)).to.match(NAME);
    for (const path of [folder, file]) expect(lstatSync(path).mode & 0o777).to.equal(0o700);
    expect(readdirSync(folder)).to.have.length(1);
  });

  it('takes what an earlier start has written', () => {
    const { ino } = lstatSync(lay());
    expect(lstatSync(lay()).ino).to.equal(ino);
  });

  it('writes it again when its octets are others', () => {
    const file = lay();
    writeFileSync(file, 'of the same length ....');
    expect(readFileSync(lay())).to.deep.equal(LIBRARY);
  });

  it('writes it again when others may write to it', () => {
    const file = lay();
    chmodSync(file, 0o777);
    expect(lstatSync(lay()).mode & 0o777).to.equal(0o700);
  });

  it('puts it in place of a link, and leaves alone what that leads to', () => {
    const file = lay();
    const elsewhere = join(above, 'elsewhere');
    writeFileSync(elsewhere, LIBRARY);
    rmSync(file);
    symlinkSync(elsewhere, file);
    expect(lstatSync(lay()).isFile()).to.equal(true);
    expect(existsSync(elsewhere)).to.equal(true);
  });

  it('removes those of other versions, and nothing else', () => {
    const file = lay();
    writeFileSync(join(folder, 'koffi-0123456789abcdef.node'), 'old');
    writeFileSync(join(folder, 'koffi.txt'), 'of somebody');
    rmSync(file);
    lay();
    expect(readdirSync(folder).sort()).to.deep.equal([basename(file), 'koffi.txt'].sort());
  });

  it('takes the next folder when the library cannot be loaded from one', () => {
    const next = join(above, 'next');
    const load = (file: string) => {
      if (file.startsWith(folder)) throw new Error('failed to map segment from shared object');
      return file;
    };
    expect(layOut(LIBRARY, [folder, next], UID, load)).to.match(/\/next\/koffi-/);
    expect(readdirSync(folder)).to.deep.equal([]);
  });

  const unsafe: readonly { when: string; make: () => void; why: RegExp; asRoot?: boolean }[] = [
    {
      when: 'others may write to it',
      make: () => {
        mkdirSync(folder, { recursive: true });
        chmodSync(folder, 0o777);
      },
      why: /others may write to \S+\/rcode5;/,
    },
    {
      when: 'others may write to one above it',
      make: () => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        chmodSync(join(above, 'cache'), 0o770);
      },
      why: /others may write to \S+\/cache;/,
    },
    {
      when: 'it is a link to one that others may write to',
      make: () => {
        mkdirSync(join(above, 'open'));
        chmodSync(join(above, 'open'), 0o777);
        mkdirSync(join(above, 'cache'));
        symlinkSync(join(above, 'open'), folder);
      },
      why: /others may write to \S+\/open;/,
    },
    {
      when: 'it belongs to another user',
      make: () => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        chownSync(folder, OTHER, OTHER);
      },
      why: /belongs to the user 64321, not to 0/,
      asRoot: true,
    },
    {
      when: 'one above it belongs to another user',
      make: () => {
        mkdirSync(folder, { recursive: true, mode: 0o700 });
        chownSync(join(above, 'cache'), OTHER, OTHER);
      },
      why: /cache belongs to the user 64321/,
      asRoot: true,
    },
    {
      when: 'it is a file',
      make: () => {
        mkdirSync(join(above, 'cache'));
        writeFileSync(folder, '');
      },
      why: /EEXIST/,
    },
  ];
  for (const { when, make, why, asRoot } of unsafe) {
    it(`does not take a folder when ${when}`, function () {
      // Another user's needs root to make.
      if (asRoot && UID !== 0) this.skip();
      make();
      expect(() => lay()).to.throw(why);
      expect(
        existsSync(folder) && lstatSync(folder).isDirectory() ? readdirSync(folder) : [],
      ).to.deep.equal([]);
    });
  }

  it('leaves nothing half-written behind when it cannot write', () => {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const file = lay();
    rmSync(file);
    mkdirSync(file);
    expect(() => lay()).to.throw(/EISDIR|ENOTEMPTY|EEXIST/);
    expect(readdirSync(folder)).to.deep.equal([basename(file)]);
  });

  it('takes a folder in one where nobody may move what is of others', () => {
    chmodSync(above, 0o1777);
    expect(lay()).to.match(/\/rcode5\/koffi-/);
  });
});
