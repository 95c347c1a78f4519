/** Configurations: each is used, or every problem is told with its place. */

import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '../../src/config/config.ts';
import { ConfigError } from '../../src/config/problem.ts';
import { compilePolicy } from '../../src/policy/compile.ts';
import { findWarnings } from '../../src/policy/warnings.ts';
import { plainly } from './fuzzing.ts';
import { hold, type Target } from './target.ts';

/** Where the files are not that a configuration names. */
const FILE: string = join(tmpdir(), 'rcode5-fuzz-none', 'site.yaml');

export const config: Target = {
  name: 'config',
  run(input) {
    const text = Buffer.from(input).toString('utf8');
    try {
      const policy = compilePolicy(parseConfig(FILE, text, { TOKEN: 'secret' }), '0.0.0');
      const warnings = findWarnings(policy).map(kindOf);
      return `ok ${policy.views.length} ${[...new Set(warnings)].sort().join('; ')}`;
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      hold(error.problems.length > 0, 'a configuration cannot be used, and nobody says why');
      // YAML has more characters that end a line than one.
      const lines = text.split(/\r\n|[\n\r\u0085\u2028\u2029]/).length;
      for (const { line, column, message } of error.problems) {
        hold(line >= 1 && line <= lines && column >= 1, `${line}:${column}: ${message}`);
        hold(!message.includes('undefined'), message);
      }
      const kinds = error.problems.map(({ message }) => kindOf(message));
      return [...new Set(kinds)].sort().join('; ');
    }
  },
  mutate: plainly([
    ...['node: ', 'listen: ', 'admin: ', 'acl: ', 'views: ', 'policies: ', 'routes: ', 'mode: '],
    ...['upstreams: ', 'clientGroups: ', 'rateLimit: ', 'cache: ', 'decisionLog: ', 'action: '],
    ...['expires: 2027-02-30', 'shadow', 'refuse', 'allow', '0.0.0.0/0', '::/0', '10.0.0.0/33'],
    ...['127.0.0.1:0', '[::1]:53', 'tcp://', '0s', '-1', '1e9', '0x10', '.inf', 'null', '~', '!!'],
    ...['&a ', '*a', '<<: *a', '- ', '  ', '\n', '? ', ': ', '{', '}', '[', ']', '"', "'", '|\n'],
    ...['>\n', '%YAML 1.2\n', '---\n', '...\n', '# ', '\t', '\x24{TOKEN}', '\x24{', '__proto__: '],
    ...['constructor: ', 'toString: ', '\u0000', '\u2028', '\ufeff', 'ü', '*.', '"*": '],
  ]),
};

/** A message without what it quotes. */
function kindOf(message: string): string {
  return message.replace(/"[^"]*"|\d+/g, '…').slice(0, 60);
}
