/** The keys of `decisionLog.clickhouse`. */

import type { Document } from './document.ts';
import { type Kind, located, optional, readText, required, scalar, section } from './kind.ts';
import { Secret } from './secret.ts';

/** Without a slash at its end. */
const serverUrl: Kind<string> = scalar(
  'the URL of a ClickHouse server like http://192.0.2.1:8123 or https://clickhouse.example:8443, without a user or a query',
  (given) => {
    if (!/^https?:\/\//.test(given) || !URL.canParse(given)) return undefined;
    const { username, password, search, hash, href } = new URL(given);
    if (username !== '' || password !== '' || search !== '' || hash !== '') return undefined;
    return href.replace(/\/+$/, '');
  },
);

const NAME = /^[^\p{Cc}]{1,128}$/u;
const name: Kind<string> = scalar('a name of at most 128 characters', (given) =>
  NAME.test(given) ? given : undefined,
);

/** What HTTP can carry in a field (RFC 9110 section 5.5). */
const FIELD = /^[!-~](?:[ -~]*[!-~])?$/;
const user: Kind<string> = scalar('a name in ASCII', (given) =>
  FIELD.test(given) ? given : undefined,
);

/** A password that is wrong is not shown. */
const password: Kind<Secret> = {
  expects: 'a password in ASCII, best from the environment',
  read(node, document: Document) {
    const given = readText(node, document, this.expects);
    if (given === undefined) return undefined;
    if (FIELD.test(given)) return new Secret(Buffer.from(given, 'latin1'));
    return document.report(node, `this is no password; expect ${this.expects}`);
  },
};

export const CLICKHOUSE = section({
  url: required(located(serverUrl), 'the HTTP interface of the server'),
  database: optional(name, 'the database', 'default'),
  table: optional(name, 'the table, with the schema of `config/deploy/clickhouse/`', 'decisions'),
  user: optional(user, 'the user', undefined, "the server's default user"),
  password: optional(password, "the user's password", undefined, 'none'),
});
