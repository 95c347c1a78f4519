import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { UsageError } from '../../src/cli/command.ts';
import { formatLeft, readPolicy, serveProblem } from '../../src/cli/policy-source.ts';
import { ConfigError } from '../../src/config/problem.ts';

describe('cli/policy-source', () => {
  let folder: string;
  const files = {
    'named.conf': 'options { recursion no; };\n',
    'ours.yaml': 'upstreams: { default: { servers: [192.0.2.1] } }\n',
    Corefile: '. {\n  forward . 192.0.2.1\n}\n',
  };

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-source-'));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  });

  after(() => rmSync(folder, { recursive: true }));

  for (const [name, program] of [
    ['named.conf', 'BIND'],
    ['ours.yaml', undefined],
    ['Corefile', 'CoreDNS'],
  ] as const) {
    it(`reads ${name} as one of ${program ?? 'ours'}`, () => {
      expect(readPolicy(join(folder, name)).program).to.equal(program);
    });
  }

  it('goes by what is named, whatever the content is', () => {
    expect(() => readPolicy(join(folder, 'ours.yaml'), 'bind')).to.throw(ConfigError);
    expect(() => readPolicy(join(folder, 'named.conf'), 'rcode5')).to.throw(ConfigError);
    expect(() => readPolicy(join(folder, 'named.conf'), 'bond')).to.throw(
      UsageError,
      /--from bond: expect rcode5 or/,
    );
  });

  it('reports that a file of another program is not served', () => {
    const file = join(folder, 'named.conf');
    const error = serveProblem(file, new ConfigError([]));
    expect(String(error)).to.include('a configuration of bind is not served');
    expect(serveProblem(join(folder, 'ours.yaml'), error)).to.equal(error);
  });

  it('shows what is left with its place and whether it decides', () => {
    const place = { file: 'named.conf', line: 4, column: 3 };
    const text = formatLeft({ place, what: 'dlz', instead: 'asks a database', decides: true });
    expect(text).to.equal(
      'named.conf:4: dlz: left, and decisions may depend on it: asks a database',
    );
  });
});
