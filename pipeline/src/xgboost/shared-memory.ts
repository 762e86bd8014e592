import type { Matrix } from './binding.ts';
import type { TrainingData, TrainingRows } from './protocol.ts';
import { layoutOf } from './staged-rows.ts';

/** Zeroed floats that every thread sees without a copy. */
export function sharedFloats(length: number): Float32Array<SharedArrayBuffer> {
  return new Float32Array(new SharedArrayBuffer(length * Float32Array.BYTES_PER_ELEMENT));
}

/** The matrix in shared memory: as it is when it lies there already, else a copy. The caller's stays whole. */
export function shareMatrix(matrix: Matrix): Matrix {
  const { values, rows, columns } = matrix;
  if (values.length < rows * columns) {
    throw new RangeError(`a matrix of ${rows} x ${columns} needs more than ${values.length} values`);
  }
  return { values: shareFloats(values), rows, columns };
}

export function shareData(data: TrainingData): TrainingData {
  checkLabels(data);
  return { ...shareMatrix(data), labels: shareFloats(data.labels) };
}

/** Rows as another thread can read them. */
export function shareRows(data: TrainingRows): TrainingRows {
  if (!('fd' in data)) return shareData(data);
  checkLabels(data);
  return { ...layoutOf(data), labels: shareFloats(data.labels) };
}

function checkLabels({ rows, labels }: TrainingRows): void {
  if (labels.length !== rows) throw new RangeError(`${rows} rows have ${labels.length} labels`);
}

function shareFloats(values: Float32Array): Float32Array {
  if (values.buffer instanceof SharedArrayBuffer) return values;
  const shared = sharedFloats(values.length);
  shared.set(values);
  return shared;
}
