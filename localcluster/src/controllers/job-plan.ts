import type { Job, Pod } from '../types.ts';
import { isIndexed, parseIndexes } from './job-indexes.ts';
import { isActive, isFinished } from './pods.ts';

const LONGEST_BACKOFF = 360_000;

/** What a Job has seen of its pods so far; pods may be deleted, this stays. */
export interface Tally {
  succeeded: Set<string>;
  /** Of an Indexed Job: what is done. */
  indexes: Set<number>;
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

/** Of a Job that is seen for the first time; what its status says is done stays done. */
export const newTally = (job?: Job): Tally => ({
  succeeded: new Set(),
  indexes: parseIndexes(job?.status?.completedIndexes ?? ''),
  failed: new Set(),
  ignored: new Set(),
  lastFailure: 0,
});

/** Why a Job has failed, if it has. */
export function failureOf(job: Job, pods: Pod[], tally: Tally, now: number): Failure | undefined {
  const { backoffLimit = 6, activeDeadlineSeconds, template } = job.spec;
  if (tally.failJob !== undefined) return { reason: 'PodFailurePolicy', message: tally.failJob };
  const onFailure = template.spec?.restartPolicy === 'OnFailure';
  const restarts = onFailure ? pods.filter(isActive).reduce((sum, pod) => sum + restartsOf(pod), 0) : 0;
  if (tally.failed.size > backoffLimit || (restarts > 0 && restarts >= backoffLimit)) {
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

/** How many pods, or indexes, are done: of an index one pod counts. */
export function succeededOf(job: Job, { succeeded, indexes }: Tally): number {
  if (!isIndexed(job)) return succeeded.size;
  const { completions = 0 } = job.spec;
  return [...indexes].filter((index) => index < completions).length;
}

export function isSucceeded(job: Job, pods: Pod[], tally: Tally): boolean {
  const { spec } = job;
  if (spec.completions !== undefined) return succeededOf(job, tally) >= spec.completions;
  return tally.succeeded.size > 0 && !pods.some(isActive);
}

/** How many pods to create now; below zero, how many to delete. */
export function missingPods(job: Job, pods: Pod[], tally: Tally): number {
  const active = pods.filter(isActive).length;
  // With this policy a pod that is being deleted keeps its place until it has ended.
  const places = job.spec.podReplacementPolicy === 'Failed' ? active + pods.filter(isLeaving).length : active;
  const wanted = wantedPods(job, tally);
  return active > wanted ? wanted - active : Math.max(0, wanted - places);
}

/** Told to end, and has not yet. */
export const isLeaving = (pod: Pod): boolean =>
  pod.metadata.deletionTimestamp !== undefined && !isFinished(pod);

/** Milliseconds between the last failure and the next pod: doubles with each, up to six minutes. */
export function backoffAfter(failures: number, initial: number): number {
  return failures === 0 ? 0 : Math.min(initial * 2 ** (failures - 1), LONGEST_BACKOFF);
}

/** How many pods run at a time from here on. */
function wantedPods(job: Job, tally: Tally): number {
  const { parallelism = 1, completions } = job.spec;
  if (completions === undefined) return tally.succeeded.size > 0 ? 0 : parallelism;
  return Math.min(parallelism, completions - succeededOf(job, tally));
}
