import { arrayInterface, type Binding, type Handle, vectorInterface } from './binding.ts';
import type { StagedTrainingData, TrainingData, TrainingRows } from './protocol.ts';
import { readFloats } from './staged-rows.ts';

/** Some rows, in memory until the next batch is asked for. */
export interface Batch {
  /** Hands the features to XGBoost's proxy. */
  show(binding: Binding, proxy: Handle): void;
  labels: Float32Array;
}

/** Rows of a batch of what is in memory anyway: of interest where XGBoost writes each batch to disk. */
const BATCH_ROWS = 262_144;

/** All rows in their order, batch by batch; to be called anew for each pass. */
export function batchesOf(rows: TrainingRows): Iterator<Batch> {
  return 'fd' in rows ? stagedBatches(rows) : denseBatches(rows);
}

function* denseBatches({ values, rows, columns, labels }: TrainingData): Generator<Batch> {
  for (let first = 0; first < rows; first += BATCH_ROWS) {
    const end = Math.min(first + BATCH_ROWS, rows);
    const part = values.subarray(first * columns, end * columns);
    yield {
      show: (binding, proxy) =>
        binding.setProxyDense(proxy, arrayInterface({ values: part, rows: end - first, columns })),
      labels: labels.subarray(first, end),
    };
  }
}

function* stagedBatches({ fd, rows, columns, batchRows, labels }: StagedTrainingData): Generator<Batch> {
  const buffer = new Float32Array(Math.min(rows, batchRows) * columns);
  for (let first = 0; first < rows; first += batchRows) {
    const count = Math.min(batchRows, rows - first);
    readFloats(fd, buffer.subarray(0, count * columns), first * columns);
    const vectors = Array.from({ length: columns }, (_, column) =>
      vectorInterface(buffer.subarray(column * count, (column + 1) * count)),
    );
    yield {
      show: (binding, proxy) => binding.setProxyColumns(proxy, `[${vectors.join(',')}]`),
      labels: labels.subarray(first, first + count),
    };
  }
}
