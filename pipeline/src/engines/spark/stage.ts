import { randomUUID } from 'node:crypto';
import { mkdir, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBAppender, DuckDBDataChunk, FLOAT, INTEGER, VARCHAR } from '@duckdb/node-api';
import { type DuckDB, openDuckDB, quoteIdentifier, quoteLiteral } from '@stockout/features';
import type { RecordBatch, Vector } from 'apache-arrow';
import type { PipelineContext } from '../../context.ts';
import type { Spark } from './connect/session.ts';
import type { SparkFeatures } from './features.ts';
import { relationAt } from './tables.ts';

/** Rows of a features table on this machine's disk, where training reads them batch by batch. */
export interface StagedFeatures extends AsyncDisposable {
  /** What stands after FROM in DuckDB: keys, stockout, the features as 32-bit floats, and the label. */
  relation: string;
  rows: number;
  /** Of the table's series, 1 when it is all of them. */
  share: number;
}

/** Rows in one file: what is in memory at a time, some 100 MB. */
const FILE_ROWS = 1_000_000;
/** Of the free disk space; the rest is for what training writes of them. */
const SHARE_OF_DISK = 0.4;
/** Days as whole numbers since 1970: Arrow and DuckDB then hold the same array. */
const KEYS = [
  ['store_id', 'VARCHAR', 'store_id'],
  ['product_id', 'VARCHAR', 'product_id'],
  ['days', 'INTEGER', "datediff(date, DATE '1970-01-01') AS days"],
  ['stockout', 'INTEGER', 'stockout'],
] as const;
const KEY_BYTES = 24;
const FLOAT_BYTES = 4;

/**
 * Streams a features table from Spark, as Arrow, into files. What would not fit on the disk is left on the cluster:
 * then it is a sample of whole series, the same for the same table and disk.
 * @param maxBytes default: two fifths of the space that is free in the temporary folder
 */
export async function stageFeatures(
  context: PipelineContext,
  spark: Spark,
  table: SparkFeatures,
  maxBytes?: number,
): Promise<StagedFeatures> {
  const columns = [...table.features, table.label];
  const bytes = table.rows * (KEY_BYTES + columns.length * FLOAT_BYTES);
  const share = shareThatFits(bytes, maxBytes ?? (await freeBytes()) * SHARE_OF_DISK);
  const folder = join(tmpdir(), `stockout-spark-${randomUUID()}`);
  const dispose = () => rm(folder, { recursive: true, force: true });
  try {
    await mkdir(folder);
    await using db = await openDuckDB({ signal: context.signal });
    const batches = spark.batches(selectStaged(table, columns, share));
    const rows = await fill(context, db, folder, batches, { columns, expected: table.rows * share });
    const files = quoteLiteral(join(folder, '*.parquet'));
    return { relation: `read_parquet(${files})`, rows, share, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

async function freeBytes(): Promise<number> {
  const { bavail, bsize } = await statfs(tmpdir());
  return bavail * bsize;
}

const SLICES = 1000;

/** In thousandths, rounded down. */
function shareThatFits(bytes: number, maxBytes: number): number {
  if (bytes <= maxBytes) return 1;
  return Math.max(1, Math.floor((maxBytes / bytes) * SLICES)) / SLICES;
}

function selectStaged(table: SparkFeatures, columns: readonly string[], share: number): string {
  const floats = columns.map((name) => {
    const column = quoteIdentifier(name);
    return `coalesce(CAST(${column} AS FLOAT), CAST('NaN' AS FLOAT)) AS ${column}`;
  });
  const where =
    share === 1 ? '' : ` WHERE pmod(xxhash64(store_id, product_id), ${SLICES}) < ${share * SLICES}`;
  const keys = KEYS.map(([, , sql]) => sql);
  return `SELECT ${[...keys, ...floats].join(', ')} FROM ${relationAt(table, table.version)}${where}`;
}

async function fill(
  { report }: PipelineContext,
  db: DuckDB,
  folder: string,
  batches: AsyncIterable<RecordBatch>,
  { columns, expected }: { columns: readonly string[]; expected: number },
): Promise<number> {
  let [rows, inFile, files] = [0, 0, 0];
  await createStaged(db, columns);
  for await (const batch of batches) {
    append(await db.connection.createAppender('staged', 'main', 'temp'), batch);
    rows += batch.numRows;
    inFile += batch.numRows;
    report?.({ step: 'read from Spark', done: rows, total: Math.round(expected) });
    if (inFile < FILE_ROWS) continue;
    await writeFile(db, columns, join(folder, `${files++}.parquet`));
    inFile = 0;
  }
  if (inFile > 0 || files === 0) await writeFile(db, columns, join(folder, `${files}.parquet`));
  return rows;
}

async function createStaged(db: DuckDB, columns: readonly string[]): Promise<void> {
  const floats = columns.map((name) => `${quoteIdentifier(name)} FLOAT`);
  const keys = KEYS.map(([name, type]) => `${name} ${type}`);
  await db.run(`CREATE OR REPLACE TEMP TABLE staged (${[...keys, ...floats].join(', ')})`);
}

/** What was staged so far, as a file; a missing value, which crosses the wire as NaN, is null again. */
async function writeFile(db: DuckDB, columns: readonly string[], file: string): Promise<void> {
  const values = columns.map((name) => {
    const column = quoteIdentifier(name);
    return `nullif(${column}, CAST('NaN' AS FLOAT)) AS ${column}`;
  });
  const keys = "store_id, product_id, DATE '1970-01-01' + days AS date, stockout";
  await db.run(
    `COPY (SELECT ${[keys, ...values].join(', ')} FROM staged) TO ${quoteLiteral(file)} (FORMAT parquet)`,
  );
  await createStaged(db, columns);
}

/** What DuckDB takes at once. */
const CHUNK_ROWS = 2048;

function append(appender: DuckDBAppender, batch: RecordBatch): void {
  const vectors = Array.from({ length: batch.numCols }, (_, column) => batch.getChildAt(column) as Vector);
  const types = vectors.map((_, column) => (column < 2 ? VARCHAR : column < KEYS.length ? INTEGER : FLOAT));
  for (let from = 0; from < batch.numRows; from += CHUNK_ROWS) {
    const to = Math.min(from + CHUNK_ROWS, batch.numRows);
    const chunk = DuckDBDataChunk.create(types, to - from);
    for (const [column, vector] of vectors.entries()) {
      const part = vector.slice(from, to);
      // Numbers as they lie in the batch; text value by value.
      chunk.setColumnValues(column, types[column] === VARCHAR ? [...part] : part.toArray());
    }
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}
