import { expect } from 'chai';
import { judgeAudit } from '../../scripts/audit.ts';

const report = (total: number, severities: Readonly<Record<string, string>>) =>
  JSON.stringify({
    vulnerabilities: Object.fromEntries(
      Object.entries(severities).map(([name, severity]) => [name, { severity }]),
    ),
    metadata: { vulnerabilities: { total } },
  });

describe('scripts/audit', () => {
  const cases = [
    { when: 'nothing is known', output: report(0, {}), code: 0, says: /^audit: 0 known/ },
    {
      when: 'something is known that matters little',
      output: report(1, { left: 'moderate' }),
      code: 0,
      says: /^audit: left: moderate\naudit: 1 known vulnerabilities, 0 of them/,
    },
    {
      when: 'something is known that matters',
      output: report(2, { left: 'high', right: 'low' }),
      code: 1,
      says: /left: high\n.*\n.* 1 of them high or critical$/,
    },
    {
      when: 'the registry has no audits',
      output: JSON.stringify({ message: '405 Method Not Allowed', error: {} }),
      code: 0,
      says: /^audit: NOT DONE, .*405 Method Not Allowed$/,
    },
    { when: 'there is no answer', output: '', code: 0, says: /^audit: NOT DONE/ },
  ];
  for (const { when, output, code, says } of cases) {
    it(`ends with ${code} and says so when ${when}`, () => {
      const verdict = judgeAudit(output);
      expect(verdict.code).to.equal(code);
      expect(verdict.says).to.match(says);
    });
  }
});
