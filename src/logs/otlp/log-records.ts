/**
 * Decision records as log records of OpenTelemetry, by its packages: what the semantic conventions
 * have a name for has that name, all else is `rcode5.` and the record's field.
 */

import { createHash } from 'node:crypto';
import type { AnyValue } from '@opentelemetry/api';
import { JsonLogsSerializer } from '@opentelemetry/otlp-transformer';
import { type Resource, resourceFromAttributes } from '@opentelemetry/resources';
import {
  ATTR_CLIENT_ADDRESS,
  ATTR_CLIENT_PORT,
  ATTR_NETWORK_PEER_ADDRESS,
  ATTR_NETWORK_TRANSPORT,
  ATTR_NETWORK_TYPE,
  ATTR_SERVER_ADDRESS,
  ATTR_SERVER_PORT,
  ATTR_SERVICE_NAME,
  ATTR_SERVICE_VERSION,
} from '@opentelemetry/semantic-conventions';
import {
  ATTR_DNS_QUESTION_NAME,
  ATTR_HOST_NAME,
  ATTR_LOG_RECORD_UID,
  ATTR_SERVICE_INSTANCE_ID,
} from '@opentelemetry/semantic-conventions/incubating';
import { parseEndpoint } from '../../net/address.ts';
import type { OtlpReceiver } from './receiver.ts';

type Attributes = Record<string, AnyValue>;
type LogRecord = Parameters<typeof JsonLogsSerializer.serializeRequest>[0][number];
type Fields = Readonly<Record<string, unknown>>;

const OWN = 'rcode5.';
/** pino's levels, and severities of the data model of logs ("Severity Fields"). */
const SEVERITIES: Readonly<Record<number, readonly [number, string]>> = {
  30: [9, 'INFO'],
  40: [13, 'WARN'],
  50: [17, 'ERROR'],
};
/** Fields that are something else of a log record. */
const ELSEWHERE: ReadonlySet<string> = new Set(['level', 'time', 'msg', 'listener']);
/** Fields with a name in the conventions that says the same. */
const CONVENTIONS: Readonly<Record<string, string>> = {
  client: ATTR_CLIENT_ADDRESS,
  port: ATTR_CLIENT_PORT,
  peer: ATTR_NETWORK_PEER_ADDRESS,
  qname: ATTR_DNS_QUESTION_NAME,
};
const UID_LENGTH = 22;

/** What became of a request that was taken. */
export interface Answered {
  /** Records that were not taken nevertheless. */
  readonly rejected: number;
  readonly message: string;
}

export class LogRequests {
  readonly #resource: Resource;
  readonly #scope: LogRecord['instrumentationScope'];

  constructor({ node, host, version }: OtlpReceiver) {
    this.#resource = resourceFromAttributes({
      [ATTR_SERVICE_NAME]: 'rcode5',
      [ATTR_SERVICE_VERSION]: version,
      [ATTR_SERVICE_INSTANCE_ID]: node,
      [ATTR_HOST_NAME]: host,
    });
    this.#scope = { name: 'rcode5.decisions', version };
  }

  /** An ExportLogsServiceRequest in JSON, of lines of a log. */
  write(lines: readonly string[]): Uint8Array {
    return JsonLogsSerializer.serializeRequest(lines.map((line) => this.#recordOf(line)))!;
  }

  #recordOf(line: string): LogRecord {
    const fields = JSON.parse(line) as Fields;
    const { level, time, event, msg } = fields;
    const milliseconds = Date.parse(String(time));
    const at: [number, number] = [
      Math.floor(milliseconds / 1000),
      (((milliseconds % 1000) + 1000) % 1000) * 1e6,
    ];
    const [severityNumber, severityText] = SEVERITIES[Number(level)] ?? [];
    return {
      ...{ hrTime: at, hrTimeObserved: at },
      ...(severityNumber !== undefined && { severityNumber, severityText: severityText! }),
      body: String(msg),
      eventName: `${OWN}${event}`,
      attributes: attributesOf(fields, line),
      resource: this.#resource,
      instrumentationScope: this.#scope,
      droppedAttributesCount: 0,
    };
  }
}

/** An ExportLogsServiceResponse in JSON; one that cannot be read says nothing. */
export function readAnswer(octets: Uint8Array): Answered {
  const { partialSuccess } = JsonLogsSerializer.deserializeResponse(octets) ?? {};
  // 64-bit integers are texts in the JSON of protobuf.
  const rejected = Number(partialSuccess?.rejectedLogRecords ?? 0);
  return {
    rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
    message: partialSuccess?.errorMessage ?? '',
  };
}

function attributesOf(fields: Fields, line: string): LogRecord['attributes'] {
  const attributes: Attributes = {
    // The same for the same record: receivers know by it what was sent again.
    [ATTR_LOG_RECORD_UID]: createHash('sha256')
      .update(line)
      .digest('base64url')
      .slice(0, UID_LENGTH),
  };
  for (const [name, value] of Object.entries(fields)) {
    if (!ELSEWHERE.has(name)) add(attributes, CONVENTIONS[name] ?? `${OWN}${name}`, value);
  }
  const { client, transport, listener } = fields;
  if (typeof client === 'string') {
    attributes[ATTR_NETWORK_TYPE] = client.includes(':') ? 'ipv6' : 'ipv4';
  }
  if (typeof transport === 'string') {
    attributes[ATTR_NETWORK_TRANSPORT] = transport === 'udp' ? 'udp' : 'tcp';
  }
  const endpoint = typeof listener === 'string' ? parseEndpoint(listener, 0) : undefined;
  if (endpoint !== undefined) {
    attributes[ATTR_SERVER_ADDRESS] = endpoint.address;
    attributes[ATTR_SERVER_PORT] = endpoint.port;
  }
  return attributes as LogRecord['attributes'];
}

/** Objects become several attributes, `rcode5.rule.id`; what is in arrays stays as it is. */
function add(attributes: Attributes, name: string, value: unknown): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    attributes[name] = value as AnyValue;
    return;
  }
  for (const [key, part] of Object.entries(value)) add(attributes, `${name}.${key}`, part);
}
