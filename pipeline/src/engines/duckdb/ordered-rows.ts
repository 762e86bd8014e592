import { randomUUID } from 'node:crypto';
import type { DuckDBDataChunk } from '@duckdb/node-api';
import { type DuckDB, quoteIdentifier } from '@stockout/features';

/** Which rows and columns of a features table to read. */
export interface MatrixSelection {
  /** What stands after FROM: the `relation` of a features table, or any SELECT in parentheses. */
  relation: string;
  /** In model order: column i of the matrix. */
  features: readonly string[];
  /** The label's column, read into `labels`; left out, all labels are NaN. */
  label?: string | undefined;
  /** SQL condition on the relation's columns, such as `date > DATE '2025-05-01'`. */
  where?: string | undefined;
  /** Of the rows that fulfil the condition, those whose number, in their order, has a 1 here; default: all. */
  marks?: Uint8Array | undefined;
}

/** Rows in the order of store, product and day, to be read once. */
export interface OrderedRows extends AsyncDisposable {
  rows: number;
  storeNames: string[];
  productNames: string[];
  chunks(): AsyncIterable<RowChunk>;
}

/** Some rows as vectors; null is NaN. */
export interface RowChunk {
  rows: number;
  /** Index into `storeNames`; names ascend. */
  stores: Int32Array;
  products: Int32Array;
  /** Days since 1970-01-01. */
  days: Int32Array;
  labels: Float32Array;
  /** In the selection's order. */
  features: Float32Array[];
}

export async function openOrderedRows(db: DuckDB, selection: MatrixSelection): Promise<OrderedRows> {
  const from = `FROM ${selection.relation} WHERE ${selection.where ?? 'TRUE'}`;
  const [counted] = await db.rows<{ rows: number }>(`SELECT count(*) AS rows ${from}`);
  const total = counted?.rows ?? 0;
  if (total === 0) return NO_ROWS;
  await using stack = new AsyncDisposableStack();
  const stores = stack.use(await createDictionary(db, 'store_id', from));
  const products = stack.use(await createDictionary(db, 'product_id', from));
  const { marks } = selection;
  const select = `${selectList(selection, stores.type, products.type)} ${from} ORDER BY 1, 2, 3`;
  const dictionaries = stack.move();
  return {
    rows: marks === undefined ? total : marks.reduce((count, mark) => count + mark, 0),
    storeNames: stores.names,
    productNames: products.names,
    chunks: () => readChunks(db, select, total, marks),
    [Symbol.asyncDispose]: () => dictionaries.disposeAsync(),
  };
}

const NO_ROWS: OrderedRows = {
  rows: 0,
  storeNames: [],
  productNames: [],
  chunks: async function* () {},
  [Symbol.asyncDispose]: async () => {},
};

async function* readChunks(
  db: DuckDB,
  select: string,
  total: number,
  marks: Uint8Array | undefined,
): AsyncIterable<RowChunk> {
  let read = 0;
  for await (const chunk of db.stream(select)) {
    const end = read + chunk.rowCount;
    yield vectorsOf(chunk, marks?.subarray(read, end));
    read = end;
  }
  if (read !== total) throw new Error(`read ${read} rows of ${total}: the relation changed underneath`);
}

interface Dictionary extends AsyncDisposable {
  /** A DuckDB ENUM: its codes sort as its names do, and reach us as numbers instead of strings. */
  type: string;
  names: string[];
}

async function createDictionary(db: DuckDB, column: string, from: string): Promise<Dictionary> {
  const type = quoteIdentifier(`${column}_${randomUUID()}`);
  const found = await db.rows<{ name: string }>(`SELECT DISTINCT ${column} AS name ${from} ORDER BY 1`);
  const distinct = `SELECT DISTINCT ${column} ${from} ORDER BY 1`;
  await db.run(`CREATE TYPE ${type} AS ENUM (${distinct})`);
  return {
    type,
    names: found.map(({ name }) => name),
    [Symbol.asyncDispose]: () => db.run(`DROP TYPE ${type}`),
  };
}

const KEY_COLUMNS = 4;

function selectList({ features, label }: MatrixSelection, storeType: string, productType: string): string {
  const columns = [label === undefined ? 'NULL' : quoteIdentifier(label), ...features.map(quoteIdentifier)];
  // NULL becomes NaN here, so that the vectors can be copied without looking at their validity.
  const floats = columns.map((column) => `coalesce(CAST(${column} AS FLOAT), CAST('NaN' AS FLOAT))`);
  return `SELECT CAST(store_id AS ${storeType}), CAST(product_id AS ${productType}), CAST(date AS DATE), ${floats.join(', ')}`;
}

function vectorsOf(chunk: DuckDBDataChunk, marks: Uint8Array | undefined): RowChunk {
  const itemsOf = (column: number) => {
    const items = itemsIn(chunk, column);
    return marks === undefined ? items : items.filter((_, row) => marks[row] === 1);
  };
  const codesOf = (column: number) => Int32Array.from(itemsOf(column));
  const floatsOf = (column: number) => itemsOf(column) as Float32Array;
  const labels = floatsOf(KEY_COLUMNS - 1);
  return {
    rows: labels.length,
    stores: codesOf(0),
    products: codesOf(1),
    days: codesOf(2),
    labels,
    features: Array.from({ length: chunk.columnCount - KEY_COLUMNS }, (_, i) => floatsOf(KEY_COLUMNS + i)),
  };
}

/** A column's values as they lie in DuckDB's memory: codes, days since 1970 or floats. */
function itemsIn(chunk: DuckDBDataChunk, column: number): Int32Array | Float32Array {
  return (chunk.getColumnVector(column) as unknown as { items: Int32Array | Float32Array }).items;
}
