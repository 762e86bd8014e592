import { mkdir } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { DATE, DOUBLE, DuckDBDataChunk, DuckDBDateValue, INTEGER, type DuckDBValue } from '@duckdb/node-api';
import { InputError } from '@stockout/contracts';
import { openDuckDB, quoteLiteral } from '@stockout/features';
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
 * @throws InputError when the number of rows is not a positive whole one
 */
export async function generate({
  rows,
  seed,
  out,
  signal,
  report,
}: GenerateOptions): Promise<{ rows: number; file: string }> {
  if (!Number.isSafeInteger(rows) || rows < 1)
    throw new InputError(`--rows is ${rows}: give a whole number from 1 on`);
  const file = resolve(out);
  await mkdir(dirname(file), { recursive: true });
  await using db = await openDuckDB({ signal });
  await db.run(
    `CREATE TEMP TABLE shelves (store INTEGER, product INTEGER, date DATE, price DOUBLE, promo INTEGER,
      daily_sales INTEGER, inventory INTEGER, stockout INTEGER)`,
  );
  const appender = await db.connection.createAppender('shelves', 'main', 'temp');
  const chunk: DuckDBValue[][] = [];
  const flush = () => {
    const block = DuckDBDataChunk.create(
      [INTEGER, INTEGER, DATE, DOUBLE, INTEGER, INTEGER, INTEGER, INTEGER],
      chunk.length,
    );
    block.setRows(chunk);
    appender.appendDataChunk(block);
    chunk.length = 0;
  };
  for (let first = 0, shelf = 0; first < rows; first += DAYS, shelf++) {
    signal?.throwIfAborted();
    const days = simulateShelf(seed, shelf, Math.min(DAYS, rows - first));
    for (const [day, values] of days.entries()) {
      chunk.push(rowOf(shelf, day, values));
      if (chunk.length === CHUNK_ROWS) flush();
    }
    if (shelf % 500 === 0) report?.({ step: 'generate', done: first, total: rows });
  }
  if (chunk.length > 0) flush();
  appender.closeSync();
  report?.({ step: 'write' });
  // format(), not lpad(): a thousandth store keeps its last digit.
  await db.run(
    `COPY (SELECT format('S{:03d}', store + 1) AS store_id, format('P{:04d}', product + 1) AS product_id, date, price,
        promo, daily_sales, inventory, stockout FROM shelves ORDER BY store, product, date)
      TO ${quoteLiteral(file)} (FORMAT parquet, COMPRESSION zstd)`,
  );
  return { rows, file };
}

function rowOf(shelf: number, day: number, values: ShelfDay): DuckDBValue[] {
  const date = new DuckDBDateValue(FIRST_DAY + day);
  const { price, promo, sales, inventory, stockout } = values;
  return [Math.floor(shelf / PRODUCTS), shelf % PRODUCTS, date, price, promo, sales, inventory, stockout];
}
