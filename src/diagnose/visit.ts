/** One server asked from one address, from the first question to the last. */

import { setTimeout as pause } from 'node:timers/promises';
import { ask, type Route } from './ask.ts';
import { BURST, burstQuestion, isEmpty, nextQuestions, type Target } from './plan.ts';
import { type BurstCount, fateOf, type Probe, probeOf } from './probe.ts';
import type { Question } from './question.ts';
import { NO_ANSWER } from './reply.ts';
import { formatServer } from './server.ts';

/** Milliseconds until a limit of queries a second has forgotten what was asked before. */
const FORGET_MS = 1100;
/** Datagrams get lost: a question by UDP is sent so often before silence counts. */
const TRIES = 2;
/** Servers that are asked at the same time. */
const AT_ONCE = 4;

/** Asks servers side by side, from the sources of each one after the other: none is pressed. */
export async function visitAll(target: Target, routes: readonly Route[]): Promise<Probe[][]> {
  const visits: Probe[][] = [];
  const servers = Object.groupBy(routes, ({ server }) => formatServer(server));
  const waiting = Object.values(servers).values();
  const work = async () => {
    for (const group of waiting) {
      for (const route of group!) visits[routes.indexOf(route)] = await visit(target, route);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return visits;
}

/** Asks all that the playbook asks; nothing that the network does is an error. */
async function visit(wanted: Target, route: Route): Promise<Probe[]> {
  const protocol = route.server.encryption?.protocol;
  const target = { ...wanted, isEncrypted: protocol !== undefined };
  const labels = { server: formatServer(route.server), source: route.source, protocol };
  const probes: Probe[] = [];
  const take = async (question: Question) => {
    // Where one question met silence, the next need not wait for it so long.
    const tries = probes.some((one) => one.silence === NO_ANSWER) ? 1 : TRIES;
    return probeOf(labels, question, await ask(question, route, tries));
  };
  for (;;) {
    const questions = nextQuestions(target, probes);
    if (questions.length === 0) break;
    if (questions.some(({ again }) => again)) await pause(FORGET_MS);
    probes.push(...(await Promise.all(questions.map(take))));
  }
  const question = burstQuestion(target, probes);
  if (question === undefined) return probes;
  await pause(FORGET_MS);
  const burst = await Promise.all(Array.from({ length: BURST }, () => ask(question, route)));
  const all = burst.map((outcome) => probeOf(labels, question, outcome));
  probes.push({ ...leastOf(all), burst: countBurst(all) });
  await pause(FORGET_MS);
  probes.push(await take({ ...question, probe: 'after' }));
  return probes;
}

/** The one that stands for the burst in the table: one that was not answered, if there is one. */
function leastOf(probes: readonly Probe[]): Probe {
  return probes.find((one) => fateOf(one) !== 'answered' || isEmpty(one)) ?? probes[0]!;
}

function countBurst(probes: readonly Probe[]): BurstCount {
  const count = (test: (probe: Probe) => boolean) => probes.filter(test).length;
  return {
    sent: probes.length,
    answered: count((one) => fateOf(one) === 'answered' && !isEmpty(one)),
    refused: count((one) => fateOf(one) === 'refused'),
    truncated: count(isEmpty),
    silent: count((one) => fateOf(one) === 'silent'),
  };
}
