import type { StockoutModel } from '@stockout/crds';
import type { ConfigMap } from '../api/kubernetes.ts';
import { LABEL, metadataOf } from './names.ts';

/** A run that failed for good: kept after its Job is gone, so that it is not tried again unasked. */
export interface RunFailure {
  run: string;
  /** See `trainingAttempt` and `evaluationAttempt`. */
  attempt: string;
  message: string;
  uid?: string | undefined;
}

/** What failed, and under which key its record has the reason: who looks for one finds none of the other. */
const KEYS = { training: 'failure', evaluation: 'comparisonFailure' } as const;
export type FailedWork = keyof typeof KEYS;

const ATTEMPT_KEY = 'attempt';

export function buildRunFailure(
  model: StockoutModel,
  work: FailedWork,
  { run, attempt, message }: RunFailure,
): ConfigMap {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: metadataOf(model, run, 'record', { [LABEL.run]: run }),
    immutable: true,
    data: { [KEYS[work]]: message, [ATTEMPT_KEY]: attempt },
  };
}

/** Undefined when the ConfigMap is no such record. */
export function readRunFailure(configMap: ConfigMap, work: FailedWork): RunFailure | undefined {
  const run = configMap.metadata.labels?.[LABEL.run];
  const message = configMap.data?.[KEYS[work]];
  if (run === undefined || message === undefined) return undefined;
  const attempt = configMap.data?.[ATTEMPT_KEY] ?? '';
  return { run, attempt, message, uid: configMap.metadata.uid };
}
