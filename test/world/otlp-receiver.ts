/**
 * An OTLP receiver of the test. It takes what the JSON of protobuf allows for an
 * ExportLogsServiceRequest (opentelemetry-proto 1.x, logs_service.proto), and nothing else; and it
 * answers as it is told.
 */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { Ajv } from 'ajv';

const strict = (properties: object, required: readonly string[] = []) => ({
  ...{ type: 'object', additionalProperties: false, properties, required },
});
const UINT64 = { type: 'string', pattern: '^[1-9][0-9]{0,19}$' };
const TEXT = { type: 'string' };
const ATTRIBUTES = {
  type: 'array',
  items: strict({ key: { type: 'string', minLength: 1 }, value: { $ref: '#/$defs/value' } }, [
    ...['key', 'value'],
  ]),
};
const SCHEMA = {
  $defs: {
    value: {
      ...strict({
        ...{ stringValue: TEXT, boolValue: { type: 'boolean' }, doubleValue: { type: 'number' } },
        ...{ intValue: { type: ['integer', 'string'] }, bytesValue: TEXT },
        arrayValue: strict({ values: { type: 'array', items: { $ref: '#/$defs/value' } } }),
        kvlistValue: strict({ values: { $ref: '#/$defs/attributes' } }),
      }),
      maxProperties: 1,
    },
    attributes: ATTRIBUTES,
    record: strict(
      {
        ...{ timeUnixNano: UINT64, observedTimeUnixNano: UINT64, severityText: TEXT },
        severityNumber: { type: 'integer', minimum: 1, maximum: 24 },
        ...{ body: { $ref: '#/$defs/value' }, attributes: { $ref: '#/$defs/attributes' } },
        ...{ droppedAttributesCount: { type: 'integer' }, eventName: TEXT },
      },
      ['timeUnixNano', 'body', 'attributes'],
    ),
  },
  ...strict(
    {
      resourceLogs: {
        type: 'array',
        items: strict({
          resource: strict({
            attributes: { $ref: '#/$defs/attributes' },
            droppedAttributesCount: { type: 'integer' },
          }),
          scopeLogs: {
            type: 'array',
            items: strict({
              scope: strict({ name: TEXT, version: TEXT }),
              logRecords: { type: 'array', items: { $ref: '#/$defs/record' } },
            }),
          },
        }),
      },
    },
    ['resourceLogs'],
  ),
};
const isRequest = new Ajv({ allowUnionTypes: true }).compile(SCHEMA);

type Values = Readonly<Record<string, unknown>>;

/** A log record as it was received, its attributes by their names. */
export interface ReceivedLog {
  readonly time: string;
  readonly severity: string;
  readonly body: unknown;
  readonly event: string;
  readonly attributes: Values;
  readonly resource: Values;
}

/** What a request is answered: a status with headers and a body, or `hang` for nothing. */
export type Answer =
  | { readonly status: number; readonly headers?: Record<string, string>; readonly body?: string }
  | 'hang';

export const FINE: Answer = { status: 200, body: '{}' };

export class OtlpReceiver {
  /** All that was taken, in the order in which it came. */
  readonly logs: ReceivedLog[] = [];
  readonly headers: IncomingMessage['headers'][] = [];
  /** What was asked: how many records came, and the status that they were answered. */
  readonly requests: (readonly [records: number, status: number])[] = [];
  /** Decides about a request by its records. */
  answer: (logs: readonly ReceivedLog[]) => Answer = () => FINE;
  readonly #server: Server = createServer(
    (request, response) => void this.#take(request, response),
  );
  #port = 0;

  static async start(): Promise<OtlpReceiver> {
    const receiver = new OtlpReceiver();
    await receiver.begin();
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/v1/logs`;
  }

  /** Listens, again on the port that it had. */
  async begin(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const octets = Buffer.concat(await request.toArray());
    const isPacked = request.headers['content-encoding'] === 'gzip';
    const body: unknown = JSON.parse((isPacked ? gunzipSync(octets) : octets).toString('utf8'));
    const isRight =
      request.method === 'POST' &&
      request.url === '/v1/logs' &&
      request.headers['content-type'] === 'application/json' &&
      isRequest(body);
    const logs = isRight ? logsOf(body) : [];
    const answer: Answer = isRight
      ? this.answer(logs)
      : { status: 400, body: `{"code":3,"message":${JSON.stringify(isRequest.errors)}}` };
    this.headers.push(request.headers);
    if (answer === 'hang') return;
    this.requests.push([logs.length, answer.status]);
    if (answer.status === 200) this.logs.push(...logs);
    response.writeHead(answer.status, { 'content-type': 'application/json', ...answer.headers });
    response.end(answer.body);
  }
}

/** A request as the schema has seen it. */
interface Request {
  readonly resourceLogs: readonly {
    readonly resource: { readonly attributes: Attributes };
    readonly scopeLogs: readonly { readonly logRecords: readonly LogRecord[] }[];
  }[];
}

interface LogRecord {
  readonly timeUnixNano: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: Value;
  readonly eventName: string;
  readonly attributes: Attributes;
}

type Attributes = readonly { readonly key: string; readonly value: Value }[];

interface Value {
  readonly arrayValue?: { readonly values: readonly Value[] };
  readonly kvlistValue?: { readonly values: Attributes };
}

function logsOf(body: unknown): ReceivedLog[] {
  const { resourceLogs } = body as Request;
  return resourceLogs.flatMap(({ resource, scopeLogs }) =>
    scopeLogs.flatMap(({ logRecords }) =>
      logRecords.map((one) => ({
        time: new Date(Number(BigInt(one.timeUnixNano) / 1_000_000n)).toISOString(),
        severity: `${one.severityNumber} ${one.severityText}`,
        body: plain(one.body),
        event: one.eventName,
        attributes: plainAll(one.attributes),
        resource: plainAll(resource.attributes),
      })),
    ),
  );
}

function plainAll(attributes: Attributes): Values {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function plain(value: Value): unknown {
  if (value.arrayValue !== undefined) return value.arrayValue.values.map(plain);
  if (value.kvlistValue !== undefined) return plainAll(value.kvlistValue.values);
  return Object.values(value)[0];
}
