import type { BatchClient } from './batch/batch-client.ts';
import type { HistoryClient } from './history/history-client.ts';
import type { Model } from './model.ts';
import type { Traffic } from './traffic.ts';

/** A version that passed its self-check, and what answers for it. */
export interface Serving {
  model: Model;
  batches: BatchClient;
  /** Undefined where features cannot be made of raw rows: the version is of before there was such a thing. */
  history: HistoryClient | undefined;
  traffic: Traffic;
  /** The OpenAPI document, as JSON. */
  openapi: string;
}
