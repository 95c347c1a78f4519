/** `demo`: a question for each layer, its answer and its record, on embedded upstreams. */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ask } from '../../diagnose/ask.ts';
import type { WireQuestion } from '../../diagnose/question.ts';
import { silentLog } from '../../log.ts';
import type { RecentDecisions } from '../../observe/recent.ts';
import { RunningServer } from '../../server/server.ts';
import { parseName } from '../../wire/name.ts';
import { Opcode, RrClass, RrType } from '../../wire/registry.ts';
import { type Command, Exit } from '../command.ts';
import { JSON_OPTION, type Options } from '../options.ts';
import { Output } from '../output.ts';
import { formatRow, HEADING } from './demo-text.ts';
import {
  authoritativeOnly,
  DEMO_ZONE,
  type DemoUpstream,
  PARKED_NAME,
  policing,
  recursive,
  startDemoUpstream,
} from './demo-upstreams.ts';

interface Question {
  readonly from: string;
  readonly name: string;
  readonly type?: number;
  readonly rrClass?: number;
  readonly opcode?: number;
}

const QUESTIONS: readonly Question[] = [
  { from: '127.0.0.1', name: 'www.example.com' },
  { from: '127.0.0.1', name: 'www.example.com', rrClass: RrClass.HS },
  { from: '127.0.20.1', name: 'www.example.com' },
  { from: '127.0.99.1', name: 'www.example.com' },
  { from: '127.0.0.1', name: DEMO_ZONE, type: RrType.AXFR },
  { from: '127.0.0.1', name: DEMO_ZONE, type: RrType.SOA, opcode: Opcode.UPDATE },
  { from: '127.0.0.1', name: DEMO_ZONE, type: RrType.SOA, opcode: Opcode.NOTIFY },
  { from: '127.0.30.1', name: 'www.example.com' },
  { from: '127.0.0.1', name: 'nas.home.arpa' },
  { from: '127.0.0.1', name: 'hidden.onion' },
  { from: '127.0.0.1', name: 'poker.gambling.example' },
  { from: '127.0.0.1', name: 'bad.example' },
  { from: '127.0.0.1', name: 'www.elsewhere.example' },
  { from: '127.0.0.1', name: 'www.partner.example' },
  { from: '127.0.0.1', name: 'www.partner.example' },
  { from: '127.0.0.1', name: 'blocked.filtered.example' },
  { from: '127.0.0.1', name: 'www.down.example' },
  { from: '127.0.30.2', name: 'www.example.com' },
  { from: '127.0.30.2', name: 'www.example.com' },
  { from: '127.0.0.1', name: 'casino.example.com' },
  { from: '127.0.40.1', name: 'www.example.com' },
  { from: '127.0.0.1', name: PARKED_NAME },
  { from: '127.0.0.1', name: 'id.server', type: RrType.TXT, rrClass: RrClass.CH },
];

const ZONE = `$TTL 60
@ SOA localhost. nobody.invalid. 1 3600 600 86400 60
  NS localhost.
bad.example CNAME .
32.66.2.0.192.rpz-ip CNAME .
`;

/** A port that nobody listens on: where the dead upstream is. */
const DEAD_PORT = 9;
const TIMEOUT_MS = 20_000;

/** Ports of the embedded upstreams. */
interface Ports {
  readonly recursive: number;
  readonly authoritative: number;
  readonly filter: number;
}

function configText(ports: Ports): string {
  return `# The configuration of the demo.
node: demo
listen: ["127.0.0.1:0"]
admin: { listen: "127.0.0.1:0" }
threads: 0
clientGroups:
  office: [127.0.0.0/24]
  vpn: [127.0.30.0/24]
acl:
  query:
    office: allow
    127.0.20.0/24: { action: refuse, owner: netops, reason: NET-42 }
    vpn: allow
  recursion:
    office: allow
upstreams:
  resolver: { servers: ["127.0.0.1:${ports.recursive}"] }
  authoritative: { servers: ["127.0.0.1:${ports.authoritative}"] }
  filter: { servers: ["127.0.0.1:${ports.filter}"] }
  dead: { servers: ["127.0.0.1:${DEAD_PORT}"], timeout: 100ms, attempts: 1 }
routes:
  example.com: resolver
  ${DEMO_ZONE}: authoritative
  partner.example: authoritative
  filtered.example: filter
  down.example: dead
rateLimit: { queriesPerSecond: 1, burst: 1, action: refuse, exempt: [office, 127.0.20.0/24] }
decisionLog: { to: demo.ndjson, record: all }
policies:
  - name: house
    rules:
      "*.gambling.example": refuse
      casino.example.com: { action: nxdomain, mode: shadow, owner: secops }
  - { name: malware, rpz: malware.rpz }
views:
  guests: { clients: [127.0.40.0/24], acl: { query: { 127.0.40.0/24: allow } }, recursion: refuse }
localRecords: { nas.home.arpa: 10.0.0.5 }
`;
}

const OPTIONS = { json: JSON_OPTION } as const satisfies Options;

export const demo: Command = {
  name: 'demo',
  operands: '',
  options: OPTIONS,
  about: 'sends a query for each layer, with upstreams of its own, and shows answers and records',
  async run(args) {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const before = process.cwd();
    const folder = mkdtempSync(join(tmpdir(), 'rcode5-demo-'));
    const upstreams: DemoUpstream[] = [];
    try {
      for (const handler of [recursive, authoritativeOnly, policing]) {
        upstreams.push(await startDemoUpstream(handler));
      }
      const [resolver, authoritative, filter] = upstreams.map(({ port }) => port) as [
        number,
        number,
        number,
      ];
      // Records name files as the configuration does, which here is without any folder.
      process.chdir(folder);
      writeFileSync('malware.rpz', ZONE);
      writeFileSync('demo.yaml', configText({ recursive: resolver, authoritative, filter }));
      await show('demo.yaml', values.json);
    } finally {
      process.chdir(before);
      for (const upstream of upstreams) upstream.close();
      rmSync(folder, { recursive: true });
    }
    return Exit.OK;
  },
};

async function show(file: string, json: boolean): Promise<void> {
  const output = new Output(process.stdout);
  const server = await RunningServer.start({ file, environment: {} }, silentLog());
  const ring = server.recent[0]!;
  try {
    if (!json) await output.write(`${HEADING}\n`);
    for (const question of QUESTIONS) {
      const before = ring.count;
      const { type = RrType.A } = question;
      const exchange = await ask(wireQuestion(question), {
        server: server.endpoints[0]!,
        source: question.from,
        timeoutMs: TIMEOUT_MS,
      });
      const lines = recordsSince(before, ring);
      await output.write(json ? lines.join('') : formatRow(type, exchange, lines));
      if (output.isClosed) return;
    }
  } finally {
    await server.close();
  }
}

/** The lines of the records since there were so many, the decision last. */
function recordsSince(count: number, ring: RecentDecisions): readonly string[] {
  const added = [...ring.latest()].slice(0, ring.count - count);
  return added.map((line) => `${line}\n`).reverse();
}

function wireQuestion({ name, type, rrClass, opcode }: Question): WireQuestion {
  return {
    name: parseName(name) as Uint8Array,
    type: type ?? RrType.A,
    rrClass: rrClass ?? RrClass.IN,
    opcode: opcode ?? Opcode.QUERY,
    transport: 'udp',
    rd: true,
    edns: true,
  };
}
