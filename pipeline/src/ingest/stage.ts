import { InputError } from '@stockout/contracts';
import { type DuckDB, quoteIdentifier, quoteLiteral } from '@stockout/features';
import {
  STANDARD_COLUMNS,
  firstFailing,
  rawName,
  rowChecks,
  stagedType,
  stagedValue,
  standardColumnsOf,
  toldReason,
  toldValue,
} from './columns.ts';
import { type SourceFile, readable } from './source-file.ts';

/** The files' rows in DuckDB, each judged by itself and against the others. */
export interface Staged {
  rows: number;
  /** The standard columns that the files have. */
  columns: string[];
  /** Columns of the files that are not standard ones, and not read. */
  ignored: string[];
  firstDay: string | null;
  lastDay: string | null;
}

/**
 * Fills the temporary table `staged`: file, row_number, the standard columns, `reason` and `value` (both null in a
 * good row), and `repeated`: the rowids of rows whose store, product and day an earlier good row has.
 */
export async function stageFiles(db: DuckDB, files: readonly SourceFile[]): Promise<Staged> {
  const columns = sameColumns(files);
  const definitions = STANDARD_COLUMNS.map((column) => `${column.name} ${stagedType(column)}`).join(', ');
  await db.run(
    `CREATE OR REPLACE TEMP TABLE staged (file VARCHAR, row_number BIGINT, ${definitions}, reason VARCHAR, value VARCHAR)`,
  );
  for (const file of files) await stageFile(db, file);
  await db.run(
    `CREATE OR REPLACE TEMP TABLE repeated AS
      WITH good AS (SELECT rowid AS id, store_id, product_id, date FROM staged WHERE reason IS NULL),
      firsts AS (SELECT store_id, product_id, date, min(id) AS first FROM good GROUP BY ALL HAVING count(*) > 1)
      SELECT id FROM good JOIN firsts USING (store_id, product_id, date) WHERE id <> first`,
  );
  const [extent] = await db.rows<{ rows: number; first: string | null; last: string | null }>(
    'SELECT count(*) AS rows, min(date) AS first, max(date) AS last FROM staged',
  );
  const standard = new Set(STANDARD_COLUMNS.map(({ name }) => name));
  const all = files.flatMap((file) => file.columns.map(({ column_name }) => column_name));
  return {
    rows: extent?.rows ?? 0,
    columns,
    ignored: [...new Set(all)].filter((name) => !standard.has(name)),
    firstDay: extent?.first ?? null,
    lastDay: extent?.last ?? null,
  };
}

async function stageFile(db: DuckDB, file: SourceFile): Promise<void> {
  const columns = standardColumnsOf(file.name, file.columns, file.typed);
  const checks = rowChecks(columns);
  const raw = columns.map(({ name }) => `${quoteIdentifier(name)} AS ${quoteIdentifier(rawName(name))}`);
  const values = columns.map((column) => `${stagedValue(column)} AS ${quoteIdentifier(column.name)}`);
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const [before] = await db.rows<{ rows: number }>('SELECT count(*) AS rows FROM staged');
  await readable(file.name, file.typed, () =>
    db.run(
      `INSERT INTO staged BY NAME
        WITH valued AS (SELECT ${file.rowNumber} AS row_number, ${[...raw, ...values].join(', ')} FROM ${file.relation})
        SELECT ${quoteLiteral(file.name)} AS file, row_number, ${names.join(', ')},
          ${firstFailing(checks, toldReason)} AS reason, ${firstFailing(checks, toldValue)} AS value
        FROM valued`,
    ),
  );
  const [after] = await db.rows<{ rows: number }>('SELECT count(*) AS rows FROM staged');
  if (after?.rows === before?.rows) throw new InputError(`${file.name} has no rows: export it again`);
}

/** Rows of one commit have the same columns: a file that lacks one would fill it with nulls, silently. */
function sameColumns(files: readonly SourceFile[]): string[] {
  const [first, ...others] = files.map((file) => ({
    file,
    names: standardColumnsOf(file.name, file.columns, file.typed).map(({ name }) => name),
  }));
  if (first === undefined) throw new InputError('no file to ingest: name at least one Parquet or CSV file');
  for (const other of others) {
    for (const [having, lacking] of [
      [first, other],
      [other, first],
    ] as const) {
      const lacked = having.names.filter((name) => !lacking.names.includes(name));
      if (lacked.length === 0) continue;
      throw new InputError(
        `${lacking.file.name} lacks column ${lacked.join(', ')}, which ${having.file.name} has: ingest files of one kind together`,
      );
    }
  }
  return first.names;
}
