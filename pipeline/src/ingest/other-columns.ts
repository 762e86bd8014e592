import type { DuckDB } from '@stockout/features';
import type { FoundColumn } from '../raw/source-columns.ts';
import { deltaType } from '../tables/schema.ts';
import type { SourceFile } from './source-file.ts';

/** A column that the spec does not name: kept as it is, so that a later spec can. */
export interface OtherColumn {
  /** As in the files, and in the raw table. */
  source: string;
  /** In queries of ours. */
  alias: string;
  /** Of DuckDB, one that Delta tables have too. */
  type: string;
}

/** One that the raw table cannot have. */
export interface LeftOut {
  column: string;
  why: string;
}

/** Types of Parquet that Delta tables lack, and what holds all of their values. */
const WIDER = new Map([
  ['UTINYINT', 'SMALLINT'],
  ['USMALLINT', 'INTEGER'],
  ['UINTEGER', 'BIGINT'],
  ['UBIGINT', 'DECIMAL(20,0)'],
  ['UUID', 'VARCHAR'],
  ['JSON', 'VARCHAR'],
]);

/** What Spark refuses in the names of a Delta table's columns. */
const FORBIDDEN = /[ ,;{}()\n\t=]/;

/**
 * The files' columns beside those that are read. One that is not in all files is null in the rows of the others, one of
 * several types gets the type that holds them all.
 */
export async function findOtherColumns(
  db: DuckDB,
  files: readonly SourceFile[],
  read: readonly FoundColumn[],
): Promise<{ others: OtherColumn[]; leftOut: LeftOut[] }> {
  const taken = new Set(read.map(({ source }) => source.toLowerCase()));
  const types = new Map<string, { source: string; types: Set<string> }>();
  const leftOut: LeftOut[] = [];
  for (const { column_name: source, column_type, unnamed } of files.flatMap(({ columns }) => columns)) {
    const key = source.toLowerCase();
    if (unnamed) leftOut.push({ column: source, why: 'it has no name' });
    if (taken.has(key) || unnamed) continue;
    const known = types.get(key) ?? { source, types: new Set() };
    types.set(key, { ...known, types: known.types.add(column_type) });
  }
  const judged: (OtherColumn & { why?: string })[] = [];
  for (const { source, types: all } of types.values()) {
    const column = { source, type: await commonType(db, [...all]) };
    judged.push({ ...column, ...keptAs(column), alias: `other_${judged.length}` });
  }
  const others: OtherColumn[] = [];
  for (const { why, ...column } of judged) {
    if (why === undefined && others.length < MOST) others.push(column);
    else leftOut.push({ column: column.source, why: why ?? TOO_MANY });
  }
  return { others, leftOut };
}

/** Of wider files DuckDB would need more memory than a Job may have; that many are a matrix rather than columns. */
const MOST = 1000;
const TOO_MANY = `there are more than ${MOST} beside those of the spec: name it there to keep it`;

/** The type and the reason not to keep it, if there is one. */
function keptAs({ source, type }: { source: string; type: string }): { type: string; why?: string } {
  if (FORBIDDEN.test(source))
    return { type, why: 'Delta tables have no space and none of ,;{}()= in names: rename it to keep it' };
  const kept = type.startsWith('ENUM(') && !type.endsWith(']') ? 'VARCHAR' : (WIDER.get(type) ?? type);
  // Days without a time zone would need a protocol that older readers of the table do not have.
  if (deltaType(kept) === undefined || kept === 'TIMESTAMP')
    return { type, why: `it is ${type.length > 40 ? `${type.slice(0, 39)}…` : type}: convert it to keep it` };
  return { type: kept };
}

const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)?INT|U?INTEGER|FLOAT|DOUBLE|DECIMAL\(\d+,\d+\))$/;

/** The type that holds them all: of numbers the wider, of others text. */
async function commonType(db: DuckDB, [first = 'VARCHAR', ...more]: readonly string[]): Promise<string> {
  const all = [first, ...more];
  if (more.length === 0) return first;
  if (!all.every((type) => NUMBER.test(type))) return 'VARCHAR';
  const union = all.map((type) => `SELECT CAST(NULL AS ${type}) AS x`).join(' UNION ALL ');
  const [common] = await db.rows<{ column_type: string }>(`DESCRIBE ${union}`);
  return common?.column_type ?? 'VARCHAR';
}
