import type { StockoutModel } from '@stockout/crds';

/** Where a long command stands; `done` and `total` count the step's own units (rounds, rows, files). */
export interface Progress {
  step: string;
  done?: number;
  total?: number;
}

/** What every command of the pipeline runs with. */
export interface PipelineContext {
  /** Validated and with its defaults filled in. */
  model: StockoutModel;
  /** Instead of spec.storage.uri: where the tables and versions are. */
  storageUri?: string;
  /** Ends the command between two steps; nothing half-made is left behind. */
  signal?: AbortSignal;
  report?: (progress: Progress) => void;
}
