import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DATE, DOUBLE, DuckDBDataChunk, DuckDBDateValue, INTEGER, type DuckDBValue } from '@duckdb/node-api';
import { InputError } from '@stockout/contracts';
import { type DuckDB, openDuckDB, quoteLiteral } from '@stockout/features';
import type { PipelineContext } from './context.ts';
import { type ShelfDay, simulateShelf } from './generate/simulate-shelf.ts';

export interface GenerateOptions extends Pick<PipelineContext, 'signal' | 'report'> {
  /** store x product x day. */
  rows: number;
  /** The same seed and number of rows give the same rows. */
  seed: number;
  /** The Parquet file to write; an existing one is replaced. */
  out: string;
}

const FIRST_DAY = Date.UTC(2025, 0, 1) / 86_400_000;
/** As the retail file: half a year of 300 products, and as many stores as the rows need. */
const DAYS = 180;
const PRODUCTS = 300;
/** What DuckDB takes at once. */
const CHUNK_ROWS = 2048;

/**
 * Synthetic raw data with the raw table's columns, shelf by shelf, so that any size fits in memory.
 * @throws InputError when the number of rows is not a positive whole one, or the file cannot be written
 */
export async function generate(options: GenerateOptions): Promise<{ rows: number; file: string }> {
  const { rows, out, signal, report } = options;
  if (!Number.isSafeInteger(rows) || rows < 1)
    throw new InputError(`--rows is ${rows}: give a whole number from 1 on`);
  const file = resolve(out);
  await makeFolderOf(file);
  await using db = await openDuckDB({ signal });
  await fillShelves(db, options);
  report?.({ step: 'write' });
  // format(), not lpad(): a thousandth store keeps its last digit.
  await db.run(
    `COPY (SELECT format('S{:03d}', store + 1) AS store_id, format('P{:04d}', product + 1) AS product_id, date, price,
        promo, daily_sales, inventory, stockout FROM shelves ORDER BY store, product, date)
      TO ${quoteLiteral(file)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  return { rows, file };
}

async function makeFolderOf(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined);
  if (found?.isDirectory()) throw new InputError(`--out ${file} is a folder: name a file in it`);
  try {
    await mkdir(dirname(file), { recursive: true });
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new InputError(`--out ${file} cannot be written (${code}): name a file in a folder of yours`, {
      cause,
    });
  }
}

/** Fills the temporary table `shelves`. */
async function fillShelves(db: DuckDB, { rows, seed, signal, report }: GenerateOptions): Promise<void> {
  await db.run(
    `CREATE TEMP TABLE shelves (store INTEGER, product INTEGER, date DATE, price DOUBLE, promo INTEGER,
      daily_sales INTEGER, inventory INTEGER, stockout INTEGER)`,
  );
  const appender = await db.connection.createAppender('shelves', 'main', 'temp');
  let chunk: DuckDBValue[][] = [];
  for (let first = 0, shelf = 0; first < rows; first += DAYS, shelf++) {
    if (shelf % 500 === 0) {
      report?.({ step: 'generate', done: first, total: rows });
      // Simulating never waits: without a turn of the event loop no signal would arrive.
      await setImmediate();
      signal?.throwIfAborted();
    }
    const days = simulateShelf(seed, shelf, Math.min(DAYS, rows - first));
    if (chunk.length + days.length > CHUNK_ROWS) {
      appender.appendDataChunk(blockOf(chunk));
      chunk = [];
    }
    chunk.push(...days.map((values, day) => rowOf(shelf, day, values)));
  }
  appender.appendDataChunk(blockOf(chunk));
  appender.closeSync();
}

function blockOf(rows: DuckDBValue[][]): DuckDBDataChunk {
  const types = [INTEGER, INTEGER, DATE, DOUBLE, INTEGER, INTEGER, INTEGER, INTEGER];
  const block = DuckDBDataChunk.create(types, rows.length);
  block.setRows(rows);
  return block;
}

function rowOf(shelf: number, day: number, values: ShelfDay): DuckDBValue[] {
  const date = new DuckDBDateValue(FIRST_DAY + day);
  const { price, promo, sales, inventory, stockout } = values;
  return [Math.floor(shelf / PRODUCTS), shelf % PRODUCTS, date, price, promo, sales, inventory, stockout];
}
