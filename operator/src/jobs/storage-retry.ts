import type { Job } from '../api/kubernetes.ts';
import { timestamp } from '../set-conditions.ts';
import type { RunState } from './run-state.ts';

/** After the Job's own tries, which are seconds apart: somebody may have to make room, or to mend a network. */
const STORAGE_RETRY_SECONDS = 600;

/** When a run is run again whose storage did not do its part. */
export interface StorageRetry {
  /** In words. */
  again: string;
  /** Milliseconds until then; none or fewer once it is time. */
  ms: number;
}

/** From the end of a Job on: a Job whose time to live is shorter is gone by then, and made again. */
export function storageRetrySeconds({ spec }: Job): number {
  return Math.min(STORAGE_RETRY_SECONDS, spec.ttlSecondsAfterFinished);
}

export function storageRetry({ job, finishedAt }: RunState, now: Date): StorageRetry {
  const ended = Date.parse(finishedAt ?? '');
  // Of a Job that does not say when it ended nobody knows how long to wait.
  const at = new Date((Number.isNaN(ended) ? 0 : ended) + storageRetrySeconds(job) * 1000);
  return {
    again: `it is tried again at ${timestamp(at)}, or once its Job is deleted`,
    ms: at.getTime() - now.getTime(),
  };
}
