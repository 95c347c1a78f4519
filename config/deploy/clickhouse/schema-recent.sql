-- Decision records of all servers, for ClickHouse 23 and newer: clickhouse-client -n < schema-recent.sql
-- The columns are those of schema.sql, and so are the queries: these types are smaller, and old days go by themselves.

-- A record stands once, however often it was sent: rows with the same key become one when parts are merged, and at
-- once for a query with FINAL. `digest` keeps records apart that have no reference, as summaries have none.
CREATE TABLE IF NOT EXISTS decisions
(
    time UInt64 CODEC(Delta, ZSTD),  -- milliseconds since 1970, UTC
    node LowCardinality(String),
    ref String,
    event LowCardinality(String),
    of LowCardinality(String),                       -- of a summary: the event of its decisions
    count UInt64 DEFAULT 1,          -- of a summary: the number of its decisions
    policy LowCardinality(String),
    client String,
    client_group LowCardinality(String),
    transport LowCardinality(String),
    view LowCardinality(String),
    qname String,
    qtype LowCardinality(String),
    rcode LowCardinality(String),
    layer LowCardinality(String),
    origin LowCardinality(String),
    action LowCardinality(String),
    rule LowCardinality(String),
    upstream LowCardinality(String),
    record String CODEC(ZSTD(3)),                   -- the whole record, as it stands in the log
    digest UInt64 MATERIALIZED cityHash64(record)
)
ENGINE = ReplacingMergeTree
PARTITION BY toYYYYMMDD(toDateTime(intDiv(time, 1000), 'UTC'))
ORDER BY (time, node, ref, digest)
TTL toDateTime(intDiv(time, 1000), 'UTC') + INTERVAL 90 DAY
SETTINGS ttl_only_drop_parts = 1;

-- Refusals by minute, exact: whoever asks reads all records of the time.
CREATE VIEW IF NOT EXISTS refusals_by_minute AS
SELECT
    toStartOfMinute(toDateTime(intDiv(time, 1000), 'UTC')) AS minute,
    node, layer, client_group, rule,
    sum(count) AS refusals
FROM decisions FINAL
WHERE event = 'refused' OR of = 'refused'
GROUP BY minute, node, layer, client_group, rule;

-- The same, kept up to date as records come, for dashboards: APPROXIMATE. A batch that a server has sent again, because
-- it did not hear that the first one arrived, counts twice here.
CREATE MATERIALIZED VIEW IF NOT EXISTS refusals_by_minute_approximate
ENGINE = SummingMergeTree
PARTITION BY toYYYYMM(minute)
ORDER BY (minute, node, layer, client_group, rule)
AS SELECT
    toStartOfMinute(toDateTime(intDiv(time, 1000), 'UTC')) AS minute,
    node, layer, client_group, rule,
    sum(count) AS refusals
FROM decisions
WHERE event = 'refused' OR of = 'refused'
GROUP BY minute, node, layer, client_group, rule;
