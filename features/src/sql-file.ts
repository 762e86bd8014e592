import { readFileSync } from 'node:fs';

/** A file of features/sql, as it stands. */
export function readSql(file: string): string {
  return readFileSync(new URL(`../sql/${file}`, import.meta.url), 'utf8');
}
