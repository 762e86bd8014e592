import { InputError } from '@stockout/contracts';
import { type DuckDB, quoteIdentifier, quoteLiteral } from '@stockout/features';
import type { Mapping } from '../raw/mapping.ts';
import { firstFailing, rawName, rowChecks, toldReason, toldValue } from '../raw/row-checks.ts';
import { type FoundColumn, findColumns } from '../raw/source-columns.ts';
import { stagedType, stagedValue } from '../raw/values.ts';
import { type SourceFile, readable } from './source-file.ts';

/** The files' rows in DuckDB, each judged by itself and against the others. */
export interface Staged {
  rows: number;
  /** Those of the files that are read. */
  columns: FoundColumn[];
  /** Columns of the files that are not read, by name. */
  ignored: string[];
  firstDay: string | null;
  lastDay: string | null;
}

/**
 * Fills the temporary table `staged`: file, row_number, the columns by their aliases, `reason` and `value` (both null
 * in a good row), and `repeated`: the rowids of rows whose store, product and day an earlier good row has.
 */
export async function stageFiles(
  db: DuckDB,
  files: readonly SourceFile[],
  mapping: Mapping,
): Promise<Staged> {
  const columns = sameColumns(files, mapping);
  const definitions = columns.map((column) => `${column.alias} ${stagedType(column)}`).join(', ');
  await db.run(
    `CREATE OR REPLACE TEMP TABLE staged (file VARCHAR, row_number BIGINT, ${definitions}, reason VARCHAR, value VARCHAR)`,
  );
  for (const file of files) await stageFile(db, file, mapping);
  await db.run(
    `CREATE OR REPLACE TEMP TABLE repeated AS
      WITH good AS (SELECT rowid AS id, store_id, product_id, date FROM staged WHERE reason IS NULL),
      firsts AS (SELECT store_id, product_id, date, min(id) AS first FROM good GROUP BY ALL HAVING count(*) > 1)
      SELECT id FROM good JOIN firsts USING (store_id, product_id, date) WHERE id <> first`,
  );
  const [extent] = await db.rows<{ rows: number; first: string | null; last: string | null }>(
    'SELECT count(*) AS rows, min(date) AS first, max(date) AS last FROM staged',
  );
  const read = new Set(columns.map(({ source }) => source));
  const all = files.flatMap((file) => file.columns.map(({ column_name }) => column_name));
  return {
    rows: extent?.rows ?? 0,
    columns,
    ignored: [...new Set(all)].filter((name) => !read.has(name)),
    firstDay: extent?.first ?? null,
    lastDay: extent?.last ?? null,
  };
}

async function stageFile(db: DuckDB, file: SourceFile, mapping: Mapping): Promise<void> {
  const { name, dialect } = file;
  const columns = findColumns(name, file.columns, mapping, dialect);
  const checks = rowChecks(columns, dialect);
  const raw = columns.map(({ source, alias }) => `${quoteIdentifier(source)} AS ${rawName(alias)}`);
  const values = columns.map((column) => `${stagedValue(column, dialect)} AS ${column.alias}`);
  const [before] = await db.rows<{ rows: number }>('SELECT count(*) AS rows FROM staged');
  await readable(name, dialect, () =>
    db.run(
      `INSERT INTO staged BY NAME
        WITH valued AS (SELECT ${file.rowNumber} AS row_number, ${[...raw, ...values].join(', ')} FROM ${file.relation})
        SELECT ${quoteLiteral(name)} AS file, row_number, ${columns.map(({ alias }) => alias).join(', ')},
          ${firstFailing(checks, toldReason)} AS reason, ${firstFailing(checks, toldValue)} AS value
        FROM valued`,
    ),
  );
  const [after] = await db.rows<{ rows: number }>('SELECT count(*) AS rows FROM staged');
  if (after?.rows === before?.rows) throw new InputError(`${name} has no rows: export it again`);
}

/** Rows of one commit have the same columns: a file that lacks one would fill it with nulls, silently. */
function sameColumns(files: readonly SourceFile[], mapping: Mapping): FoundColumn[] {
  const [first, ...others] = files.map((file) => ({
    file,
    columns: findColumns(file.name, file.columns, mapping, file.dialect),
  }));
  if (first === undefined) throw new InputError('no file to ingest: name at least one Parquet or CSV file');
  for (const other of others) {
    for (const [having, lacking] of [
      [first, other],
      [other, first],
    ] as const) {
      const names = new Set(lacking.columns.map(({ source }) => source));
      const lacked = having.columns.map(({ source }) => source).filter((source) => !names.has(source));
      if (lacked.length === 0) continue;
      throw new InputError(
        `${lacking.file.name} lacks column ${lacked.join(', ')}, which ${having.file.name} has: ingest files of one kind together`,
      );
    }
  }
  return first.columns;
}
