import { StockoutError } from '@stockout/contracts/errors';

/**
 * How XGBoost holds rows: copied whole (fastest), by the bin of each value alone, or those bins on disk with a few pages
 * of them in memory. The model is the same, byte for byte.
 */
export type MatrixForm = 'Dense' | 'Bins' | 'BinsOnDisk';

export interface Shape {
  rows: number;
  columns: number;
}

/** A value in a matrix of ours, and its copy, which XGBoost keeps as a sparse one: index and value. */
const BYTES_READ = 4;
const BYTES_COPIED = 8;
/** 4 for the bin among those of all columns (rows with missing values are sparse), 1 for the bin by column, and overhead. */
const BYTES_BINNED = 5.5;
/** What each row needs besides: label, margin, gradient, node. Measured: 35 with bins on disk, 50 with them in memory. */
const BYTES_A_ROW = 50;
const BYTES_A_ROW_ON_DISK = 40;
/** The batch that bins are made of; pages of bins are mapped files, for which the kernel finds room. */
const BYTES_OF_PAGES = 60_000_000;
/** Of what is free: the rest is for what else the process does meanwhile. */
const SHARE = 0.8;
/** More than this is not taken for speed's sake alone. */
const MOST_BYTES_DENSE = 1e9;

/** Whether rows are few enough to be read as one matrix and trained on in the form Dense. */
export function isReadWhole({ rows, columns }: Shape, available: number): boolean {
  const bytes = rows * (columns * (BYTES_READ + BYTES_COPIED + BYTES_BINNED) + BYTES_A_ROW);
  return bytes <= Math.min(MOST_BYTES_DENSE, available / 2);
}

/**
 * The first form that fits into what memory there is.
 * @param matrices those that are held at once, the one that is trained on first
 * @param available bytes that this process may still take
 * @throws StockoutError when the rows do not even fit without their bins
 */
export function chooseForm(matrices: readonly Shape[], available: number): MatrixForm {
  const rows = matrices.reduce((sum, each) => sum + each.rows, 0);
  const values = matrices.reduce((sum, each) => sum + each.rows * each.columns, 0);
  const room = available * SHARE;
  const bins = rows * BYTES_A_ROW + values * BYTES_BINNED;
  if (bins + values * BYTES_COPIED <= room) return 'Dense';
  if (bins <= room) return 'Bins';
  const least = rows * BYTES_A_ROW_ON_DISK + BYTES_OF_PAGES;
  if (least <= room) return 'BinsOnDisk';
  throw new StockoutError(
    `training on ${rows} rows takes ${megabytes(least / SHARE)} MB of memory with all else on disk, and ` +
      `${megabytes(available)} are free: raise the memory limit (spec.training.resources), or train on fewer days`,
  );
}

function megabytes(bytes: number): number {
  return Math.ceil(bytes / 1e6);
}
