import type { BatchClient } from './batch/batch-client.ts';
import type { Model } from './model.ts';

/** A version that passed its self-check, and what answers for it. */
export interface Serving {
  model: Model;
  batches: BatchClient;
  /** The OpenAPI document, as JSON. */
  openapi: string;
}
