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
}

/** Rows in the order of store, product and day. */
export interface FeatureMatrix {
  rows: number;
  features: readonly string[];
  /** rows x features, row by row; NaN where not known. */
  values: Float32Array<ArrayBuffer>;
  /** 0, 1 or NaN, one a row. */
  labels: Float32Array<ArrayBuffer>;
  /** Days since 1970-01-01, one a row. */
  days: Int32Array<ArrayBuffer>;
  /** Index into `storeNames`, one a row; names ascend. */
  stores: Int32Array<ArrayBuffer>;
  storeNames: string[];
  products: Int32Array<ArrayBuffer>;
  productNames: string[];
}

/** The selection as one dense matrix, 4 bytes a value: 65 MB for 1.08M rows x 15 features. */
export async function readFeatureMatrix(db: DuckDB, selection: MatrixSelection): Promise<FeatureMatrix> {
  const from = `FROM ${selection.relation} WHERE ${selection.where ?? 'TRUE'}`;
  const [counted] = await db.rows<{ rows: number }>(`SELECT count(*) AS rows ${from}`);
  if (counted === undefined || counted.rows === 0) return allocate(0, selection.features, [], []);
  await using stores = await createDictionary(db, 'store_id', from);
  await using products = await createDictionary(db, 'product_id', from);
  const matrix = allocate(counted.rows, selection.features, stores.names, products.names);
  let row = 0;
  for await (const chunk of db.stream(
    `${selectList(selection, stores.type, products.type)} ${from} ORDER BY 1, 2, 3`,
  )) {
    fill(matrix, row, chunk);
    row += chunk.rowCount;
  }
  if (row !== matrix.rows)
    throw new Error(`read ${row} rows of ${matrix.rows}: the relation changed underneath`);
  return matrix;
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

function allocate(
  rows: number,
  features: readonly string[],
  storeNames: string[],
  productNames: string[],
): FeatureMatrix {
  return {
    rows,
    features,
    values: new Float32Array(rows * features.length),
    labels: new Float32Array(rows),
    days: new Int32Array(rows),
    stores: new Int32Array(rows),
    storeNames,
    products: new Int32Array(rows),
    productNames,
  };
}

function fill(matrix: FeatureMatrix, row: number, chunk: DuckDBDataChunk): void {
  matrix.stores.set(itemsOf(chunk, 0), row);
  matrix.products.set(itemsOf(chunk, 1), row);
  matrix.days.set(itemsOf(chunk, 2), row);
  matrix.labels.set(itemsOf(chunk, 3), row);
  const width = matrix.features.length;
  const { values } = matrix;
  for (let column = 0; column < width; column++) {
    const items = itemsOf(chunk, KEY_COLUMNS + column);
    for (let i = 0, at = row * width + column; i < items.length; i++, at += width)
      values[at] = items[i] as number;
  }
}

/** A column's values as they lie in DuckDB's memory: codes, days since 1970 or floats. */
function itemsOf(chunk: DuckDBDataChunk, column: number): ArrayLike<number> {
  return (chunk.getColumnVector(column) as unknown as { items: ArrayLike<number> }).items;
}
