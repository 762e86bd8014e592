import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Binding, type Handle, vectorInterface } from './binding.ts';
import type { TrainingMatrix } from './booster.ts';
import type { TrainingRows } from './protocol.ts';
import { type Batch, batchesOf } from './row-batches.ts';

export interface QuantileOptions {
  /** One per column, which are stored in the model; or none. */
  names: readonly string[];
  threads: number;
  /** As the booster's own, by default 256. */
  maxBins?: number | undefined;
  /** Takes the bins of this one: that of the rows that are trained on. */
  binsOf?: TrainingMatrix | undefined;
  /** The bins on disk, a few pages of them in memory at a time. */
  isOnDisk: boolean;
  /** Between two batches; what it throws ends the making. */
  onBatch?: (() => void) | undefined;
}

/**
 * Rows as XGBoost's `hist` sees them: each value by the number of its bin. It is made of batches that are read a few times
 * over and never together; the model is the one that a plain DMatrix gives, byte for byte. Free it with `using`.
 */
export class QuantileMatrix implements TrainingMatrix {
  readonly handle: Handle;
  readonly #binding: Binding;
  readonly #folder: string | undefined;

  constructor(binding: Binding, rows: TrainingRows, options: QuantileOptions) {
    this.#binding = binding;
    this.#folder = options.isOnDisk ? mkdtempSync(join(tmpdir(), 'stockout-bins-')) : undefined;
    try {
      this.handle = createFromBatches(binding, rows, options, this.#folder);
    } catch (error) {
      this.#removeFolder();
      throw error;
    }
    const { names } = options;
    if (names.length > 0) binding.setFeatureInfo(this.handle, 'feature_name', [...names], names.length);
  }

  [Symbol.dispose](): void {
    this.#binding.freeMatrix(this.handle);
    this.#removeFolder();
  }

  #removeFolder(): void {
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true });
  }
}

function createFromBatches(
  binding: Binding,
  rows: TrainingRows,
  { threads, maxBins = 256, binsOf, onBatch }: QuantileOptions,
  folder: string | undefined,
): Handle {
  const proxy: Handle[] = [null];
  binding.createProxy(proxy);
  const feed = new Feed(binding, proxy[0], rows, onBatch);
  const cache = folder === undefined ? '' : `,"cache_prefix":${JSON.stringify(join(folder, 'bins'))}`;
  const config = `{"missing":NaN,"nthread":${threads},"max_bin":${maxBins}${cache}}`;
  const create = folder === undefined ? binding.createQuantile : binding.createQuantileOnDisk;
  const out: Handle[] = [null];
  try {
    create(proxy[0], binsOf?.handle ?? null, feed.reset, feed.next, config, out);
    feed.throwIfFailed();
    return out[0];
  } catch (error) {
    // XGBoost would only say that there were no rows.
    feed.throwIfFailed();
    throw error;
  } finally {
    binding.freeMatrix(proxy[0]);
  }
}

/** What XGBoost calls back for rows. An exception cannot cross its C++: it is kept, and no more rows come. */
class Feed {
  readonly #binding: Binding;
  readonly #proxy: Handle;
  readonly #rows: TrainingRows;
  readonly #onBatch: (() => void) | undefined;
  #batches: Iterator<Batch>;
  #error: unknown;

  constructor(binding: Binding, proxy: Handle, rows: TrainingRows, onBatch: (() => void) | undefined) {
    this.#binding = binding;
    this.#proxy = proxy;
    this.#rows = rows;
    this.#onBatch = onBatch;
    this.#batches = batchesOf(rows);
  }

  readonly reset = (): void => {
    this.#batches = batchesOf(this.#rows);
  };

  /** 1 when the proxy shows a batch, 0 after the last. */
  readonly next = (): number => {
    if (this.#error !== undefined) return 0;
    try {
      this.#onBatch?.();
      const { value, done } = this.#batches.next();
      if (done) return 0;
      value.show(this.#binding, this.#proxy);
      this.#binding.setInfo(this.#proxy, 'label', vectorInterface(value.labels));
      return 1;
    } catch (error) {
      this.#error = error;
      return 0;
    }
  };

  throwIfFailed(): void {
    if (this.#error !== undefined) throw this.#error;
  }
}
