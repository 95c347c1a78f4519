/** Lists of names in all their formats. */

import { VerdictTable } from '../../src/decision/verdict.ts';
import { LIST_FORMATS, readList } from '../../src/policy/lists/list-image.ts';
import { attachList } from '../../src/policy/lists/list-policy.ts';
import { readHostsFile } from '../../src/policy/local/hosts-file.ts';
import { asked } from '../world/asked.ts';
import { plainly } from './fuzzing.ts';
import { hold, type Target } from './target.ts';

const NAMES: readonly string[] = ['ads.example', 'x.ads.example', 'com', '.', 'a.b.c.d.e'];

export const lists: Target = {
  name: 'lists',
  run(input) {
    const seen: string[] = [];
    const lines = input.filter((octet) => octet === 0x0a).length + 1;
    for (const [format, match] of LIST_FORMATS.flatMap((format) =>
      ([undefined, 'subdomains', 'exact'] as const).map((match) => [format, match] as const),
    )) {
      const image = readList(input, format, 'list.txt', match);
      const traits = { name: 'fuzz', action: 'nxdomain', isShadow: false, ede: 'blocked' } as const;
      const policy = attachList(traits, image, new VerdictTable());
      for (const name of NAMES) {
        const query = asked(name);
        policy.judgeName(query, query);
        hold(query.match.line <= lines, `the rule of ${name} is in line ${query.match.line}`);
      }
      for (const [kind, { count, first }] of image.ignored) {
        hold(count > 0 && count <= lines * 256, `${count} lines are ${kind}`);
        for (const { line } of first) hold(line >= 1 && line <= lines, `${kind} in line ${line}`);
        seen.push(`${format} ${kind}`);
      }
      for (const { line, column } of image.problems) {
        hold(line >= 1 && line <= lines && column >= 1, `${line}:${column} is no place`);
      }
      seen.push(`${format} ${Math.min(image.rules.names.count, 3)}`);
    }
    for (const { line, names } of readHostsFile(input, 'lan.hosts').lines) {
      hold(line >= 1 && line <= lines && names.length > 0, `hosts in line ${line}`);
    }
    return seen.join('; ');
  },
  mutate: plainly([
    ...['0.0.0.0 ', '127.0.0.1\t', '::1 ', '||', '^', '@@||', '^$important', '$denyallow=x|y'],
    ...['|', '@@|', '$badfilter', '$dnstype=A|~MX', '$dnsrewrite=', 'NOERROR;A;192.0.2.1', '~'],
    ...['/^(a|b)+\\./', '/', '\\', '{9}', '\u00a0', '\u200b', '10.0.0.5 ', ',badfilter', '@@'],
    ...['##.ad', '[Adblock Plus]', '! ', '# ', '*.', '|http://', '/banner/', '~', ',', '\n', '\r'],
    ...['\r\n', '\ufeff', 'ü.example', 'xn--bcher-kva.example', '\0', '.', '..', '-', 'a', '\x7f'],
  ]),
};
