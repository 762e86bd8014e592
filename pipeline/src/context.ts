import type { StockoutModel } from '@stockout/crds';
import { openStorage, type Storage } from '@stockout/storage';

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
  /** Instead of opening either URI: an adapter that is open already. */
  storage?: Storage;
  /** Ends the command between two steps; nothing half-made is left behind. */
  signal?: AbortSignal;
  report?: (progress: Progress) => void;
}

/** Where this context's tables and versions lie. */
export function storageOf({ model, storageUri, storage, signal }: PipelineContext): Storage {
  return storage ?? openStorage(storageUri ?? model.spec.storage.uri, { signal });
}
