import { expect } from 'chai';
import { runProgram } from '../world/run-program.ts';

const EXPLAIN = ['explain', '-c', 'config/default.yaml', '--client', '127.0.0.1', '--name'];

describe('cli/name-operand', () => {
  const pasted: readonly (readonly [string, string])[] = [
    ['https://www.example.com/a?b#c', 'www.example.com'],
    ['https://user@www.example.com:8443/', 'www.example.com'],
    ['www.example.com:443', 'www.example.com'],
    ['www.example.com/path', 'www.example.com'],
    ['someone@example.com', 'example.com'],
  ];
  for (const [text, name] of pasted) {
    it(`is the name that ${text} has, and not that`, async () => {
      const { code, stdout, stderr } = await runProgram([...EXPLAIN, text]);
      expect({ code, stdout }).to.deep.equal({ code: 2, stdout: '' });
      expect(stderr).to.contain(`expect its host name alone: ${name}\n`);
    });
  }

  const internationalized: readonly (readonly [string, string])[] = [
    ['münchen.example', 'xn--mnchen-3ya.example'],
    ['BÜCHER.example.', 'xn--bcher-kva.example.'],
    ['例え.example', 'xn--r8jz45g.example'],
  ];
  for (const [text, name] of internationalized) {
    it(`is converted, with a note, from ${text}`, async () => {
      const { code, stdout, stderr } = await runProgram([...EXPLAIN, text, '--json']);
      expect({ code, stderr }).to.deep.equal({
        code: 0,
        stderr: `${text} is ${name} in the DNS\n`,
      });
      expect(JSON.parse(stdout).decision.qname).to.equal(`${name.replace(/\.$/, '')}.`);
    });
  }

  const plain = [
    'www.example.com',
    '_dns.resolver.arpa.',
    '*.example.com',
    '.',
    'a\\046b.example',
    '1.0/25.2.0.192.in-addr.arpa',
  ];
  for (const text of plain) {
    it(`stays ${text}`, async () => {
      expect(await runProgram([...EXPLAIN, text])).to.include({ code: 0, stderr: '' });
    });
  }

  it('is asked for the same way by diagnose', async () => {
    const { code, stderr } = await runProgram(['diagnose', 'https://www.example.com/']);
    expect(code).to.equal(2);
    expect(stderr).to.contain('expect its host name alone: www.example.com\n');
  });
});
