import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { generatePages, listPages } from '../../scripts/docs.ts';
import { listMetrics } from '../../scripts/reference/metrics.ts';
import { createSpecimen } from '../../scripts/reference/specimen.ts';
import { adminHandlers } from '../../src/admin/api.ts';
import { parseConfig } from '../../src/config/config.ts';
import { CONFIG } from '../../src/config/keys.ts';
import { DECISION_FIELDS } from '../../src/decision/fields.ts';
import { silentLog } from '../../src/log.ts';
import { Metrics } from '../../src/observe/metrics.ts';
import { Overrides } from '../../src/server/overrides.ts';
import { TCP_LIMITS } from '../../src/transport/tcp-limits.ts';
import { commandsOf, fileNameOf, isAsShown, runCommands, transcriptsOf } from './console.ts';
import { anchorOf, blocksOf, headingsOf, linksOf, sectionsOf } from './markdown.ts';

const PAGES = new Map(listPages().map((file) => [file, readFileSync(file, 'utf8')]));
const BLOCKS = [...PAGES].flatMap(([file, page]) => blocksOf(file, page));
const TRANSCRIPTS = transcriptsOf(BLOCKS);
const specimen = createSpecimen();
const { policy } = specimen.serving;

/** The sections of docs/decisions.md that are about all layers. */
const ABOUT_ALL = ['What a client receives', 'How to read a refusal', 'The record', 'The layers'];
const OF_A_LAYER = ['What it refuses', 'Configure', 'What you see', 'Example'];

/** What any variable may be: hexadecimal digits that are base64 too. */
const SECRET = '00112233445566778899aabbccddeeff';

describe('the commands on the pages', () => {
  let outputs: ReadonlyMap<string, string>;
  const stop = new AbortController();
  let run: Promise<unknown> | undefined;

  before(async () => {
    const commands = TRANSCRIPTS.map(({ command }) => command);
    const running = runCommands(commands, BLOCKS, stop.signal);
    run = running;
    outputs = await running;
  });
  // Whatever happened, the working directory is the one before when other tests begin.
  after(async () => {
    stop.abort();
    await run?.catch(() => {});
  });

  for (const { file, line, command, shown } of TRANSCRIPTS) {
    it(`print what ${file}:${line} shows for ${command}`, () => {
      const output = outputs.get(command)!.trimEnd();
      if (!isAsShown(shown, output)) expect(output).to.equal(shown);
    });
  }

  it('find each file that a page gives a name to', () => {
    const names = BLOCKS.flatMap((block) => fileNameOf(block) ?? []);
    const named = [
      ...BLOCKS.flatMap(commandsOf).map(({ command }) => command),
      // Its own name stands in the first line.
      ...BLOCKS.filter(fileNameOf).map(({ text }) => text.slice(text.indexOf('\n'))),
    ];
    const used = names.filter((name) => named.some((text) => text.includes(name)));
    expect(used, 'names of files').to.deep.equal([...new Set(names)]);
  });
});

describe('what a page shows of an output', () => {
  const cases = [
    { shown: 'a b', output: 'a b\n', same: true },
    { shown: 'a b', output: 'a c\n', same: false },
    { shown: 'a … c', output: 'a whatever c\n', same: true },
    { shown: 'a … c', output: 'a whatever\n', same: false },
    { shown: 'a…b', output: 'a\nb\n', same: false },
    { shown: '…\nb\n…', output: 'a\na\nb\n', same: true },
    { shown: '…\nb\n…', output: 'a\nc\n', same: false },
    { shown: 'a (b) [c] *', output: 'a (b) [c] *', same: true },
    { shown: 'a', output: 'a\nb\n', same: false },
  ];
  for (const { shown, output, same } of cases) {
    it(`${same ? 'is' : 'is not'} ${JSON.stringify(output)} when it is ${JSON.stringify(shown)}`, () => {
      expect(isAsShown(shown, output)).to.equal(same);
    });
  }
});

describe('the pages', () => {
  it('have fresh generated regions', async () => {
    for (const { file, stale } of await generatePages()) {
      expect(stale, `${file}: run npm run docs`).to.deep.equal([]);
    }
  });

  it('name source files that are there', () => {
    const known = globSync(['src/**/*.ts', 'test/**/*.ts', 'scripts/**/*.ts', 'bench/**/*.ts']);
    const lost = listPages().flatMap((page) => {
      const named = [...readFileSync(page, 'utf8').matchAll(/`([\w./-]+\.ts)`/g)];
      return named
        .map(([, name]) => name!)
        .filter((name) => !name.endsWith('/NAME.ts'))
        .filter((name) => !known.some((file) => `/${file}`.endsWith(`/${name}`)))
        .map((name) => `${page} names ${name}`);
    });
    expect(lost, 'a file that moved: give the page its new place').to.deep.equal([]);
  });

  it('link to files and headings that are there', () => {
    for (const [file, page] of PAGES) {
      for (const link of linksOf(page)) {
        const [path = '', anchor] = link.split('#');
        const target = path === '' ? file : join(dirname(file), path);
        expect(existsSync(target), `${file} links to ${link}`).to.equal(true);
        if (anchor === undefined) continue;
        const anchors = headingsOf(readFileSync(target, 'utf8')).map(({ text }) => anchorOf(text));
        expect(anchors, `${file} links to ${link}`).to.include(anchor);
      }
    }
  });

  const configs = BLOCKS.filter(({ language, text }) => {
    const keys = [...text.matchAll(/^(\w+):/gm)].map(([, key]) => key!);
    return language === 'yaml' && keys.some((key) => Object.hasOwn(CONFIG.keys, key));
  });
  for (const block of configs.filter((one) => fileNameOf(one) === undefined)) {
    it(`have a configuration that loads at ${block.file}:${block.line}`, () => {
      const { text } = block;
      const upstreams = 'upstreams: { default: { servers: [192.0.2.53] } }\n';
      const whole = /^upstreams:/m.test(text) ? text : `${text}${upstreams}`;
      const variables = [...text.matchAll(/\$\{(\w+)\}/g)].map(
        ([, name]) => [name, SECRET] as const,
      );
      parseConfig(`${block.file}:${block.line}`, whole, Object.fromEntries(variables));
    });
  }

  it('show records with the fields that records have, in their order', () => {
    const order = DECISION_FIELDS.map(({ name }) => name);
    for (const { file, line, text } of BLOCKS.filter(({ language }) => language === 'json')) {
      const fields = Object.keys(JSON.parse(text));
      const known = order.filter((name) => fields.includes(name));
      expect(fields, `${file}:${line}`).to.deep.equal(known);
    }
  });

  it('name the metrics that there are', async () => {
    const metrics = await listMetrics(specimen);
    const names = metrics.flatMap(({ name, type }) =>
      type === 'histogram' ? [name, `${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    );
    for (const [file, page] of PAGES) {
      const unknown = page.match(/\brcode5_\w+/g)?.filter((name) => !names.includes(name)) ?? [];
      expect(unknown, file).to.deep.equal([]);
    }
    const page = PAGES.get('docs/metrics.md');
    for (const { name } of metrics) expect(page).to.include(`\`${name}\``);
  });
});

describe('docs/decisions.md', () => {
  const page = PAGES.get('docs/decisions.md')!;
  const sections = [...sectionsOf(page, 2)].filter(([heading]) => !ABOUT_ALL.includes(heading));

  it('has a section for each layer that can decide, and for nothing else', () => {
    const layers = new Set(policy.verdicts.map(({ layer }) => layer));
    expect(sections.map(([heading]) => heading)).to.have.members([...layers]);
  });

  for (const [layer, text] of sections) {
    it(`tells of ${layer} what it tells of every layer`, () => {
      expect(headingsOf(text).map((heading) => heading.text)).to.deep.equal(OF_A_LAYER);
    });

    it(`has an example of ${layer} that comes from it`, () => {
      const example = sectionsOf(text, 3).get('Example')!;
      const isRun = transcriptsOf(blocksOf('', example)).length > 0;
      expect(isRun || example.includes(`<!-- generated: ${layer} -->`)).to.equal(true);
      expect(example).to.match(new RegExp(`\\bby ${layer}\\b|"layer":"${layer}"`));
    });
  }
});

describe('docs/operations.md', () => {
  const page = PAGES.get('docs/operations.md')!;

  it('has every request that the admin HTTP answers', () => {
    const handlers = adminHandlers({
      serving: () => specimen.serving,
      reload: async () => ({ ok: true, policy: policy.hash, problems: [], warnings: [] }),
      lastReload: () => undefined,
      reloads: () => ({ ok: 0, failed: 0, lastAt: undefined }),
      endpoints: () => [],
      feeds: specimen.measured.feeds,
      lists: specimen.measured.lists,
      lostRecords: () => ({ lost: 0, failure: 'unknown' }),
      searcher: undefined,
      table: undefined,
      sinks: () => [],
      shipped: () => new Map(),
      overrides: new Overrides({ threads: () => undefined, cache: () => specimen.serving.cache }),
      taken: () => {
        throw new Error('nothing was taken');
      },
      log: silentLog(),
      metrics: new Metrics(),
      threads: () => [],
    });
    for (const request of Object.keys(handlers)) expect(page).to.include(`| \`${request}\` |`);
  });

  it('has the limits of TCP as they are', () => {
    const { connections, perClient, pipelined, idle, total, unread, unreadTransfer } = TCP_LIMITS;
    const limits = sectionsOf(page, 2).get('Limits');
    expect(limits).to.include(`| ${connections}, of one client address ${perClient}; then`);
    expect(limits).to.include(`| ${pipelined}, then`);
    expect(limits).to.include(`closed after ${idle / 1000} s`);
    expect(limits).to.include(`| ${total / 60_000} min, then`);
    expect(limits).to.include(`| ${unread / 2 ** 20} MiB, then`);
    expect(limits).to.include(`of a transfer ${unreadTransfer / 2 ** 20} MiB |`);
  });
});
