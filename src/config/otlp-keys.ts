/** The keys of `decisionLog.otlp`. */

import type { Document } from './document.ts';
import {
  entries,
  type Kind,
  located,
  optional,
  readText,
  required,
  scalar,
  section,
} from './kind.ts';
import { oneOf } from './scalars.ts';
import { Secret } from './secret.ts';

/** Where logs go below an endpoint (OTLP 1.9, "OTLP/HTTP request"). */
const LOGS = '/v1/logs';

/** One without a path is an endpoint. */
const receiverUrl: Kind<string> = scalar(
  'the URL of an OTLP receiver like http://192.0.2.1:4318 or https://otlp.example/v1/logs, without a user',
  (given) => {
    if (!/^https?:\/\//.test(given) || !URL.canParse(given)) return undefined;
    const url = new URL(given);
    if (url.username !== '' || url.password !== '' || url.hash !== '') return undefined;
    if (url.pathname === '/') url.pathname = LOGS;
    return url.href;
  },
);

/** RFC 9110 sections 5.1 and 5.5. */
const NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
const VALUE = /^[!-~](?:[ -~]*[!-~])?$/;
/** These are for the body and the connection. */
const OURS: ReadonlySet<string> = new Set([
  ...['content-type', 'content-length', 'content-encoding', 'transfer-encoding'],
  ...['host', 'connection', 'keep-alive', 'upgrade', 'te', 'trailer', 'expect'],
]);

/** Mostly a token: one that is wrong is not shown. */
const value: Kind<Secret> = {
  expects: 'a text in ASCII, a secret best from the environment',
  read(node, document: Document) {
    const given = readText(node, document, this.expects);
    if (given === undefined) return undefined;
    if (VALUE.test(given)) return new Secret(Buffer.from(given, 'latin1'));
    return document.report(node, `this cannot stand in a header; expect ${this.expects}`);
  },
};

function wrongName(name: string): string | undefined {
  if (!NAME.test(name)) return `"${name}" is no name of a header; expect one like Authorization`;
  if (!OURS.has(name.toLowerCase())) return undefined;
  return `"${name}" is set by the sender; expect others, like Authorization`;
}

export const OTLP = section({
  url: required(located(receiverUrl), 'the receiver; without a path, `/v1/logs` is added'),
  headers: optional(
    entries('the name of a header', value, wrongName),
    'headers of each request, as receivers ask for: `Authorization`',
    [],
    'none',
  ),
  compression: optional(oneOf('none', 'gzip'), 'of what is sent', 'none'),
});
