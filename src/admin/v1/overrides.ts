/** `/api/v1/pauses` and `/api/v1/flush`: what operators set beside the configuration. */

import { parseDuration } from '../../clock.ts';
import type { PauseSpec } from '../../decision/pauses.ts';
import { parsePrefix } from '../../net/prefix.ts';
import type { ClientNames } from '../../observe/client-names/client-names.ts';
import { formatName, lowerName, parseName } from '../../wire/name.ts';
import type { Pause } from '../api/answers.ts';
import type { AdminHandler } from '../http.ts';
import type { AdminRequest } from '../request.ts';
import type { AdminSource } from '../source.ts';
import { answering, prefixesOf } from './decisions.ts';
import { BadRequest } from './parameters.ts';

const LONGEST_BODY = 4096;
const LEAST_MS = 1000;
const MOST_MS = 86_400_000;

export function overrideHandlers(
  source: AdminSource,
  names: () => ClientNames,
): Readonly<Record<string, AdminHandler>> {
  const { overrides, log } = source;
  return {
    'GET /api/v1/pauses': answering(async () => ({ pauses: pausesOf(source) })),
    'POST /api/v1/pauses': answering(async (_url, _signal, request) => {
      const fields = await readFields(request, ['client', 'policy', 'for']);
      const prefix = await onePrefix(fields['client'], names());
      const asked = readPause(
        { ...fields, ...(prefix !== undefined && { client: prefix }) },
        source,
      );
      const by = request.who?.name ?? '';
      const pause = overrides.pause({ ...asked.spec, by }, asked.milliseconds);
      if (pause === undefined) throw new BadRequest('there are 100 pauses already; end one', 503);
      const { policy = 'all policies', client = 'everybody' } = toPause(pause);
      log.warn(
        `admin: ${policy} paused for ${client} until ${toPause(pause).until} by ${request.asker}`,
      );
      return toPause(pause);
    }),
    'DELETE /api/v1/pauses/{id}': answering(async ({ pathname }, _signal, request) => {
      const id = pathname.slice(pathname.lastIndexOf('/') + 1);
      if (!overrides.resume(id)) throw new BadRequest(`there is no pause ${id} any more`, 404);
      log.info(`admin: pause ${id} ended by ${request.asker}`);
      return { pauses: pausesOf(source) };
    }),
    'POST /api/v1/flush': answering(async (_url, _signal, request) => {
      const { name = '' } = await readFields(request, ['name']);
      const wire = name === '' ? 'nothing in it' : parseName(name);
      if (typeof wire === 'string')
        throw new BadRequest(`name: has ${wire}; expect a name like example.com`);
      const flushed = lowerName(wire);
      overrides.flush(flushed);
      log.info(`admin: ${formatName(flushed)} flushed from the cache by ${request.asker}`);
      return { name: formatName(flushed) };
    }),
  };
}

/** Those that are in force. */
export function pausesOf({ overrides }: AdminSource): readonly Pause[] {
  return overrides.pauses.map(toPause);
}

function toPause({ id, client, policy, until, by }: PauseSpec): Pause {
  return {
    ...{ id, ...(client !== undefined && { client }), ...(policy !== undefined && { policy }) },
    ...{ until: new Date(until).toISOString(), by },
  };
}

/** The texts of an object, known ones only. Throws a BadRequest. */
async function readFields(
  request: AdminRequest,
  known: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const text = await request.text(LONGEST_BODY);
  const expected = `a JSON object with ${known.join(', ')}`;
  const value = parseJson(text ?? '');
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new BadRequest(`expect ${expected}`);
  }
  for (const [key, field] of Object.entries(value)) {
    if (!known.includes(key)) throw new BadRequest(`${key}: not known; expect ${expected}`);
    if (typeof field !== 'string') throw new BadRequest(`${key}: expect a text`);
  }
  return value as Record<string, string>;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** A pause is for one prefix; a name or a group may stand for several. */
async function onePrefix(client: string | undefined, names: ClientNames) {
  if (client === undefined) return undefined;
  const prefixes = await prefixesOf(client, names);
  if (prefixes === client || !prefixes.includes(',')) return prefixes;
  throw new BadRequest(`client: ${client} is several: ${prefixes}; expect one of them`);
}

/** A pause is for name policies: no access list has a name here. */
function readPause(
  { client, policy, for: duration = '10m' }: Readonly<Record<string, string>>,
  { serving }: AdminSource,
) {
  const names = serving().policy.zones.map(({ name }) => name);
  if (policy !== undefined && !names.includes(policy)) {
    const known = names.join(', ') || 'none is configured';
    throw new BadRequest(`policy: ${policy} is not a policy; expect one of ${known}`);
  }
  const prefix = client === undefined ? undefined : parsePrefix(client);
  if (typeof prefix === 'string') throw new BadRequest(`client: ${prefix}`);
  const milliseconds = parseDuration(duration);
  if (milliseconds === undefined || milliseconds < LEAST_MS || milliseconds > MOST_MS) {
    throw new BadRequest(`for: ${duration} is not possible; expect a duration from 1s to 1d`);
  }
  return { spec: { client, prefix, policy }, milliseconds };
}
