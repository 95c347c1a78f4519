import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { ConfigError } from '../../../src/config/problem.ts';
import { readDnsdist } from '../../../src/foreign/dnsdist/dnsdist.ts';
import { looksLikeDnsdist } from '../../../src/foreign/dnsdist/recognition.ts';

describe('foreign/dnsdist, reading', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'rcode5-dnsdist-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  function write(text: string): string {
    const file = join(folder, 'dnsdist.conf');
    writeFileSync(file, text);
    return file;
  }

  /** The problems, each as `line:column: message`, the folder left out. */
  function problemsOf(text: string): string[] {
    try {
      readDnsdist(write(text));
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return error.message.replaceAll(`${folder}/`, '').split('\n');
    }
    return [];
  }

  const leftIn = (text: string) =>
    readDnsdist(write(text)).left.map(
      ({ place: { line, column }, what, decides }) => `${line}:${column} ${what} ${decides}`,
    );

  const FAULTS: readonly (readonly [string, string, RegExp])[] = [
    ['half a program', 'setACL({"10.0.0.0/8"\n', /^dnsdist.conf:2:1: .* expect a program in Lua$/],
    ['an open string', 'setLocal("127.0.0.1)\n', /^dnsdist.conf:1:\d+: /],
    [
      'a netmask that is none',
      'setACL("0.0.0.0/0")\naddACL("10.0.0.0/33")\n',
      /^dnsdist.conf:2:8: "10.0.0.0\/33" is not a netmask/,
    ],
    [
      'an address that is none',
      'setLocal("here")\n',
      /^dnsdist.conf:1:1: "here" is not an address to listen on/,
    ],
    [
      'an address of an answer that is none',
      'addAction(AllRule(), SpoofAction("192.0.2.256"))\n',
      /^dnsdist.conf:1:34: "192.0.2.256" is not an address/,
    ],
    [
      'a name that is none',
      'addAction("a..example", DropAction())\n',
      /^dnsdist.conf:1:11: "a..example" has /,
    ],
    [
      'a folder that is not there',
      'includeDirectory("/nowhere/at/all")\n',
      /^dnsdist.conf:1:1: \/nowhere\/at\/all cannot be read/,
    ],
  ];

  for (const [what, text, message] of FAULTS) {
    it(`reports ${what} with its place`, () => {
      const problems = problemsOf(text);
      expect(
        problems.some((problem) => message.test(problem)),
        `${problems.join('\n')}\n${message}`,
      ).to.equal(true);
    });
  }

  it('reports all problems at once', () => {
    const text = 'setLocal("here")\naddACL("10.0.0.0/33")\naddAction("a..example", DropAction())\n';
    expect(problemsOf(text)).to.have.length(3);
  });

  it('reads Windows line ends', () => {
    expect(problemsOf('setLocal("127.0.0.1")\r\naddACL("x/33")\r\n')[0]).to.match(
      /^dnsdist.conf:2:8: /,
    );
  });

  it('passes over what decides nothing, and never shows its secrets', () => {
    const text = `setKey("c2VjcmV0IHNlY3JldCBzZWNyZXQ=")
controlSocket("127.0.0.1:5199")
webserver("127.0.0.1:8083")
setWebserverConfig({password="c2VjcmV0", apiKey="c2VjcmV0"})
pc = newPacketCache(10000, {maxTTL=86400})
getPool(""):setCache(pc)
setServerPolicy(leastOutstanding)
setMaxUDPOutstanding(65535)
newServer({address="192.0.2.1", name="one"})
addAction(AllRule(), LogAction("", false))
setVerboseHealthChecks(true)
`;
    expect(leftIn(text)).to.deep.equal([]);
    expect(leftIn('topSecret("c2VjcmV0")\n').join()).not.to.include('c2VjcmV0');
  });

  it('names with its place what only a running program knows', () => {
    const text = `function hook(dq) return DNSAction.None, "" end
addAction(AllRule(), LuaAction(hook))
if os.getenv("HOME") then
  setACL("0.0.0.0/0")
end
addAction(MaxQPSIPRule(5), DropAction())
function maintenance() end
addACL(readMasks())
`;
    expect(leftIn(text).map((line) => line.replace(/ .* /, ' '))).to.deep.equal([
      '3:1 true',
      '7:1 true',
      '2:1 true',
      '6:1 true',
      '8:8 true',
      '8:1 true',
    ]);
  });

  for (const [text, isDnsdist] of [
    ['setLocal("127.0.0.1:53")\nnewServer({address="192.0.2.1"})', true],
    ['-- ours\nlocal s = newServer "192.0.2.1"\n', true],
    ['addAction(AllRule(), DropAction())', true],
    ['options { };', false],
    ['server:\n  interface: 127.0.0.1\n', false],
    ['upstreams: { default: { servers: [192.0.2.1] } }', false],
    ['. {\n  forward . 192.0.2.1\n}\n', false],
  ] as const) {
    it(`${isDnsdist ? 'recognises' : 'does not take'} ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(looksLikeDnsdist(text)).to.equal(isDnsdist);
    });
  }
});
