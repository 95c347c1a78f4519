/** The description of `/api/v1` as OpenAPI 3.1: answers from the types in src/admin/api/answers.ts. */

import { createGenerator } from 'ts-json-schema-generator';
import { FILTER_OPTIONS } from '../../src/observe/decision-filter.ts';
import { VERSION } from '../../src/version.ts';
import { formatTable } from './table.ts';

export const API_FILE = 'docs/openapi.json';
const ANSWERS = 'src/admin/api/answers.ts';
const DEFINITIONS = '#/definitions/';
const SCHEMAS = '#/components/schemas/';

interface Request {
  readonly about: string;
  /** What it takes to ask; `nothing`: whoever comes. */
  readonly needs: 'nothing' | 'read' | 'reload';
  /** The name of its answer's type. */
  readonly answer?: string;
  readonly parameters?: readonly string[];
  /** Of a JSON body: its texts. `text` is a body of another kind. */
  readonly body?: readonly string[] | 'text';
}

const FILTERS: readonly string[] = FILTER_OPTIONS;
const QUESTION = ['client', 'name', 'type', 'class', 'opcode', 'rd', 'do', 'transport', 'listener'];

/** Every request of `/api/v1`, in the order of the page. */
export const REQUESTS: Readonly<Record<string, Request>> = {
  'GET /api/v1/session': {
    about: 'who the browser is logged in as, and whether a token is needed',
    needs: 'nothing',
    answer: 'Session',
  },
  'POST /api/v1/session': {
    about: 'logs in with a token: sets a cookie',
    needs: 'nothing',
    answer: 'Session',
    body: ['token'],
  },
  'DELETE /api/v1/session': { about: 'logs out', needs: 'nothing', answer: 'Session' },
  'GET /api/v1/decisions': {
    about:
      'decisions, the latest first: those of all servers with `decisionLog.clickhouse`, unless from=log; a page may end early and be empty: "next" goes on',
    needs: 'read',
    answer: 'DecisionsPage',
    parameters: [...FILTERS, 'limit', 'cursor', 'from'],
  },
  'GET /api/v1/decisions/{ref}': {
    about: 'the decision with a reference',
    needs: 'read',
    answer: 'OneDecision',
  },
  'GET /api/v1/decisions/stream': {
    about:
      'server-sent events: each decision as it is made, and "missed" where some are not sent; takes Last-Event-ID',
    needs: 'read',
    parameters: FILTERS,
  },
  'GET /api/v1/report': {
    about: 'decisions counted, as by rcode5 report --json; of the same servers',
    needs: 'read',
    answer: 'Report',
    parameters: [...FILTERS, 'by', 'top', 'most', 'from'],
  },
  'GET /api/v1/client-names': {
    about: 'names of clients, for addresses with commas between them',
    needs: 'read',
    answer: 'ClientNamesAnswer',
    parameters: ['addresses'],
  },
  'GET /api/v1/overview': {
    about: 'what was counted in the last hour, and how the server is',
    needs: 'read',
    answer: 'Overview',
  },
  'GET /api/v1/policy': {
    about: 'the configuration as it was loaded: rules, policies, assertions, pauses',
    needs: 'read',
    answer: 'PolicyAnswer',
  },
  'GET /api/v1/upstreams': {
    about: 'upstreams, and their latest refusals',
    needs: 'read',
    answer: 'Upstreams',
  },
  'GET /api/v1/fleet': {
    about: 'the servers of fleet, asked over DNS: which policy each has, and what differs',
    needs: 'read',
    answer: 'FleetAnswer',
  },
  'GET /api/v1/explain': {
    about: 'what each layer decides about a query; with live=1 the upstreams are asked',
    needs: 'read',
    answer: 'Explained',
    parameters: [...QUESTION, 'live'],
  },
  'POST /api/v1/candidate': {
    about: 'what another configuration would change; nothing is taken over',
    needs: 'read',
    answer: 'CandidateAnswer',
    parameters: ['replay'],
    body: 'text',
  },
  'POST /api/v1/reload': {
    about: 'takes the configuration over as it is now; status 422 when it has problems',
    needs: 'reload',
    answer: 'ReloadAnswer',
  },
  'GET /api/v1/pauses': { about: 'pauses in force', needs: 'read', answer: 'PausesAnswer' },
  'POST /api/v1/pauses': {
    about: 'lets a client, or everybody, past a policy, or all of them, for a while',
    needs: 'reload',
    answer: 'Pause',
    body: ['client', 'policy', 'for'],
  },
  'DELETE /api/v1/pauses/{id}': { about: 'ends a pause', needs: 'reload', answer: 'PausesAnswer' },
  'POST /api/v1/flush': {
    about: 'forgets what the cache has for a name and all names below it',
    needs: 'reload',
    answer: 'Flushed',
    body: ['name'],
  },
};

/** All requests for docs/console.md. */
export function apiTable(): string {
  const rows = Object.entries(REQUESTS).map(([key, { about, needs }]) => [
    `\`${key}\``,
    needs === 'nothing' ? 'no token' : `\`${needs}\``,
    about,
  ]);
  return formatTable(['request', 'needs', 'answer'], rows);
}

/** The file as it would be. */
export function formatApi(): string {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const [key, request] of Object.entries(REQUESTS)) {
    const [method = '', path = ''] = key.split(' ');
    paths[path] = { ...paths[path], [method.toLowerCase()]: operation(path, request) };
  }
  const api = {
    openapi: '3.1.0',
    info: { title: 'rcode5', version: VERSION, license: { name: 'MIT', identifier: 'MIT' } },
    paths,
    components: {
      schemas: schemas(),
      securitySchemes: {
        token: { type: 'http', scheme: 'bearer' },
        session: { type: 'apiKey', in: 'cookie', name: 'rcode5-session' },
      },
    },
  };
  return `${JSON.stringify(api, null, 2)}\n`;
}

function operation(path: string, { about, needs, answer, parameters = [], body }: Request) {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }));
  const inQuery = parameters.map((name) => ({ name, in: 'query', schema: { type: 'string' } }));
  const failure = { description: 'why not', content: jsonOf('Failure') };
  return {
    summary: about,
    security: needs === 'nothing' ? [] : [{ token: [] }, { session: [] }],
    'x-may': needs,
    parameters: [...inPath, ...inQuery],
    ...(body !== undefined && { requestBody: bodyOf(body) }),
    responses: {
      '200': {
        description: 'OK',
        content: answer === undefined ? { 'text/event-stream': {} } : jsonOf(answer),
      },
      '4XX': failure,
      '503': failure,
    },
  };
}

function bodyOf(body: readonly string[] | 'text') {
  if (body === 'text') return { required: true, content: { 'text/plain': {} } };
  const properties = Object.fromEntries(body.map((name) => [name, { type: 'string' }]));
  return {
    required: true,
    content: { 'application/json': { schema: { type: 'object', properties } } },
  };
}

function jsonOf(name: string) {
  return { 'application/json': { schema: { $ref: SCHEMAS + name } } };
}

/** Of all answers and of what they are made of. */
function schemas(): Readonly<Record<string, unknown>> {
  const generator = createGenerator({
    ...{ path: ANSWERS, tsconfig: 'tsconfig.json', type: '*', skipTypeCheck: true },
    ...{ topRef: true, additionalProperties: true, expose: 'export', jsDoc: 'extended' },
  });
  const names = Object.values(REQUESTS).flatMap(({ answer }) => answer ?? []);
  const found = [...new Set([...names, 'Failure', 'Missed'])].flatMap((name) =>
    Object.entries(generator.createSchema(name).definitions ?? {}),
  );
  const sorted = Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
  return JSON.parse(JSON.stringify(sorted).replaceAll(DEFINITIONS, SCHEMAS));
}
