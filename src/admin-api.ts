/** What the admin HTTP answers. */

import type { ServerResponse } from 'node:http';
import { now } from './clock.ts';
import { askedQuestion, explainQuestion } from './explain.ts';
import { type AdminHandler, type AdminReply, jsonReply } from './observe/admin.ts';
import { type Filter, matches, parseFilter } from './observe/decision-filter.ts';
import type { Metrics } from './observe/metrics.ts';
import type { RecentDecisions } from './observe/recent.ts';
import type { Serving } from './serving.ts';
import { VERSION } from './version.ts';

const DEFAULT_LIMIT = 100;

/** What became of the last reload. */
export interface ReloadResult {
  readonly ok: boolean;
  readonly policy: string;
  readonly problems: readonly string[];
  readonly warnings: readonly string[];
}

export interface AdminSource {
  readonly serving: () => Serving;
  readonly reload: () => ReloadResult;
  readonly lastReload: () => ReloadResult | undefined;
  readonly endpoints: () => readonly string[];
  readonly metrics: Metrics;
  readonly recent: RecentDecisions;
}

export function adminHandlers(source: AdminSource): Readonly<Record<string, AdminHandler>> {
  return {
    'GET /healthz': () => ({ status: 200, body: 'ok\n' }),
    'GET /readyz': () => jsonReply({ ready: true, policy: source.serving().policy.hash }),
    'GET /metrics': async () => ({
      status: 200,
      type: source.metrics.contentType,
      body: await source.metrics.expose(),
    }),
    'GET /api/decisions': (url) => decisions(url, source.recent),
    'GET /api/decisions/stream': (url, response) => stream(url, response, source.recent),
    'GET /api/explain': (url) => explain(url, source.serving()),
    'GET /api/policy': () => jsonReply(describe(source)),
    'POST /api/reload': () => {
      const result = source.reload();
      return jsonReply(result, result.ok ? 200 : 422);
    },
  };
}

function decisions(url: URL, recent: RecentDecisions): AdminReply {
  const { limit = String(DEFAULT_LIMIT), ...options } = Object.fromEntries(url.searchParams);
  const filter = parseFilter(options, now());
  if (typeof filter === 'string') return jsonReply({ error: filter }, 400);
  if (!/^\d{1,6}$/.test(limit)) return jsonReply({ error: 'limit: expect a number' }, 400);
  const found: unknown[] = [];
  for (const line of recent.latest()) {
    if (found.length >= Number(limit)) break;
    const record = JSON.parse(line);
    if (matches(filter, record)) found.push(record);
  }
  return jsonReply({ decisions: found });
}

/** Server-sent events: each record as it is made. */
function stream(
  url: URL,
  response: ServerResponse,
  recent: RecentDecisions,
): AdminReply | 'streaming' {
  const filter: Filter | string = parseFilter(Object.fromEntries(url.searchParams), now());
  if (typeof filter === 'string') return jsonReply({ error: filter }, 400);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': decisions\n\n');
  const stop = recent.follow((line) => {
    if (matches(filter, JSON.parse(line))) response.write(`data: ${line}\n\n`);
  });
  response.on('close', stop);
  return 'streaming';
}

function explain(url: URL, { policy }: Serving): AdminReply {
  const question = askedQuestion(Object.fromEntries(url.searchParams));
  if (typeof question === 'string') return jsonReply({ error: question }, 400);
  return jsonReply(explainQuestion(policy, question, now()));
}

function describe(source: AdminSource) {
  const { policy, groups, config, warnings } = source.serving();
  const at = now();
  return {
    version: VERSION,
    node: config.node,
    policy: policy.hash,
    file: config.file,
    listeners: source.endpoints(),
    layers: [...new Set(policy.layers.map(({ name }) => name))],
    policies: policy.zones.map(({ name, file, rules, serial, ignored }) => ({
      name,
      file,
      rules,
      ...(serial !== undefined && { serial }),
      ignored: Object.fromEntries(ignored),
    })),
    upstreams: [...groups.values()].map(({ name, servers }) => ({
      name,
      servers: servers.map((server) => ({
        address: server.name,
        up: server.isUp(at),
        loop: server.isLoop,
        rttMs: Math.round(server.rttMs * 1000) / 1000,
      })),
    })),
    warnings,
    lastReload: source.lastReload(),
  };
}
