import type { Job, Pod } from '../types.ts';
import { isActive } from './pods.ts';

/** What a Job has seen of its pods so far; pods may be deleted, this stays. */
export interface Tally {
  succeeded: Set<string>;
  failed: Set<string>;
  /** Pods whose failure a rule told to ignore. */
  ignored: Set<string>;
  /** When the last pod failed, milliseconds; backoff counts from there. */
  lastFailure: number;
  /** The message of a FailJob rule that matched. */
  failJob?: string;
}

export interface Failure {
  reason: 'BackoffLimitExceeded' | 'DeadlineExceeded' | 'PodFailurePolicy';
  message: string;
}

export const newTally = (): Tally => ({
  succeeded: new Set(),
  failed: new Set(),
  ignored: new Set(),
  lastFailure: 0,
});

/** Why a Job has failed, if it has. */
export function failureOf(job: Job, pods: Pod[], tally: Tally, now: number): Failure | undefined {
  const { backoffLimit = 6, activeDeadlineSeconds, template } = job.spec;
  if (tally.failJob !== undefined) return { reason: 'PodFailurePolicy', message: tally.failJob };
  const restarts =
    template.spec?.restartPolicy === 'OnFailure' ? pods.reduce((sum, pod) => sum + restartsOf(pod), 0) : 0;
  const limit = restarts > 0 ? backoffLimit - 1 : backoffLimit;
  if (tally.failed.size > backoffLimit || (restarts > 0 && restarts > limit)) {
    return { reason: 'BackoffLimitExceeded', message: 'Job has reached the specified backoff limit' };
  }
  const left = deadlineIn(job, now);
  if (activeDeadlineSeconds !== undefined && left !== undefined && left <= 0) {
    return { reason: 'DeadlineExceeded', message: 'Job was active longer than specified deadline' };
  }
  return undefined;
}

function restartsOf({ status }: Pod): number {
  return (status?.containerStatuses ?? []).reduce((sum, { restartCount }) => sum + restartCount, 0);
}

/** Milliseconds until activeDeadlineSeconds have passed. */
export function deadlineIn({ spec, status }: Job, now: number): number | undefined {
  if (spec.activeDeadlineSeconds === undefined || !status?.startTime) return undefined;
  return Date.parse(status.startTime) + spec.activeDeadlineSeconds * 1000 - now;
}

export function isSucceeded({ spec }: Job, pods: Pod[], tally: Tally): boolean {
  if (spec.completions !== undefined) return tally.succeeded.size >= spec.completions;
  return tally.succeeded.size > 0 && !pods.some(isActive);
}

/** How many pods run at a time from here on. */
export function wantedPods({ spec }: Job, tally: Tally): number {
  const { parallelism = 1, completions } = spec;
  if (completions === undefined) return tally.succeeded.size > 0 ? 0 : parallelism;
  return Math.min(parallelism, completions - tally.succeeded.size);
}
