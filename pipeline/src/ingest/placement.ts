import { InputError } from '@stockout/contracts';
import { type DuckDB, quoteLiteral } from '@stockout/features';
import { type FoundColumn, TABLE_DIALECT, refuseType } from '../raw/source-columns.ts';
import { readValue, storedType } from '../raw/values.ts';
import type { TableLocation } from '../tables/log.ts';
import { type Field, deltaType, duckdbType, typeName } from '../tables/schema.ts';
import { type Snapshot, exists, fieldsOfTable } from '../tables/snapshot.ts';
import type { OtherColumn } from './other-columns.ts';
import type { Staged } from './stage.ts';

/** How staged rows go into a table that has types of its own: others may have made it. */
export interface Placement {
  /** Name in the table and SQL over `staged`, of each column that is written. */
  columns: { name: string; value: string }[];
  /** Rows that the table cannot hold: SQL over `staged`. */
  misfits: { alias: string; reason: string; fails: string }[];
  /** Values that the table cannot hold and that no feature needs: the row is kept without. */
  losses: { column: string; lost: string }[];
  /** Columns of the table that the files do not have, and need not have. */
  lacking: Field[];
}

/**
 * @throws InputError where the table lacks a column that tells its rows apart, or has one of a type that cannot be read
 */
export function placeColumns(raw: TableLocation, snapshot: Snapshot, staged: Staged): Placement {
  const fields = exists(snapshot) ? fieldsOfTable(snapshot) : [];
  const theirs = new Map(fields.map((field) => [field.name, field]));
  // Nobody has said how the others are to be spelled.
  const anyCase = new Map(fields.map((field) => [field.name.toLowerCase(), field]));
  if (exists(snapshot)) refuseLacking(raw, fields, staged.columns);
  const read = staged.columns.map((column) => placeRead(raw, column, theirs.get(column.source)));
  const others = staged.others.map((column) => placeOther(column, anyCase.get(column.source.toLowerCase())));
  const written = new Set([...staged.columns, ...staged.others].map(({ source }) => source.toLowerCase()));
  return {
    columns: [...read, ...others].map(({ name, value }) => ({ name, value })),
    misfits: read.flatMap(({ misfits }) => misfits),
    losses: others.flatMap(({ loss }) => loss ?? []),
    // What a spec may read is not filled with nulls in silence.
    lacking: fields.filter(
      ({ name, nullable }) => nullable && !written.has(name.toLowerCase()) && !staged.expected.has(name),
    ),
  };
}

function refuseLacking(raw: TableLocation, fields: readonly Field[], columns: readonly FoundColumn[]): void {
  const names = new Set(fields.map(({ name }) => name));
  const lacking = columns.filter(({ source, required }) => required && !names.has(source));
  if (lacking.length === 0) return;
  const told = lacking.map(({ source, field }) => `${source} (${field})`).join(', ');
  throw new InputError(
    `table ${raw.name} has no column ${told}; it has ${[...names].join(', ')}: ` +
      'correct the spec, or name another spec.data.rawTable for these files',
  );
}

function placeRead(raw: TableLocation, column: FoundColumn, field: Field | undefined) {
  const { alias, source } = column;
  const type = storedType(column);
  if (field === undefined) return { name: source, value: `CAST(${alias} AS ${type})`, misfits: [] };
  const theirType = duckdbType(field);
  const inTable = { ...column, type: theirType };
  refuseType(`table ${raw.name}`, inTable, TABLE_DIALECT);
  const value = `TRY_CAST(${alias} AS ${theirType})`;
  // It fits if what will be read from the table is what was read from the file.
  const readAgain = readValue(value, inTable, TABLE_DIALECT);
  const misfit = { alias, reason: `${source} does not fit the table, where it is ${typeName(field.type)}` };
  const missing = { alias, reason: `${source} is null, which the table does not allow` };
  return {
    name: field.name,
    value,
    misfits: [
      ...(theirType === type ? [] : [{ ...misfit, fails: `${readAgain} IS DISTINCT FROM ${alias}` }]),
      ...(field.nullable ? [] : [{ ...missing, fails: `${alias} IS NULL` }]),
    ],
  };
}

function placeOther({ source, alias, type }: OtherColumn, field: Field | undefined) {
  if (field === undefined) return { name: source, value: alias };
  const theirType = duckdbType(field);
  if (theirType === type) return { name: field.name, value: alias };
  const cast = `TRY_CAST(${alias} AS ${theirType})`;
  const value = `CASE WHEN ${fits(alias, type, cast, theirType)} THEN ${cast} END`;
  return {
    name: field.name,
    value,
    loss: [{ column: source, lost: `${alias} IS NOT NULL AND (${value}) IS NULL` }],
  };
}

const NUMBERS = /^(long|integer|short|byte|double|float|decimal.*)$/;

/** Whether a value is the same in the other type; text is the same number however many zeros it ends in. */
function fits(alias: string, type: string, cast: string, theirType: string): string {
  const isNumber = NUMBERS.test(deltaType(theirType) ?? '');
  if (theirType === 'VARCHAR') return 'TRUE';
  if (theirType === 'FLOAT')
    return `TRY_CAST(CAST(${cast} AS VARCHAR) AS DOUBLE) = TRY_CAST(${alias} AS DOUBLE)`;
  if (type === 'VARCHAR' && isNumber) return `CAST(${cast} AS DOUBLE) = TRY_CAST(${alias} AS DOUBLE)`;
  return `TRY_CAST(${cast} AS ${type}) = ${alias}`;
}

/** Fills `unfit`: id, reason and value of rows that the table cannot hold. */
export async function findMisfits(db: DuckDB, { misfits }: Placement): Promise<void> {
  await db.run('CREATE OR REPLACE TEMP TABLE unfit (id BIGINT, reason VARCHAR, value VARCHAR)');
  if (misfits.length === 0) return;
  const first = (told: (misfit: Placement['misfits'][number]) => string): string =>
    `CASE ${misfits.map((misfit) => `WHEN ${misfit.fails} THEN ${told(misfit)}`).join(' ')} END`;
  await db.run(
    `INSERT INTO unfit SELECT id, reason, value FROM (
        SELECT rowid AS id, ${first(({ reason }) => quoteLiteral(reason))} AS reason,
          ${first(({ alias }) => `CAST(${alias} AS VARCHAR)`)} AS value
        FROM staged WHERE staged.reason IS NULL AND rowid NOT IN (SELECT id FROM repeated)
      ) WHERE reason IS NOT NULL`,
  );
}
