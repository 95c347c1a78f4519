/** All that `/api/v1` answers, and what it takes to ask. */

import { now } from '../../clock.ts';
import { explainQuestion } from '../../explain/explain.ts';
import { explainLive, isPlain } from '../../explain/live.ts';
import { askedQuestion } from '../../explain/question.ts';
import { reloadHandler } from '../api.ts';
import { type AdminHandler, jsonReply, type Needed } from '../http.ts';
import type { Identities } from '../identities.ts';
import { namesOf } from '../names-of.ts';
import { SESSION_NEEDS, sessionHandlers } from '../sessions.ts';
import type { AdminSource } from '../source.ts';
import { Candidates } from './candidate.ts';
import { storeOfLog, storeOfMemory, storeOfTable } from './decision-store.ts';
import { answering, decisionHandlers, resolveClient, resolveOneClient } from './decisions.ts';
import { History } from './history.ts';
import { LiveDecisions } from './live-decisions.ts';
import { overrideHandlers } from './overrides.ts';
import { BadRequest, failureReply } from './parameters.ts';
import { fleetOf, overviewOf, policyOf, upstreamsOf } from './state.ts';

/** Requests that need something else than their method says. */
export const NEEDS: Readonly<Record<string, Needed>> = {
  ...SESSION_NEEDS,
  'POST /api/v1/candidate': 'read',
};

export interface ApiV1 {
  readonly handlers: Readonly<Record<string, AdminHandler>>;
  close(): void;
}

export function createApiV1(source: AdminSource, identities: Identities): ApiV1 {
  const rings = () => source.threads().map(({ recent }) => recent);
  const own = source.searcher === undefined ? storeOfMemory(rings) : storeOfLog(source.searcher);
  const all = source.table && storeOfTable(source.table);
  const names = namesOf(source.serving, source.log);
  const live = new LiveDecisions(rings);
  const candidates = new Candidates(source, own);
  const history = new History({
    threads: source.threads,
    policy: () => source.serving().policy.hash,
    now: Date.now,
  });
  return {
    handlers: {
      ...sessionHandlers(identities, source.log),
      'GET /api/v1/decisions/stream': async (url, response, request) => {
        try {
          await resolveClient(url, names());
        } catch (error) {
          return failureReply(error);
        }
        return live.handler(url, response, request);
      },
      ...decisionHandlers({ own, all }, names),
      'GET /api/v1/overview': () => jsonReply(overviewOf(source, history)),
      'GET /api/v1/policy': () => jsonReply(policyOf(source)),
      'GET /api/v1/upstreams': answering((_url, signal) => upstreamsOf(source, own, signal)),
      'GET /api/v1/explain': answering(async (url) => {
        await resolveOneClient(url, names());
        return explain(url, source);
      }),
      'GET /api/v1/fleet': answering(() => fleetOf(source)),
      'POST /api/v1/candidate': answering((url, signal, request) =>
        candidates.compare(url, request, signal),
      ),
      ...overrideHandlers(source, names),
      'POST /api/v1/reload': reloadHandler(source),
    },
    close: () => {
      history.close();
      names().close();
    },
  };
}

async function explain(url: URL, { serving, endpoints }: AdminSource) {
  const { live = '0', ...words } = Object.fromEntries(url.searchParams);
  const listeners = endpoints();
  const question = askedQuestion(words, listeners);
  if (typeof question === 'string') throw new BadRequest(question);
  const { policy } = serving();
  const explained = explainQuestion(policy, question, now(), listeners);
  if (live === '0') return explained;
  if (!isPlain(question)) {
    throw new BadRequest('live asks plain questions; expect neither a transfer nor an opcode');
  }
  return explainLive(policy, question, explained);
}
