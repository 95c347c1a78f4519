/** The fields of a decision record: the one list behind the docs and what tests hold it to. */

export interface Field {
  readonly name: string;
  /** One line for the reference. */
  readonly doc: string;
}

export const DECISION_FIELDS: readonly Field[] = [
  { name: 'level', doc: 'pino level: 30 info, 40 warn (a refusal or a drop), 50 error (SERVFAIL)' },
  { name: 'time', doc: 'UTC, ISO 8601, milliseconds' },
  {
    name: 'event',
    doc: '`refused`, `blocked`, `dropped`, `truncated`, `shadow`, `failed`, `answered`, or `summary` of several',
  },
  { name: 'of', doc: 'of a `summary`: the event of its decisions' },
  { name: 'count', doc: 'of a `summary`: the number of its decisions' },
  { name: 'first', doc: 'of a `summary`: the time of the first of them' },
  { name: 'last', doc: 'of a `summary`: the time of the last' },
  { name: 'ref', doc: 'the reference that is also in the EDE text for the client' },
  { name: 'node', doc: 'the server that answered: `node` of the configuration' },
  { name: 'policy', doc: 'hash of the policy in force' },
  { name: 'client', doc: 'source address; behind a proxy that of its client' },
  { name: 'port', doc: 'source port' },
  { name: 'peer', doc: 'the proxy that sent the query for the client; absent when none did' },
  { name: 'group', doc: 'client group with the most specific prefix; absent when there is none' },
  { name: 'transport', doc: '`udp`, `tcp`, `dot` or `doh`' },
  { name: 'listener', doc: 'the address that was asked' },
  { name: 'view', doc: 'the view that the client falls into' },
  { name: 'id', doc: 'message ID of the query' },
  { name: 'opcode', doc: 'OPCODE' },
  { name: 'rd', doc: 'whether recursion was desired' },
  { name: 'qname', doc: 'QNAME, in lower case, escaped; absent when it cannot be read' },
  { name: 'qtype', doc: 'QTYPE; absent like `qname`' },
  { name: 'qclass', doc: 'QCLASS; absent like `qname`' },
  { name: 'rcode', doc: 'the rcode that the client was sent; absent when nothing was sent' },
  { name: 'layer', doc: 'the layer that decided' },
  {
    name: 'origin',
    doc: '`local`, `upstream`, or `cache` for an answer or a failure of an upstream from the cache',
  },
  {
    name: 'action',
    doc: 'what was done; `shadow` when a rule in shadow mode matched and nothing was done',
  },
  {
    name: 'rule',
    doc: 'the rule that decided: `id`, `file`, `line`, `implicit` (nobody wrote it), and `owner`, `reason` and `expires` as configured',
  },
  { name: 'serial', doc: 'SOA serial of the policy zone that the rule is from' },
  {
    name: 'would',
    doc: 'of a `shadow`: what its rule would have done: `layer`, `action`, `rcode`',
  },
  { name: 'trigger', doc: 'what a policy rule matched: `qname`, `client-ip` or `response-ip`' },
  {
    name: 'match',
    doc: 'the name or address that it matched: QNAME, the target of an alias, or an address of the client or in the answer',
  },
  {
    name: 'hint',
    doc: 'a possible explanation for operators; decides nothing: see [hints](#hints)',
  },
  {
    name: 'paused',
    doc: 'policies that are paused for this client, `all` for all of them; absent when none is',
  },
  { name: 'ede', doc: 'INFO-CODEs of the Extended DNS Errors (RFC 8914) of the decision' },
  {
    name: 'upstream',
    doc: 'the server that answered: `address`, `rttMs`; of a refusal also its `aa`, `ra`, `tc`, `ede`, and its inferred cause: `verdict`, `scope` (`server`, `zone`, `name`, `query`, `behind`: what the refusal is about), `confidence`, `evidence`',
  },
  {
    name: 'attempts',
    doc: 'every upstream that refused or failed, in order: `address`, `transport`, `rcode` or what went wrong, `rttMs`, and the `verdict` on a refusal; `verdict` and `evidence` of silence that our own rate of questions explains',
  },
  { name: 'elapsedMs', doc: 'from the query to the decision' },
  { name: 'msg', doc: 'the decision in a sentence' },
];
