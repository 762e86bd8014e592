import { quoteIdentifier, quoteLiteral } from '@stockout/features';
import type { AddFile } from './actions.ts';
import { type Field, duckdbType, nullColumns } from './schema.ts';
import type { ExistingSnapshot } from './snapshot.ts';
import { type StoredColumn, columnSql, mappingMode, storedColumns } from './stored-columns.ts';

/** A data file of a table that DuckDB can read. */
export interface LocalDataFile {
  add: AddFile;
  path: string;
  /** A CSV file of the runs of its rows that are not in the table. */
  deleted?: string;
}

/** What stands after FROM for the rows of these files, with the table's columns in its order. */
export function relationSql(snapshot: ExistingSnapshot, files: readonly LocalDataFile[]): string {
  const columns = storedColumns(snapshot);
  // The empty half gives every column its place and type, also where older files lack a column.
  const empty = `SELECT ${nullColumns(columns.map(({ stored }) => stored))} LIMIT 0`;
  const scans = [files.filter(({ deleted }) => !deleted), files.filter(({ deleted }) => deleted)]
    .filter((group) => group.length > 0)
    .map((group) => scanSql(snapshot, columns, group));
  const rows = [...scans, `(${empty})`].join(' UNION ALL BY NAME ');
  const all = scans.length === 0 ? `(${empty})` : `(${rows})`;
  return `(SELECT ${columns.map(columnSql).join(', ')} FROM ${all})`;
}

/** The columns as files have them, in any order; some may be lacking. */
function scanSql(
  snapshot: ExistingSnapshot,
  columns: readonly StoredColumn[],
  files: readonly LocalDataFile[],
): string {
  const names = new Set(snapshot.metadata.partitionColumns);
  const partitions = columns.filter(({ field }) => names.has(field.name)).map(({ stored }) => stored);
  const isCut = files.some(({ deleted }) => deleted !== undefined);
  // A table with all of its columns in the paths has no column to read.
  const needsFile = isCut || partitions.length > 0;
  const read = readSql(snapshot, columns, files, { needsFile, isCut });
  if (!needsFile) return `FROM ${read}`;
  const helpers = ['stockout_file', ...(isCut ? ['file_row_number'] : [])];
  const kept = isCut
    ? `${read} ANTI JOIN (${deletedSql(files)}) ON stockout_file = deleted_file AND file_row_number = deleted_row`
    : read;
  if (partitions.length === 0) return `SELECT * EXCLUDE (${helpers.join(', ')}) FROM ${kept}`;
  const values = partitions.map(({ name }) => `partition_values.${quoteIdentifier(name)}`);
  // Some writers put partition columns into the files too: the log's word counts.
  const taken = [...helpers, 'partition_file', ...partitions.map(({ name }) => name.toLowerCase())];
  const others = `COLUMNS(lambda name: lower(name) NOT IN (${taken.map(quoteLiteral).join(', ')}))`;
  return (
    `SELECT ${[...(partitions.length < columns.length ? [others] : []), ...values].join(', ')} FROM (FROM ${kept}) ` +
    `JOIN (${partitionValues(partitions, files)}) AS partition_values ON stockout_file = partition_file`
  );
}

function readSql(
  snapshot: ExistingSnapshot,
  columns: readonly StoredColumn[],
  files: readonly LocalDataFile[],
  { needsFile, isCut }: { needsFile: boolean; isCut: boolean },
): string {
  const options = [
    `[${files.map(({ path }) => quoteLiteral(path)).join(', ')}]`,
    mappingMode(snapshot) === 'id' ? `schema = ${schemaByIds(columns)}` : 'union_by_name = true',
    'hive_partitioning = false',
    ...(needsFile ? ["filename = 'stockout_file'"] : []),
    ...(isCut ? ['file_row_number = true'] : []),
  ];
  return `read_parquet(${options.join(', ')})`;
}

function schemaByIds(columns: readonly StoredColumn[]): string {
  const entries = columns.map(({ stored, id }) => {
    const [name, type] = [quoteLiteral(stored.name), quoteLiteral(duckdbType(stored))];
    return `${id}: {name: ${name}, type: ${type}, default_value: NULL}`;
  });
  return `MAP {${entries.join(', ')}}`;
}

/** Every row that a deletion vector takes away, as its file and its place in it. */
function deletedSql(files: readonly LocalDataFile[]): string {
  const cut = files.filter(({ deleted }) => deleted !== undefined);
  const names = cut.map(({ path, deleted = '' }) => `(${quoteLiteral(deleted)}, ${quoteLiteral(path)})`);
  const lists = cut.map(({ deleted = '' }) => quoteLiteral(deleted));
  const runs =
    `read_csv([${lists.join(', ')}], header = false, auto_detect = false, delim = ',', filename = 'runs_file', ` +
    `columns = {'first': 'BIGINT', 'past': 'BIGINT'})`;
  return (
    `SELECT deleted_file, unnest(range("first", past)) AS deleted_row ` +
    `FROM ${runs} JOIN (VALUES ${names.join(', ')}) AS names(runs_file, deleted_file) USING (runs_file)`
  );
}

/** A partitioned table's files lack the partition columns: their values stand in the log, as text. */
function partitionValues(fields: readonly Field[], files: readonly LocalDataFile[]): string {
  const rows = files.map(({ add, path }) => {
    const values = fields.map((field) => {
      const value = add.partitionValues[field.name];
      // The protocol writes null as null or as the empty text.
      const literal = value == null || value === '' ? 'NULL' : quoteLiteral(value);
      return `CAST(${literal} AS ${duckdbType(field)}) AS ${quoteIdentifier(field.name)}`;
    });
    return `SELECT ${[`${quoteLiteral(path)} AS partition_file`, ...values].join(', ')}`;
  });
  return rows.join(' UNION ALL ');
}
