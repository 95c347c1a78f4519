/**
 * What the memory of an idle server consists of, as the system counts it: the table of docs/performance.md. By
 * /proc/PID/smaps (proc(5)); V8 reserves its heap in pages of 256 KiB, glibc its arenas at multiples of 64 MiB.
 */

import { readFileSync } from 'node:fs';
import { askAllByUdp, names } from '../test/e2e/long-answers.ts';
import { cleanUp } from '../test/e2e/processes.ts';
import { type Rcode5, Site, serve } from '../test/e2e/rcode5.ts';
import { Upstream } from '../test/world/upstream.ts';
import { formatTable } from './load/table.ts';

/** Milliseconds after which a server has given back what its start has left behind. */
const REST_MS = 12_000;
const MANY_THREADS = 3;
const ANSWERS = 10_000;
const RULES = 100_000;
const V8_PAGE = 256 << 10;
const ARENA = 64 << 20;

const PARTS = [
  'the program of Node and its libraries, from files',
  'V8: objects, sources, bytecode',
  'V8: machine code',
  'memory of C: `malloc`',
  'buffers, shared tables, stacks',
] as const;
/** MB of each part. */
type Budget = readonly number[];

interface Mapping {
  readonly start: number;
  readonly perms: string;
  readonly path: string;
  readonly resident: number;
}

function mappingsOf(pid: number): Mapping[] {
  const text = readFileSync(`/proc/${pid}/smaps`, 'utf8');
  return text.split(/\n(?=[0-9a-f]+-[0-9a-f]+ )/).map((mapping) => {
    const head = /^([0-9a-f]+)-[0-9a-f]+ (\S+) \S+ \S+ \S+ *(.*)/.exec(mapping)!;
    const resident = (Number(/^Rss: +(\d+)/m.exec(mapping)![1]) / 1000) * 1.024;
    return { start: Number.parseInt(head[1]!, 16), perms: head[2]!, path: head[3]!, resident };
  });
}

/** The number of the part that a mapping belongs to. */
function partOf({ start, perms, path }: Mapping): number {
  if (path.startsWith('/') && !path.startsWith('/memfd:')) return 0;
  if (perms.includes('x')) return 2;
  if (path === '[heap]' || (path === '' && start % ARENA === 0)) return 3;
  return path === '' && start % V8_PAGE === 0 ? 1 : 4;
}

/** After a rest. */
async function budgetOf(pid: number): Promise<Budget> {
  await new Promise((resolve) => setTimeout(resolve, REST_MS));
  const all = mappingsOf(pid);
  return PARTS.map((_, part) => {
    const own = all.filter((mapping) => partOf(mapping) === part);
    return own.reduce((sum, { resident }) => sum + resident, 0);
  });
}

async function measure(
  config: string,
  {
    files = {},
    ask = async () => {},
  }: { files?: Readonly<Record<string, string>>; ask?: (server: Rcode5) => Promise<void> } = {},
): Promise<Budget> {
  const server = await serve(new Site(config, files));
  try {
    await ask(server);
    return await budgetOf(server.program.pid!);
  } finally {
    await server.program.stop();
  }
}

function minus(one: Budget, other: Budget, parts = 1): Budget {
  return one.map((value, i) => (value - other[i]!) / parts);
}

function zone(): string {
  const rules = Array.from({ length: RULES }, (_, i) => `name${i}.rules.example CNAME .\n`);
  return `$TTL 60\n@ SOA localhost. root.localhost. 1 3600 600 86400 60\n@ NS localhost.\n${rules.join('')}`;
}

const upstream = await Upstream.start();
const forwards = `upstreams: { default: { servers: ["${upstream.address}:${upstream.port}"] } }\n`;
try {
  const one = await measure('threads: 1\n');
  const many = await measure(`threads: ${MANY_THREADS}\n`);
  const filled = await measure(`threads: 1\n${forwards}`, {
    ask: ({ port }) => askAllByUdp(port, names('n', ANSWERS)),
  });
  const policy = 'threads: 1\npolicies: [{ name: rules, rpz: rules.rpz }]\n';
  const ruled = await measure(policy, { files: { 'rules.rpz': zone() } });
  const columns = [one, minus(many, one, MANY_THREADS - 1), minus(filled, one), minus(ruled, one)];
  const rows = PARTS.map((part, i) => [part, ...columns.map((column) => column[i]!.toFixed(1))]);
  const totals = columns.map((column) => column.reduce((sum, value) => sum + value, 0).toFixed(1));
  console.log(
    formatTable(
      [
        'MB resident',
        '`threads: 1`',
        'each further thread',
        `${ANSWERS} answers in the cache`,
        `a policy of ${RULES} names`,
      ],
      [...rows, ['**all**', ...totals]],
    ),
  );
} finally {
  await upstream.close();
  await cleanUp();
}
