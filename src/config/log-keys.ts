/** The keys of `decisionLog`. */

import { CLICKHOUSE } from './clickhouse-keys.ts';
import { destination } from './destination-text.ts';
import { located, optional, optionalSection, required, section } from './kind.ts';
import { OTLP } from './otlp-keys.ts';
import { durationBetween, flag, integer, oneOf, sizeFrom, text } from './scalars.ts';

const ROTATE = section({
  size: optional(sizeFrom('4KiB'), 'the size at which a file is rotated', 100_000_000, '100MB'),
  every: optional(
    durationBetween('1s', '366d'),
    'the period after which a file is rotated: `1h` an hour, `1d` a day, in UTC',
    undefined,
    'none',
  ),
  keep: optional(integer(1, 1_000_000), 'old files kept, the youngest as FILE.1', 10),
  gzip: optional(flag, 'old files but the youngest are compressed: FILE.2.gz', true),
});

const LIMIT = section({
  perSecond: required(
    integer(1, 1_000_000),
    'records of one kind (client, layer, rule, rcode) in a second; decisions above that are in a summary',
  ),
  ipv4Prefix: optional(integer(1, 32), 'bits of an IPv4 address that are one client', 32),
  ipv6Prefix: optional(integer(1, 128), 'bits of an IPv6 address that are one client', 56),
});

const SYSLOG = section({
  to: required(destination('udp', 'tcp'), 'the receiver, for example `/dev/log`'),
  facility: optional(
    oneOf('daemon', 'local0', 'local1', 'local2', 'local3', 'local4', 'local5', 'local6', 'local7'),
    'the syslog facility',
    'daemon',
  ),
});

const DNSTAP = section({
  to: required(destination('tcp'), 'the receiver'),
});

export const DECISION_LOG = optionalSection(
  {
    to: optional(located(text), '`stdout`, a file or a named pipe', undefined, 'stdout'),
    record: optional(
      oneOf('refused', 'policy', 'all'),
      'refusals, all decisions of policy, or every query',
      'policy',
    ),
    limit: optional(
      LIMIT,
      'the number of records that are alike, and summaries for the rest',
      undefined,
      'none',
    ),
    syslog: optional(SYSLOG, 'records are also sent to syslog, by RFC 5424', undefined, 'not'),
    dnstap: optional(DNSTAP, 'records are also sent as dnstap, by Frame Streams', undefined, 'not'),
    clickhouse: optional(
      CLICKHOUSE,
      'records are also written to a table of ClickHouse, from where `log` and `report` read those of all servers',
      undefined,
      'not',
    ),
    otlp: optional(
      OTLP,
      'records are also sent as logs of OpenTelemetry, by OTLP over HTTP with JSON',
      undefined,
      'not',
    ),
    rotate: optional(ROTATE, 'when the file is rotated', undefined, 'never'),
  },
  'one JSON object a line for each decision',
);
