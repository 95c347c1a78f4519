/** A gravity.db as `pihole -g` of version 6 makes it: its tables, without what no decision needs. */

import { DatabaseSync } from 'node:sqlite';

const SCHEMA = `
CREATE TABLE "group" (id INTEGER PRIMARY KEY, enabled BOOLEAN NOT NULL DEFAULT 1, name TEXT UNIQUE NOT NULL);
INSERT INTO "group" VALUES (0, 1, 'Default'), (1, 1, 'kids'), (2, 0, 'off');
CREATE TABLE domainlist (id INTEGER PRIMARY KEY, type INTEGER NOT NULL, domain TEXT NOT NULL, enabled BOOLEAN NOT NULL DEFAULT 1);
CREATE TABLE domainlist_by_group (domainlist_id INTEGER NOT NULL, group_id INTEGER NOT NULL);
CREATE TABLE adlist (id INTEGER PRIMARY KEY, address TEXT NOT NULL, enabled BOOLEAN NOT NULL DEFAULT 1, type INTEGER NOT NULL DEFAULT 0);
CREATE TABLE adlist_by_group (adlist_id INTEGER NOT NULL, group_id INTEGER NOT NULL);
CREATE TABLE gravity (domain TEXT NOT NULL, adlist_id INTEGER NOT NULL);
CREATE TABLE antigravity (domain TEXT NOT NULL, adlist_id INTEGER NOT NULL);
CREATE TABLE info (property TEXT PRIMARY KEY, value TEXT NOT NULL);
INSERT INTO info VALUES ('version', '20'), ('updated', '1760000000');
CREATE TABLE client (id INTEGER PRIMARY KEY, ip TEXT NOT NULL UNIQUE);
CREATE TABLE client_by_group (client_id INTEGER NOT NULL, group_id INTEGER NOT NULL);
`;

export interface GravityContent {
  /** By `type`: 0 allow, 1 deny, 2 allow by expression, 3 deny by expression; with the group. */
  readonly domains?: readonly (readonly [number, string, number])[];
  /** Address of the list, its group, its names. */
  readonly lists?: readonly (readonly [string, number, readonly string[]])[];
  /** The same, of names that are allowed. */
  readonly allowLists?: readonly (readonly [string, number, readonly string[]])[];
  readonly clients?: readonly (readonly [string, readonly number[]])[];
}

export function writeGravity(file: string, content: GravityContent): void {
  const database = new DatabaseSync(file);
  database.exec(SCHEMA);
  const insert = (table: string, ...values: readonly (string | number)[]) =>
    database
      .prepare(`INSERT INTO ${table} VALUES (${values.map(() => '?').join(', ')})`)
      .run(...values);
  database.exec('BEGIN');
  for (const [i, [type, domain, group]] of (content.domains ?? []).entries()) {
    insert('domainlist', i + 1, type, domain, 1);
    insert('domainlist_by_group', i + 1, group);
  }
  let list = 0;
  for (const [table, type, lists] of [
    ['gravity', 0, content.lists ?? []],
    ['antigravity', 1, content.allowLists ?? []],
  ] as const) {
    for (const [address, group, names] of lists) {
      list++;
      insert('adlist', list, address, 1, type);
      insert('adlist_by_group', list, group);
      for (const name of names) insert(table, name, list);
    }
  }
  for (const [i, [ip, groups]] of (content.clients ?? []).entries()) {
    insert('client', i + 1, ip);
    for (const group of groups) insert('client_by_group', i + 1, group);
  }
  database.exec('COMMIT');
  database.exec('CREATE INDEX idx_gravity ON gravity (domain, adlist_id)');
  database.close();
}
