import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';

const FOLDER = join(import.meta.dirname, '..', '..', 'docs');
/** The last cell of a line that names its test. */
const NAMED = /\| \[([^\]]+)\]\((\.\.\/test\/[^)]+)\): (.+) \|$/;
const SECTION = 'A client that attacks the service of others';

const text = readFileSync(join(FOLDER, 'threat-model.md'), 'utf8');
const lines = text.split('\n').filter((line) => line.startsWith('| '));
const named = lines.flatMap((line) => {
  const found = NAMED.exec(line);
  return found === null ? [] : [{ file: found[1]!, path: found[2]!, title: found[3]! }];
});

describe('docs/threat-model.md', () => {
  it('names a test in each line about what a client does to others', () => {
    const section = text.split('\n## ').find((part) => part.startsWith(SECTION))!;
    const rows = section.split('\n').filter((line) => line.startsWith('| '));
    const claims = rows.filter((row) => !/^\| (tries|---) /.test(row));
    expect(claims).to.have.length.above(0);
    for (const claim of claims) expect(claim).to.match(NAMED);
  });

  for (const { file, path, title } of named) {
    it(`names a test that there is: ${title}`, () => {
      const at = join(FOLDER, path);
      expect(existsSync(at), path).to.equal(true);
      expect(path.endsWith(`/${file}`)).to.equal(true);
      const source = readFileSync(at, 'utf8');
      const isThere = source.includes(`it('${title}'`) || source.includes(`- it: ${title}\n`);
      expect(isThere, `${file}: ${title}`).to.equal(true);
    });
  }
});
