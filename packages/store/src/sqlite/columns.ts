// Reading columns: where SQLite's values become types. The JSON in them was written by this package.

import type { SQLOutputValue } from 'node:sqlite';

export type Row = Record<string, SQLOutputValue>;

export function text(row: Row, column: string): string {
  const value = row[column];
  if (typeof value !== 'string') throw new TypeError(`Column ${column} holds ${typeof value}, not text.`);
  return value;
}

export function number(row: Row, column: string): number {
  const value = row[column];
  if (typeof value !== 'number') throw new TypeError(`Column ${column} holds ${typeof value}, not a number.`);
  return value;
}

export function json<Stored>(row: Row, column = 'json'): Stored {
  return JSON.parse(text(row, column)) as Stored;
}
