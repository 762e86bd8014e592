import type { StockoutModel } from '@stockout/crds';
import type { ConfigMap } from '../api/kubernetes.ts';
import { LABEL, metadataOf } from './names.ts';

/** A training that failed for good: kept after its Job is gone, so that it is not tried again unasked. */
export interface RunFailure {
  run: string;
  /** See `trainingAttempt`. */
  attempt: string;
  message: string;
  uid?: string | undefined;
}

const KEY = 'failure';
const ATTEMPT_KEY = 'attempt';

export function buildRunFailure(model: StockoutModel, { run, attempt, message }: RunFailure): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(model, run, 'record', { [LABEL.run]: run }),
    immutable: true,
    data: { [KEY]: message, [ATTEMPT_KEY]: attempt },
  };
}

/** Undefined when the ConfigMap is no such record. */
export function readRunFailure(configMap: ConfigMap): RunFailure | undefined {
  const run = configMap.metadata.labels?.[LABEL.run];
  const message = configMap.data?.[KEY];
  if (run === undefined || message === undefined) return undefined;
  const attempt = configMap.data?.[ATTEMPT_KEY] ?? '';
  return { run, attempt, message, uid: configMap.metadata.uid };
}
