/** What the admin HTTP answers. */

import type { ServerResponse } from 'node:http';
import { now } from '../clock.ts';
import { explainQuestion } from '../explain/explain.ts';
import { askedQuestion } from '../explain/question.ts';
import { FILTER_OPTIONS, type Filter, matches, parseFilter } from '../observe/decision-filter.ts';
import type { RecentDecisions } from '../observe/recent.ts';
import { isUp, meanRttMs } from '../observe/thread-numbers.ts';
import type { PolicyZone } from '../policy/policy-zones.ts';
import type { ListFetch } from '../transfer/list-fetch.ts';
import { reportList } from '../transfer/list-report.ts';
import type { ZoneTransfer } from '../transfer/zone-transfer.ts';
import { reportFeed } from '../transfer/zone-transfer-report.ts';
import { VERSION } from '../version.ts';
import { countersOf } from './counters.ts';
import { type AdminHandler, type AdminReply, jsonReply } from './http.ts';
import { followDecisions, latestDecisions } from './merged-decisions.ts';
import { type AdminSource, readiness } from './source.ts';
import { pausesOf } from './v1/overrides.ts';

const DEFAULT_LIMIT = 100;
/** Bytes of a stream that its reader may leave unread. */
const UNREAD = 1 << 20;

export function adminHandlers(source: AdminSource): Readonly<Record<string, AdminHandler>> {
  const recent = () => source.threads().map((thread) => thread.recent);
  return {
    'GET /healthz': () => ({ status: 200, body: 'ok\n' }),
    'GET /readyz': () => {
      const answer = readiness(source);
      return jsonReply(answer, answer.ready ? 200 : 503);
    },
    'GET /metrics': async () => ({
      status: 200,
      type: source.metrics.contentType,
      body: await source.metrics.expose(),
    }),
    'GET /api/decisions': (url) => decisions(url, recent()),
    'GET /api/decisions/stream': (url, response) => stream(url, response, recent),
    'GET /api/explain': (url) => explain(url, source),
    'GET /api/policy': () => jsonReply(describe(source)),
    'POST /api/reload': reloadHandler(source),
  };
}

/** Takes the configuration over as it is now; the operational log has who asked for it. */
export function reloadHandler({ reload, log }: AdminSource): AdminHandler {
  return async (_url, _response, { asker }) => {
    log.info(`admin: reload by ${asker}`);
    const result = await reload();
    return jsonReply(result, result.ok ? 200 : 422);
  };
}

/** The same, for whoever asks: whether it lives and serves, and nothing else. */
export function probeHandlers(
  handlers: Readonly<Record<string, AdminHandler>>,
): Readonly<Record<string, AdminHandler>> {
  const statusOf = (key: string): AdminHandler => {
    return async (url, response, request) => {
      const reply = await handlers[key]!(url, response, request);
      if (reply === 'streaming') return reply;
      return { status: reply.status, body: reply.status === 200 ? 'ok\n' : 'not ready\n' };
    };
  };
  const keys = ['GET /healthz', 'GET /readyz'];
  return Object.fromEntries(keys.map((key) => [key, statusOf(key)]));
}

function decisions(url: URL, rings: readonly RecentDecisions[]): AdminReply {
  const { limit = String(DEFAULT_LIMIT), ...options } = Object.fromEntries(url.searchParams);
  const filter = readFilter(options);
  if (typeof filter === 'string') return jsonReply({ error: filter }, 400);
  if (!/^\d{1,6}$/.test(limit)) return jsonReply({ error: 'limit: expect a number' }, 400);
  const found = latestDecisions(rings).filter(({ record }) => matches(filter, record));
  return jsonReply({ decisions: found.slice(0, Number(limit)).map(({ record }) => record) });
}

/** Server-sent events: each record as it is made. */
function stream(
  url: URL,
  response: ServerResponse,
  rings: () => readonly RecentDecisions[],
): AdminReply | 'streaming' {
  const filter = readFilter(Object.fromEntries(url.searchParams));
  if (typeof filter === 'string') return jsonReply({ error: filter }, 400);
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
  response.write(': decisions\n\n');
  const stop = followDecisions(rings, ({ line, record }) => {
    if (!matches(filter, record)) return;
    response.write(`data: ${line}\n\n`);
    // Whoever reads more slowly than is written would have us keep it all.
    if (response.writableLength > UNREAD) response.destroy();
  });
  response.on('close', stop);
  return 'streaming';
}

/** A filter that is not known would let everything through. */
function readFilter(options: Readonly<Record<string, string>>): Filter | string {
  const unknown = Object.keys(options).find((name) => !isFilterOption(name));
  if (unknown !== undefined) {
    return `${unknown}: not a filter; expect ${FILTER_OPTIONS.join(', ')}`;
  }
  return parseFilter(options, Date.now());
}

function isFilterOption(name: string): boolean {
  return (FILTER_OPTIONS as readonly string[]).includes(name);
}

function explain(url: URL, { serving, endpoints }: AdminSource): AdminReply {
  const listeners = endpoints();
  const question = askedQuestion(Object.fromEntries(url.searchParams), listeners);
  if (typeof question === 'string') return jsonReply({ error: question }, 400);
  return jsonReply(explainQuestion(serving().policy, question, now(), listeners));
}

function describe(source: AdminSource) {
  const { policy, groups, config, warnings } = source.serving();
  const threads = source.threads();
  return {
    version: VERSION,
    node: config.node,
    policy: policy.hash,
    file: config.file,
    listeners: source.endpoints(),
    layers: [...new Set(policy.views[0]!.layers.map(({ name }) => name))],
    views: policy.views.map(({ name }) => name),
    policies: policy.zones.map((zone) => ({
      ...describePolicy(zone, source.feeds.find(zone.name)),
      ...describeList(source.lists.find(zone.name)),
    })),
    upstreams: [...groups.values()].map(({ name, upstreams }) => ({
      name,
      servers: upstreams.map((server) => ({
        address: server.name,
        up: !server.isLoop && isUp(threads, server),
        loop: server.isLoop,
        rttMs: Math.round(meanRttMs(threads, server) * 1000) / 1000,
      })),
    })),
    warnings,
    overrides: pausesOf(source),
    lastReload: source.lastReload(),
    counters: countersOf(source),
  };
}

function describeList(list?: ListFetch) {
  return list === undefined ? {} : { fetch: reportList(list) };
}

function describePolicy({ name, file, rules, serial, ignored }: PolicyZone, feed?: ZoneTransfer) {
  return {
    name,
    file,
    rules,
    ...(serial !== undefined && { serial }),
    ignored: Object.fromEntries([...ignored].map(([kind, { count }]) => [kind, count])),
    ...(feed !== undefined && { transfer: reportFeed(feed) }),
  };
}
