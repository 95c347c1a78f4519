import { expect } from 'chai';
import { parseClickhouseUrl } from '../../../src/logs/clickhouse/reading.ts';
import { recordLine, type WrittenLog, writeLog } from '../../logs/written-log.ts';
import { Clickhouse, hasClickhouse } from '../../world/clickhouse.ts';
import { passOver } from '../../world/needs.ts';
import { type Printed, runProgram } from '../../world/run-program.ts';

/** Each with what the fields of some records are. */
const ODD = [
  { qname: "o'brien\\.x.example.com.", client: '2001:db8::5' },
  { qname: 'notexample.com.', qtype: 'TYPE65280' },
  { event: 'blocked', rcode: 'NXDOMAIN', rule: { id: "it's \\ odd", file: 'a.yaml', line: 2 } },
  { event: 'summary', of: 'refused', count: 5, ref: undefined, client: '10.0.1.0/24' },
  { node: 'b', upstream: { address: 'tcp://192.0.2.1:53' }, layer: 'upstream', transport: 'doh' },
];

describe('log and report --from clickhouse://', () => {
  let server: Clickhouse;
  let log: WrittenLog;

  before(async function () {
    if (!hasClickhouse()) passOver(this, 'clickhouse-server is not installed');
    server = await Clickhouse.start();
    const lines = Array.from({ length: 400 }, (_, i) =>
      recordLine(i, { node: 'a', ...ODD[i % 11] }),
    );
    log = writeLog({ '': lines });
    // Twice: what a server has sent again stands once.
    for (const _ of [1, 2]) await server.write(lines);
  });
  after(async () => {
    log?.close();
    await server?.close();
  });

  const FILTERS = [
    [],
    ['--client', '10.0.1.5'],
    ['--client', '10.0.1.0/28,2001:db8::/32'],
    ['--client', '10.0.0.0/7'],
    ['--name', 'example.com'],
    ['--name', '.'],
    ['--type', 'TYPE65280'],
    ['--rcode', 'nxdomain'],
    ['--rule', "it's \\ odd"],
    ['--event', 'summary'],
    ['--layer', 'policy', '--group', 'vpn'],
    ['--upstream', '192.0.2.1'],
    ['--transport', 'doh', '--view', 'default'],
    ['--since', '2026-11-20T22:02:00.500Z', '--until', '2026-11-20T22:04:00Z'],
    ['--ref', 'k3f9x-77'],
    ['--group', 'nobody'],
    ['--node', 'b', '--node', 'c'],
    ['--type', 'A', '--type', 'TYPE65280', '--client', '10.0.1.5', '--client', '2001:db8::5'],
  ];
  for (const filter of FILTERS) {
    it(`print what they print of the file: ${filter.join(' ') || 'all'}`, async () => {
      for (const command of [['log'], ['log', '--json'], ['report', '--json', '--event', 'all']]) {
        if (command[0] === 'report' && filter.includes('--event')) continue;
        const args = [...command, ...filter];
        const [ofFile, ofTable] = [
          await runProgram([...args, log.path]),
          await runProgram([...args, '--from', server.from]),
        ];
        expect(read(ofTable, command[0]!), args.join(' ')).to.deep.equal(read(ofFile, command[0]!));
      }
    });
  }

  it('say what the server says when it refuses', async () => {
    const from = server.from.replace('rcode5:', 'nobody:');
    const { code, stdout, stderr } = await runProgram(['log', '--from', from]);
    expect([code, stdout]).to.deep.equal([2, '']);
    expect(stderr).to.match(/^clickhouse: Code: 192, .*nobody/);
    const table = await runProgram(['report', '--from', `${server.from}?table=none`]);
    expect(table.code).to.equal(2);
    expect(table.stderr).to.match(/^clickhouse: Code: 60, .*dns\.none doesn't exist/);
  });
});

/** The number of records that a report has looked at depends on what the source could pass over. */
function read({ code, stdout }: Printed, command: string): unknown {
  if (command === 'log' || stdout === '') return { code, stdout };
  const { records: _records, events: _events, ...rest } = JSON.parse(stdout);
  return rest;
}

describe('clickhouse:// URLs', () => {
  it('name a host and a database, and may name a port, a user, a table and TLS', () => {
    expect(parseClickhouseUrl('clickhouse://[::1]/dns', 'p')).to.deep.equal({
      ...{ url: 'http://[::1]:8123', database: 'dns', table: 'decisions' },
      ...{ user: undefined, password: 'p' },
    });
    expect(parseClickhouseUrl('clickhouse://u:p%40@h/d?secure=true&table=t', 'q')).to.deep.equal({
      ...{ url: 'https://h:8443', database: 'd', table: 't', user: 'u', password: 'p@' },
    });
  });

  const WRONG = [
    ['decisions.log', /is no URL; expect clickhouse:\/\/HOST\/DATABASE/],
    ['http://h/d', /^http:\/\/ is not known; expect clickhouse:/],
    ['clickhouse://h', /names no database/],
    ['clickhouse://h/d/t', /names no database/],
    ['clickhouse://h/d?tabel=x', /tabel is not known; expect table or secure/],
    ['clickhouse://h/d?secure=1', /expect true or false/],
    ['clickhouse://h/%ff', /is no URL/],
  ] as const;
  for (const [text, why] of WRONG) {
    it(`are not understood: ${text}`, () => {
      expect(parseClickhouseUrl(text)).to.match(why);
    });
  }
});
