import type { DuckDB } from '@stockout/features';
import type { MatrixSelection } from '../engines/duckdb/ordered-rows.ts';
import { type StagedFeatures, stageFeatures } from '../engines/duckdb/staged-features.ts';
import type { TrainingRows } from '../xgboost/protocol.ts';
import type { LabelledRows } from './split-rows.ts';

/** Rows to learn from, in memory or, where they are many, in a file. Free it with `using`. */
export interface TrainRows extends Disposable {
  rows: number;
  columns: number;
  /** For XGBoost. */
  data: TrainingRows;
  /** Of every row; NaN is missing. The caller's to change, until the next call, which may take its place. */
  column(index: number): Float32Array;
  row(index: number): Float32Array;
  /** Index into `productNames`, one a row. */
  products: Int32Array;
  productNames: readonly string[];
}

export async function stageTrainRows(db: DuckDB, selection: MatrixSelection): Promise<TrainRows> {
  return fromFile(await stageFeatures(db, selection));
}

function fromFile({ staged, labels, products, productNames }: StagedFeatures): TrainRows {
  const { fd, rows, columns, batchRows } = staged;
  return {
    rows,
    columns,
    data: { fd, rows, columns, batchRows, labels },
    column: (index) => staged.column(index),
    row: (index) => staged.row(index),
    products,
    productNames,
    [Symbol.dispose]: () => staged[Symbol.dispose](),
  };
}

export function fromMemory(data: LabelledRows): TrainRows {
  const { values, rows, columns, keys } = data;
  return {
    rows,
    columns,
    data,
    column: (index) => {
      const column = new Float32Array(rows);
      for (let row = 0, at = index; row < rows; row++, at += columns) column[row] = values[at] as number;
      return column;
    },
    row: (index) => values.slice(index * columns, (index + 1) * columns),
    products: keys.products,
    productNames: keys.productNames,
    [Symbol.dispose]: () => {},
  };
}
