import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { type FetchedList, readCachedList } from '../../src/policy/lists/fetched-list.ts';
import { RuleTable } from '../../src/policy/rules/rule-table.ts';
import { ListFetch } from '../../src/transfer/list-fetch.ts';
import { ListFetches } from '../../src/transfer/list-fetches.ts';
import { formatName } from '../../src/wire/name.ts';
import { ScriptedLists } from './scripted-lists.ts';

const DAY = 86_400_000;

describe('transfer/list-fetch', () => {
  let lists: ScriptedLists;
  let folder: string;
  let said: string[];
  const open: ListFetch[] = [];
  let wake = () => {};

  const note = (message: string) => {
    said.push(message);
    wake();
  };
  const surroundings = { log: { info: note, warn: note }, changed: () => note('changed') };
  const settings = (given: Partial<FetchedList> = {}): FetchedList => ({
    policy: 'ads',
    url: lists.url,
    shown: 'http://lists.example/list.txt',
    format: 'domains',
    match: undefined,
    refresh: 100,
    cacheFile: undefined,
    ...given,
  });
  const create = (given: Partial<FetchedList> = {}) => {
    const list = new ListFetch(settings(given), surroundings);
    open.push(list);
    return list;
  };
  const begin = async (given: Partial<FetchedList> = {}) => {
    const list = create(given);
    await list.load();
    list.start();
    return list;
  };
  const until = async (isSo: () => boolean) => {
    while (!isSo()) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, 20);
      });
    }
  };
  const says = async (pattern: RegExp) => {
    await until(() => said.some((line) => pattern.test(line)));
    return said.find((line) => pattern.test(line))!;
  };
  const namesOf = ({ state }: Pick<ListFetch, 'state'>) =>
    state.image === undefined
      ? 'none'
      : [...new RuleTable(state.image.rules).names()].map((wire) => formatName(wire)).join(' ');

  beforeEach(async () => {
    lists = await ScriptedLists.start();
    folder = mkdtempSync(join(tmpdir(), 'rcode5-'));
    said = [];
  });
  afterEach(() => {
    for (const list of open.splice(0)) list.close();
    lists.close();
    rmSync(folder, { recursive: true });
  });

  it('fetches a list, and takes another version of it', async () => {
    lists.serve('a.example\n');
    const list = await begin();
    expect(await says(/rules from/)).to.equal(
      'policy ads: 1 rules from http://lists.example/list.txt',
    );
    expect(namesOf(list)).to.equal('a.example.');
    lists.serve('b.example\nc.example\n');
    await says(/2 rules/);
    expect(namesOf(list)).to.equal('b.example. c.example.');
    expect(said.filter((line) => line === 'changed')).to.have.length(2);
    expect(list.counts).to.deep.equal({ ok: 2, failed: 0 });
  });

  it('asks whether what it has is still so, and says nothing when it is', async () => {
    lists.serve('a.example\n', '"v1"');
    const list = await begin();
    await until(() => lists.requests.length >= 3);
    expect(lists.requests.slice(0, 3)).to.deep.equal([
      '/list.txt',
      '/list.txt "v1"',
      '/list.txt "v1"',
    ]);
    expect(said).to.have.length(2);
    expect(list.counts).to.deep.equal({ ok: 1, failed: 0 });
  });

  it('asks by the time where there is no tag', async () => {
    const time = 'Wed, 21 Oct 2026 07:28:00 GMT';
    lists.script = (_, response) => {
      response.writeHead(200, { 'last-modified': time }).end('a.example\n');
    };
    await begin();
    await until(() => lists.requests.length >= 2);
    expect(lists.requests[1]).to.equal(`/list.txt ${time}`);
  });

  it('takes what is packed', async () => {
    lists.script = (_, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('a.example\n'));
    };
    const list = await begin();
    await says(/1 rules/);
    expect(namesOf(list)).to.equal('a.example.');
  });

  const failures: readonly (readonly [string, ScriptedLists['script'], RegExp])[] = [
    ['an error', (_, response) => response.writeHead(503).end('busy'), /it answers 503/],
    ['an error page', (_, response) => response.end('<p>no list</p>\n'), /line 1: no line can be/],
    ['nothing', (_, response) => response.end(''), /there is no rule in it/],
    ['what is no text', (_, response) => response.end('a\0b'), /an octet 0/],
    [
      'less than was announced',
      (_, response) => {
        response.writeHead(200, { 'content-length': 100 });
        response.write('b.example\n');
        setImmediate(() => response.destroy());
      },
      /aborted|closed|hang up|terminated/,
    ],
    [
      'what is cut within gzip',
      (_, response) => response.end(gzipSync('b.example\n'.repeat(99)).subarray(0, 20)),
      /not whole as gzip/,
    ],
    [
      'a redirect to who knows whom',
      (_, response) => response.writeHead(302, { location: 'http://192.0.2.1/' }).end(),
      /it redirects to http:\/\/192\.0\.2\.1/,
    ],
    [
      'redirects without end',
      (_, response) => response.writeHead(302, { location: '/again' }).end(),
      /more than 5 redirects/,
    ],
    ['a redirect to nowhere', (_, response) => response.writeHead(301).end(), /to nowhere/],
  ];
  for (const [what, script, expected] of failures) {
    it(`keeps the last good copy when it is answered ${what}, and reports that once`, async () => {
      lists.serve('a.example\n');
      const list = await begin();
      await says(/1 rules/);
      lists.script = script;
      const problem = await says(/stays in force/);
      expect(problem).to.match(expected);
      await until(() => list.counts.failed >= 2);
      expect(said.filter((line) => /stays in force/.test(line))).to.have.length(1);
      expect(namesOf(list)).to.equal('a.example.');
      expect(list.problem).to.match(expected);
      lists.serve('a.example\n');
      await until(() => list.problem === undefined);
    });
  }

  it('follows a redirect', async () => {
    lists.script = ({ url }, response) => {
      if (url === '/list.txt') response.writeHead(302, { location: '/there' }).end();
      else response.end('a.example\n');
    };
    const list = await begin();
    await says(/1 rules/);
    expect(namesOf(list)).to.equal('a.example.');
  });

  it('goes without a list while there has never been one', async () => {
    const list = await begin();
    expect(await says(/it is missing/)).to.equal(
      'policy ads: http://lists.example/list.txt: it answers 404; it is missing',
    );
    expect(list.state.standing).to.equal('missing');
  });

  describe('with a cache file', () => {
    const cacheFile = () => join(folder, 'sub', 'list.txt');

    it('has the last good copy at once, and asks when it is due', async () => {
      lists.serve('a.example\n*.b.example\n', '"v1"');
      await begin({ cacheFile: cacheFile(), refresh: DAY });
      await says(/rules from/);
      const again = create({ cacheFile: cacheFile(), refresh: DAY });
      await again.load();
      expect(namesOf(again)).to.equal('a.example. b.example.');
      again.start();
      const late = new Date(Date.now() - 2 * DAY);
      utimesSync(cacheFile(), late, late);
      const due = await begin({ cacheFile: cacheFile(), refresh: DAY });
      await until(() => due.confirmedAt! > late.getTime());
      expect(lists.requests).to.deep.equal(['/list.txt', '/list.txt "v1"']);
      expect(statSync(cacheFile()).mtimeMs).to.be.greaterThan(late.getTime());
    });

    it('has the list in it as it came, for who may read the log', async () => {
      lists.serve('a.example\n', '"v1"');
      await begin({ cacheFile: cacheFile() });
      await says(/rules from/);
      await until(() => statSync(cacheFile(), { throwIfNoEntry: false }) !== undefined);
      expect(readFileSync(cacheFile(), 'utf8')).to.match(/^# rcode5 \{.*"v1.*\}\na\.example\n$/);
      expect(statSync(cacheFile()).mode & 0o777).to.equal(0o640);
    });

    it('is read without a server, with lines as they are in the list', async () => {
      lists.serve('# a list\na.example\n');
      await begin({ cacheFile: cacheFile() });
      await says(/rules from/);
      const { standing, image } = readCachedList(settings({ cacheFile: cacheFile() }));
      expect(standing).to.equal('loaded');
      expect(new RuleTable(image!.rules).lineOf(0)).to.equal(2);
      expect(image!.files).to.deep.equal(['http://lists.example/list.txt']);
    });

    it('does not take the list of another URL, nor what is no list', async () => {
      lists.serve('a.example\n');
      await begin({ cacheFile: cacheFile() });
      await says(/rules from/);
      const other = { cacheFile: cacheFile(), url: `${lists.url}?other` };
      expect(readCachedList(settings(other)).standing).to.equal('missing');
      await create(other).load();
      expect(said.at(-1)).to.match(/cannot be used: it has the list of another URL; the list is/);
      writeFileSync(cacheFile(), '<html>\n');
      expect(readCachedList(settings({ cacheFile: cacheFile() })).standing).to.equal('missing');
    });

    it('takes a list that somebody has put there', () => {
      const file = join(folder, 'own.txt');
      writeFileSync(file, 'a.example\n');
      expect(readCachedList(settings({ cacheFile: file })).standing).to.equal('loaded');
    });

    it('goes on when the file cannot be written', async () => {
      writeFileSync(join(folder, 'sub'), 'a file where a folder should be');
      lists.serve('a.example\n');
      const list = await begin({ cacheFile: cacheFile() });
      expect(await says(/cannot be written/)).to.include('list.txt cannot be written: ');
      expect(namesOf(list)).to.equal('a.example.');
    });
  });

  it('keeps what it has when the list is to be read otherwise', async () => {
    lists.serve('*.a.example\n', '"v1"');
    const all = new ListFetches(surroundings);
    try {
      const first = await all.prepare(new Map([['ads', settings()]]));
      expect([...first.states.values()][0]!.standing).to.equal('missing');
      first.use();
      await says(/rules from/);
      const match = 'subdomains';
      const second = await all.prepare(new Map([['ads', settings({ match })]]));
      const { image } = [...second.states.values()][0]!;
      expect(new RuleTable(image!.rules).image.subtrees).to.equal(true);
      expect(image!.rules.wildcards).to.equal(false);
      second.use();
      const third = await all.prepare(new Map([['ads', settings({ match })]]));
      third.use();
      expect(all.all).to.have.length(1);
    } finally {
      all.close();
    }
  });
});
