import { InputError } from '@stockout/contracts';
import { type DuckDB, quoteIdentifier, quoteLiteral } from '@stockout/features';
import type { Mapping } from '../raw/mapping.ts';
import { firstFailing, rawName, rowChecks, toldReason, toldValue } from '../raw/row-checks.ts';
import { type FoundColumn, findColumns } from '../raw/source-columns.ts';
import { stagedType, stagedValue } from '../raw/values.ts';
import { type LeftOut, type OtherColumn, findOtherColumns } from './other-columns.ts';
import type { SourceFile } from './source-file.ts';
import { readable } from './unreadable.ts';

/** The files' rows in DuckDB, each judged by itself and against the others. */
export interface Staged {
  rows: number;
  /** Those of the files that are read. */
  columns: FoundColumn[];
  /** Those that no field of the spec is about. */
  others: OtherColumn[];
  leftOut: LeftOut[];
  /** Names that the spec would read, whether the files have them or not. */
  expected: ReadonlySet<string>;
  firstDay: string | null;
  lastDay: string | null;
}

/**
 * Fills the temporary table `staged`: file, the columns by their aliases, `reason` and `value` (both null in a good
 * row), and before_file, the rows of the files before: rows keep their order, so that rowid less it is the row's place
 * in its file, while numbering them would cost as much as reading them. And `repeated`: the rowids of rows whose store, product and day an earlier good row has.
 */
export async function stageFiles(
  db: DuckDB,
  files: readonly SourceFile[],
  mapping: Mapping,
): Promise<Staged> {
  const columns = sameColumns(files, mapping);
  const { others, leftOut } = await findOtherColumns(db, files, columns);
  const definitions = [
    ...columns.map((column) => `${column.alias} ${stagedType(column)}`),
    ...others.map(({ alias, type }) => `${alias} ${type}`),
  ].join(', ');
  await db.run(
    `CREATE OR REPLACE TEMP TABLE staged (file VARCHAR, before_file BIGINT, ${definitions}, reason VARCHAR, value VARCHAR)`,
  );
  let rows = 0;
  for (const file of files) rows = await stageFile(db, file, { mapping, others }, rows);
  await findRepeated(db);
  const [extent] = await db.rows<{ first: string | null; last: string | null }>(
    'SELECT min(date) AS first, max(date) AS last FROM staged',
  );
  return {
    rows,
    columns,
    others,
    leftOut,
    expected: new Set(mapping.sources.map(({ source }) => source)),
    firstDay: extent?.first ?? null,
    lastDay: extent?.last ?? null,
  };
}

/** @returns how many rows are staged then */
async function stageFile(
  db: DuckDB,
  file: SourceFile,
  { mapping, others }: { mapping: Mapping; others: readonly OtherColumn[] },
  before: number,
): Promise<number> {
  const { name, dialect } = file;
  const columns = findColumns(name, file.columns, mapping, dialect);
  const checks = rowChecks(columns, dialect);
  const raw = columns.map(({ source, alias }) => `${quoteIdentifier(source)} AS ${rawName(alias)}`);
  const values = columns.map((column) => `${stagedValue(column, dialect)} AS ${column.alias}`);
  const kept = othersOf(file, others);
  const aliases = [...columns, ...kept].map(({ alias }) => alias);
  await readable(name, dialect, () =>
    db.run(
      `INSERT INTO staged BY NAME
        WITH valued AS (SELECT ${[...raw, ...values, ...kept.map(({ sql }) => sql)].join(', ')} FROM ${file.relation}),
        judged AS (SELECT *, ${firstFailing(checks, toldReason)} AS reason FROM valued)
        SELECT ${quoteLiteral(name)} AS file, ${before} AS before_file, ${aliases.join(', ')},
          reason, CASE WHEN reason IS NOT NULL THEN ${firstFailing(checks, toldValue)} END AS value
        FROM judged`,
    ),
  );
  const [counted] = await db.rows<{ rows: number }>('SELECT count(*) AS rows FROM staged');
  const rows = counted?.rows ?? 0;
  if (rows === before) throw new InputError(`${name} has no rows: export it again`);
  return rows;
}

/** Those that the file has; in the others' rows they are null. */
function othersOf({ columns }: SourceFile, others: readonly OtherColumn[]): { alias: string; sql: string }[] {
  const spelled = new Map(columns.map(({ column_name }) => [column_name.toLowerCase(), column_name]));
  return others.flatMap(({ source, alias, type }) => {
    const name = spelled.get(source.toLowerCase());
    return name === undefined
      ? []
      : [{ alias, sql: `TRY_CAST(${quoteIdentifier(name)} AS ${type}) AS ${alias}` }];
  });
}

/** Grouping by three texts takes time and memory; where all their hashes differ, no row is there twice. */
async function findRepeated(db: DuckDB): Promise<void> {
  const [hashes] = await db.rows<{ differ: boolean }>(
    `SELECT count(*) = count(DISTINCT hash(store_id, product_id, date)) AS differ FROM staged WHERE reason IS NULL`,
  );
  await db.run('CREATE OR REPLACE TEMP TABLE repeated (id BIGINT)');
  if (hashes?.differ) return;
  await db.run(
    `INSERT INTO repeated
      WITH good AS (SELECT rowid AS id, store_id, product_id, date FROM staged WHERE reason IS NULL),
      firsts AS (SELECT store_id, product_id, date, min(id) AS first FROM good GROUP BY ALL HAVING count(*) > 1)
      SELECT id FROM good JOIN firsts USING (store_id, product_id, date) WHERE id <> first`,
  );
}

/** Of a staged row in its file, from 1. */
export const ROW_NUMBER = 'staged.rowid - before_file + 1';

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
