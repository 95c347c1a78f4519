/** gravity.db of Pi-hole, read only. The door to node:sqlite, which is loaded when there is one. */

import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';

type Sqlite = typeof import('node:sqlite');
type Row = Readonly<Record<string, string | number | null>>;

export interface Database {
  /** All rows of a query. */
  all(sql: string): readonly Row[];
  /** A query that is asked often, with one value in place of `?`. */
  prepare(sql: string): (value: string) => readonly Row[];
}

/** Undefined when there is no such file. Throws an Error when it is no database. */
export function openDatabase(file: string): Database | undefined {
  if (!existsSync(file)) return undefined;
  const { DatabaseSync } = loadSqlite();
  const database: DatabaseSync = new DatabaseSync(file, { readOnly: true });
  // What is no database is noticed when something is asked of it.
  database.prepare('SELECT count(*) FROM sqlite_master').get();
  return {
    all: (sql) => database.prepare(sql).all() as Row[],
    prepare(sql) {
      const statement = database.prepare(sql);
      return (value) => statement.all(value) as Row[];
    },
  };
}

/** Node.js 22 warns that SQLite is experimental: of that there is nothing that an operator could do. */
function loadSqlite(): Sqlite {
  const warn = process.emitWarning;
  process.emitWarning = ((...args: Parameters<typeof warn>) => {
    if (!String(args[0]).startsWith('SQLite is an experimental feature')) warn(...args);
  }) as typeof warn;
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = warn;
  }
}
