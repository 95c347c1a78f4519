import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { parseAllDocuments } from 'yaml';
import { cleanUp, findProgram, makeFolder, run } from '../e2e/processes.ts';
import { type Chart, printing } from '../world/helm/chart.ts';
import { DATA, PRINTED } from '../world/helm/template-cases.ts';
import { IS_WHOLE } from '../world/whole.ts';
import { readDeploy } from './files.ts';
import { chart, RELEASE, USES } from './helm-uses.ts';

/** Where Debian puts the sources of Go packages. */
const PACKAGES = '/usr/share/gocode';
const SPRIG = join(PACKAGES, 'src/github.com/Masterminds/sprig');

/** What Go is asked to print. */
interface Asked {
  readonly files: Readonly<Record<string, string>>;
  readonly render: readonly string[];
  readonly data: unknown;
  readonly get: Readonly<Record<string, string>>;
}

// The renderer of the tests against Go's own templates and Sprig: compiling takes three seconds.
(IS_WHOLE ? describe : describe.skip)('the templates of the chart, rendered by Go', () => {
  const go = findProgram('go');
  let program: string;

  before(async function () {
    if (go === undefined || !existsSync(SPRIG)) this.skip();
    const folder = makeFolder();
    program = join(folder, 'oracle');
    const environment = [
      'GO111MODULE=off',
      `GOPATH=${PACKAGES}`,
      `GOCACHE=${join(folder, 'cache')}`,
    ];
    const build = [go, 'build', '-o', program, 'test/world/helm/oracle.go'];
    const { code, stderr } = await run(findProgram('env')!, [...environment, ...build]);
    expect(code, stderr).to.equal(0);
  });

  after(cleanUp);

  async function ask(asked: Asked): Promise<Readonly<Record<string, string>>> {
    const { code, stdout, stderr } = await run(program, [], JSON.stringify(asked));
    expect(code, stderr).to.equal(0);
    return JSON.parse(stdout);
  }

  it('print what the renderer is held to, small things first', async () => {
    for (const [template, printed] of PRINTED) {
      const got = await ask({
        files: { t: template },
        render: ['t'],
        data: DATA,
        get: { x: 'file x\n' },
      });
      expect(got['t'], template).to.equal(printed);
    }
  });

  for (const [use, values] of USES) {
    it(`are what the renderer makes of them: ${use}`, async () => {
      const files = Object.fromEntries(chart.templates);
      const get = Object.fromEntries(
        ['alerts.yaml', 'rcode5.json'].map((name) => [
          `files/${name}`,
          readDeploy('helm/rcode5/files', name),
        ]),
      );
      const render = Object.keys(files);
      const got = await ask({ files, render, data: chart.data(RELEASE, values), get });
      const theirs = printing(render, (file) => got[file]!);
      expect(documents(theirs)).to.deep.equal(documents(chart.render(RELEASE, values)));
    });
  }
});

/** The two write lists and quotes in YAML in ways of their own; a sum over YAML is another, then. */
function documents(printed: ReturnType<Chart['render']>): unknown {
  return [...printed].map(([file, text]) => [
    file,
    parseAllDocuments(text).map((document) => JSON.parse(JSON.stringify(document.toJS(), plain))),
  ]);
}

function plain(key: string, value: unknown): unknown {
  if (key === 'checksum/config') return 'sum';
  return key === 'rcode5.yaml' ? parseAllDocuments(String(value))[0]!.toJS() : value;
}
