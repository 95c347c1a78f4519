/**
 * A decision in plain words, for people who do not know what an RCODE is: what happened, why, and
 * who can change it. Text only: whatever a record has in it stands there as it is.
 */

import type { DecisionRecord } from '../../observe/decision-filter.ts';

/** Parts of a record that only people look at. */
interface Details {
  readonly elapsedMs?: number;
  readonly rule?: {
    readonly id?: string;
    readonly file?: string;
    readonly line?: number;
    readonly implicit?: boolean;
    readonly owner?: string;
    readonly reason?: string;
    readonly expires?: string;
  };
  readonly upstream?: {
    readonly address?: string;
    readonly rttMs?: number;
    readonly verdict?: string;
    readonly scope?: string;
    readonly confidence?: string;
    readonly evidence?: string;
    readonly ede?: readonly { readonly code: number; readonly text?: string }[];
  };
  readonly hint?: string;
  readonly paused?: readonly string[];
}

const DONE: Readonly<Record<string, string>> = {
  refused: 'Refused',
  blocked: 'Blocked',
  dropped: 'Not answered',
  truncated: 'Sent to TCP',
  shadow: 'Would have been decided otherwise',
  failed: 'Failed',
  answered: 'Answered',
  summary: 'Several decisions',
};

const LAYERS: Readonly<Record<string, string>> = {
  protocol: 'the message is not one that this server takes',
  acl: 'of the access list for clients',
  transfer: 'zone transfers are not open to this client',
  update: 'updates are not open to this client',
  notify: 'notifications are not open to this client',
  'rate-limit': 'the client has asked too often',
  recursion: 'the client may not ask this server to resolve names',
  'special-use': 'the name is reserved and answered here',
  local: 'the name is answered here, from local records',
  policy: 'of a rule for this name or address',
  route: 'no upstream is there for the name',
  upstream: 'the server behind this one said so',
  overload: 'this server has too much to do',
};

const CAUSES: Readonly<Record<string, string>> = {
  'client-acl': 'it does not take queries from this server',
  'no-recursion': 'it does not resolve names for others',
  'name-policy': 'it does not resolve this name',
  'type-policy': 'it does not answer this type of query',
  'rate-limit': 'it was asked too often',
  'needs-tcp-or-cookie': 'it wants TCP or a cookie',
  ecs: 'it does not take the client subnet',
  edge: 'something in front of it refuses',
  unknown: 'why is not known',
};

/** `Refused`, `Blocked` and so on. */
export function outcomeOf({ event }: DecisionRecord): string {
  return DONE[event] ?? event;
}

/** `site.yaml:29`; undefined where nobody wrote the rule. */
export function placeOf({ rule }: Pick<DecisionRecord, 'rule'>): string | undefined {
  if (rule?.file === undefined || rule.file.startsWith('<')) return undefined;
  return rule.line === undefined ? rule.file : `${rule.file}:${rule.line}`;
}

/** Sentences that say what happened and why, the most important first. */
export function plainWords(record: DecisionRecord): readonly string[] {
  const details = record as DecisionRecord & Details;
  return [
    mainSentence(record, details),
    ownerSentence(details),
    upstreamSentence(record, details),
    details.hint === undefined ? undefined : `${capital(details.hint)}.`,
    pauseSentence(details),
  ].filter((sentence) => sentence !== undefined);
}

function mainSentence(record: DecisionRecord, { rule }: Details): string {
  const { client = 'a client', layer = '', qname, qtype, count, match } = record;
  const asked = qname === undefined ? 'a query' : `${qname} ${qtype ?? ''}`.trim();
  const whom = count === undefined ? `${asked} of ${client}` : `${count} queries of ${client}`;
  const place = placeOf(record);
  const because = LAYERS[layer] ?? `the layer ${layer} decided so`;
  const matched = match === undefined ? '' : ` It matched ${match}.`;
  if (layer === 'upstream') return `${outcomeOf(record)}: ${whom}, because ${because}.`;
  if (rule?.id === undefined) return `${outcomeOf(record)}: ${whom}, because ${because}.`;
  const written =
    rule.implicit === true || place === undefined ? 'which is built in' : `written at ${place}`;
  return `${outcomeOf(record)}: ${whom}, because ${because} (rule ${rule.id}, ${written}).${matched}`;
}

function ownerSentence({ rule }: Details): string | undefined {
  const { owner, reason, expires } = rule ?? {};
  const parts = [
    owner === undefined ? undefined : `its owner is ${owner}`,
    reason === undefined ? undefined : `the reason given is ${reason}`,
    expires === undefined ? undefined : `it ends after ${expires}`,
  ].filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : `${capital(parts.join(', '))}.`;
}

function upstreamSentence({ layer }: DecisionRecord, { upstream }: Details): string | undefined {
  if (upstream?.address === undefined) return undefined;
  if (layer !== 'upstream' || upstream.verdict === undefined) {
    return `The answer came from ${upstream.address}.`;
  }
  const cause = CAUSES[upstream.verdict] ?? upstream.verdict;
  const sure =
    upstream.confidence === 'high'
      ? ''
      : `, as far as can be told (${upstream.confidence} confidence)`;
  const evidence = upstream.evidence === undefined ? '' : ` Evidence: ${upstream.evidence}.`;
  return `The server ${upstream.address} refused: ${cause}${sure}.${evidence}`;
}

function pauseSentence({ paused = [] }: Details): string | undefined {
  return paused.length === 0 ? undefined : `Paused for this client: ${paused.join(', ')}.`;
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

/** Lines to copy: the same question by `dig`, by `explain`, and where the record stands. */
export function commandsOf(record: DecisionRecord): readonly string[] {
  const { client, qname, qtype = 'A', ref, transport } = record;
  const { listener } = record as { readonly listener?: string };
  const lines: string[] = [];
  if (qname !== undefined) {
    const [, address = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(listener ?? '') ?? [];
    const server = address === '' ? '' : ` @${address} -p ${port}`;
    const tcp = transport === 'tcp' ? ' +tcp' : '';
    lines.push(`dig${server} ${quoted(qname)} ${quoted(qtype)}${tcp}`);
    if (client !== undefined && !client.includes('/')) {
      const type = qtype === 'A' ? '' : ` --type ${quoted(qtype)}`;
      lines.push(`rcode5 explain --client ${quoted(client)} --name ${quoted(qname)}${type}`);
    }
  }
  if (ref !== undefined) lines.push(`rcode5 log --ref ${quoted(ref)} decisions.log`);
  return lines;
}

/** A text as a shell takes it as one word: names may have any characters. */
function quoted(text: string): string {
  return /^[\w.,:/%][\w.,:/%-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
