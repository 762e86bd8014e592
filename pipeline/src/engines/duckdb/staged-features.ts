import type { DuckDB } from '@stockout/features';
import { sharedFloats } from '../../xgboost/shared-memory.ts';
import { StagedRows } from '../../xgboost/staged-rows.ts';
import { type MatrixSelection, openOrderedRows } from './ordered-rows.ts';

/** Rows in the order of store, product and day, their features in a temporary file. */
export interface StagedFeatures {
  staged: StagedRows;
  /** 0, 1 or NaN, one a row, in shared memory. */
  labels: Float32Array;
  /** Index into `productNames`, one a row; names ascend. */
  products: Int32Array;
  productNames: string[];
}

/** The selection in a file: 8 bytes a row and a batch of features are in memory, however many rows there are. */
export async function stageFeatures(db: DuckDB, selection: MatrixSelection): Promise<StagedFeatures> {
  await using ordered = await openOrderedRows(db, selection);
  const { rows, productNames } = ordered;
  const labels = sharedFloats(rows);
  const products = new Int32Array(rows);
  using stack = new DisposableStack();
  const staged = stack.use(new StagedRows(rows, selection.features.length));
  let row = 0;
  for await (const chunk of ordered.chunks()) {
    labels.set(chunk.labels, row);
    products.set(chunk.products, row);
    staged.append(chunk.features);
    row += chunk.rows;
  }
  stack.move();
  return { staged, labels, products, productNames };
}
