import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { passOver } from '../world/needs.ts';
import { cleanUp, describeWith, makeFolder, run } from './processes.ts';
import { buildAll, isRunnable } from './stubs/built.ts';
import { ASKED_NAME, type Ran, type ServerName, type StubCase } from './stubs/servers.ts';

const INSIDE = join(import.meta.dirname, 'stubs', 'inside.ts');

/** Makes the files of its folder those of the system, in a mount namespace of its own. */
const SETUP = `
ip link set lo up && mount --make-rprivate / || exit 77
cd "$1" || exit 77
for file in resolv.conf nsswitch.conf; do mount --bind $file /etc/$file || exit 77; done
shift
exec "$@"
`;
/** What the shell ends with where it may not do that. */
const NOT_PERMITTED = 77;

const NODE = `require('dns').promises.resolve4('${ASKED_NAME}').then(console.log, e => console.log(e.code))`;

const JAVA = `public class Ask {
  public static void main(String[] args) {
    try {
      for (var one : java.net.InetAddress.getAllByName("${ASKED_NAME}")) {
        System.out.println(one.getHostAddress());
      }
    } catch (java.net.UnknownHostException e) {
      System.out.println("unknown");
    }
  }
}
`;

/** The file of this program is put into the folder of the run. */
const JAVA_FILE = 'Ask.java';

const STUBS: Readonly<Record<string, readonly string[]>> = {
  glibc: ['getent', 'ahosts', ASKED_NAME],
  'c-ares, in Node': [process.execPath, '-e', NODE],
  'glibc, through Java': ['java', JAVA_FILE],
  musl: ['./ask-musl', ASKED_NAME],
  Go: ['./ask-go', ASKED_NAME],
  host: ['host', ASKED_NAME],
  nslookup: ['nslookup', ASKED_NAME],
  dig: ['dig', '+noall', '+comments', '+answer', ASKED_NAME],
};

interface Expected {
  /** The first server of resolv.conf; the second answers. */
  readonly first: ServerName;
  readonly stub: keyof typeof STUBS;
  readonly options?: string;
  /** There is no second one. */
  readonly isAlone?: boolean;
  readonly code?: number;
  /** What is printed, in part. */
  readonly says: RegExp;
  /** What the first is asked, and the second: in any order. */
  readonly asks: readonly [first: readonly string[], second?: readonly string[]];
}

const BOTH = ['A udp', 'AAAA udp'];
const BOTH_BY_TCP = ['A tcp', 'A udp', 'AAAA tcp', 'AAAA udp'];
const AAAA_AGAIN = ['A udp', 'AAAA udp', 'AAAA udp'];
const ADDRESS = /192\.0\.2\.80/;
const NOTHING = /^$/;
const UNKNOWN = /^Name does not resolve$/m;

const EXPECTED: readonly Expected[] = [
  { first: 'refuses the client', stub: 'glibc', says: ADDRESS, asks: [BOTH, BOTH] },
  { first: 'refuses the name', stub: 'glibc', says: ADDRESS, asks: [BOTH, BOTH] },
  {
    first: 'refuses the client',
    stub: 'glibc',
    options: 'options use-vc\n',
    code: 2,
    says: NOTHING,
    asks: [['A tcp', 'AAAA tcp']],
  },
  {
    first: 'refuses AAAA',
    stub: 'glibc',
    says: /^(192\.0\.2\.80.*\n)+$/,
    asks: [BOTH, ['A udp']],
  },
  { first: 'truncates for the client', stub: 'glibc', says: ADDRESS, asks: [BOTH_BY_TCP] },
  {
    first: 'truncates for the name',
    stub: 'glibc',
    says: ADDRESS,
    asks: [BOTH_BY_TCP, ['A tcp', 'AAAA tcp']],
  },
  { first: 'denies the name', stub: 'glibc', code: 2, says: NOTHING, asks: [BOTH] },
  { first: 'has no data', stub: 'glibc', code: 2, says: NOTHING, asks: [BOTH] },

  { first: 'refuses the client', stub: 'c-ares, in Node', says: /^EREFUSED$/m, asks: [['A udp']] },
  { first: 'refuses the name', stub: 'c-ares, in Node', says: /^EREFUSED$/m, asks: [['A udp']] },
  {
    first: 'truncates for the client',
    stub: 'c-ares, in Node',
    says: ADDRESS,
    asks: [['A tcp', 'A udp']],
  },
  { first: 'denies the name', stub: 'c-ares, in Node', says: /^ENOTFOUND$/m, asks: [['A udp']] },

  { first: 'refuses the client', stub: 'glibc, through Java', says: ADDRESS, asks: [BOTH, BOTH] },
  {
    first: 'truncates for the client',
    stub: 'glibc, through Java',
    says: ADDRESS,
    asks: [BOTH_BY_TCP],
  },

  // It asks all servers at once, and takes the first answer that is one.
  { first: 'refuses the client', stub: 'musl', says: ADDRESS, asks: [BOTH, BOTH] },
  { first: 'refuses AAAA', stub: 'musl', says: ADDRESS, asks: [BOTH, BOTH] },
  {
    first: 'truncates for the client',
    stub: 'musl',
    isAlone: true,
    code: 2,
    says: UNKNOWN,
    asks: [BOTH],
  },
  { first: 'denies the name', stub: 'musl', isAlone: true, code: 2, says: UNKNOWN, asks: [BOTH] },
  {
    first: 'refuses the client',
    stub: 'musl',
    isAlone: true,
    options: 'options timeout:1\n',
    code: 2,
    says: /^Try again$/m,
    asks: [['A udp', 'A udp', 'AAAA udp', 'AAAA udp']],
  },
  {
    first: 'refuses AAAA',
    stub: 'musl',
    isAlone: true,
    options: 'options timeout:1\n',
    code: 2,
    says: /^Try again$/m,
    asks: [AAAA_AGAIN],
  },

  { first: 'refuses the client', stub: 'Go', says: ADDRESS, asks: [BOTH, BOTH] },
  { first: 'refuses AAAA', stub: 'Go', says: ADDRESS, asks: [BOTH, ['AAAA udp']] },
  { first: 'truncates for the client', stub: 'Go', says: ADDRESS, asks: [BOTH_BY_TCP] },
  { first: 'denies the name', stub: 'Go', code: 2, says: /no such host/, asks: [BOTH] },
  {
    first: 'refuses AAAA',
    stub: 'Go',
    isAlone: true,
    says: /^192\.0\.2\.80$/m,
    asks: [AAAA_AGAIN],
  },

  {
    first: 'refuses the client',
    stub: 'host',
    says: ADDRESS,
    asks: [
      ['A udp', 'AAAA udp', 'MX udp'],
      ['A udp', 'AAAA udp', 'MX udp'],
    ],
  },
  { first: 'refuses the name', stub: 'host', code: 1, says: /REFUSED/, asks: [['A udp']] },
  {
    first: 'truncates for the client',
    stub: 'host',
    says: ADDRESS,
    asks: [['A tcp', 'A udp', 'AAAA tcp', 'MX tcp']],
  },
  { first: 'refuses the client', stub: 'nslookup', says: ADDRESS, asks: [BOTH, BOTH] },
  { first: 'refuses the name', stub: 'nslookup', code: 1, says: /REFUSED/, asks: [['A udp']] },
  {
    first: 'truncates for the client',
    stub: 'nslookup',
    says: ADDRESS,
    asks: [['A tcp', 'A udp', 'AAAA tcp']],
  },
  { first: 'refuses the client', stub: 'dig', says: /status: REFUSED/, asks: [['A udp']] },
  { first: 'refuses the name', stub: 'dig', says: /status: REFUSED/, asks: [['A udp']] },
  { first: 'truncates for the client', stub: 'dig', says: ADDRESS, asks: [['A tcp', 'A udp']] },
];

/** A name for a test. */
function titleOf({ stub, first, isAlone = false, options = '' }: Expected): string {
  return `${stub}, of ${isAlone ? 'the only' : 'a'} server that ${first}${options === '' ? '' : ` (${options.trim()})`}`;
}

describeWith(['unshare', 'ip', 'getent', 'dig'], 'e2e: what stubs make of it', function () {
  this.timeout(300_000);
  const runnable = EXPECTED.filter(({ stub }) => {
    const [command = ''] = STUBS[stub]!;
    return isRunnable(command);
  });
  let ran: readonly Ran[] = [];

  before(async function () {
    const folder = makeFolder();
    await buildAll(folder);
    writeFileSync(join(folder, JAVA_FILE), JAVA);
    writeFileSync(join(folder, 'resolv.conf'), '');
    writeFileSync(join(folder, 'nsswitch.conf'), 'hosts: dns\n');
    const cases = runnable.map(
      ({ stub, first, options, isAlone = false }): StubCase => ({
        command: STUBS[stub]!,
        servers: isAlone ? [first] : [first, 'answers'],
        ...(options !== undefined && { options }),
      }),
    );
    const namespace = ['-m', '-n', 'sh', '-c', SETUP, 'sh', folder, process.execPath, INSIDE];
    const { code, stdout, stderr } = await run('unshare', namespace, JSON.stringify(cases));
    if (code === NOT_PERMITTED || /unshare failed/.test(stderr)) {
      passOver(this, `there are no namespaces here: ${stderr}`);
    }
    expect(code, stderr).to.equal(0);
    ran = JSON.parse(stdout);
  });
  after(cleanUp);

  for (const expected of EXPECTED) {
    it(titleOf(expected), function () {
      const at = runnable.indexOf(expected);
      if (at < 0) this.skip();
      const { code, output, asked } = ran[at]!;
      const { asks, says, isAlone = false } = expected;
      expect({ asked: asked.map((one) => [...one].sort()), output }).to.deep.equal({
        asked: isAlone ? [asks[0]] : [asks[0], asks[1] ?? []],
        output,
      });
      expect(output).to.match(says);
      expect(code).to.equal(expected.code ?? 0);
    });
  }
});
