import { type RunResult, runResultSchema } from '@stockout/contracts';
import type { Job, Pod, StatusCondition } from '../api/kubernetes.ts';
import { LABEL } from '../resources/names.ts';
import { parseJson } from '../resources/version-record.ts';
import { firstTrouble, lastWords, type MountFailuresOf, terminatedOf } from './pod-state.ts';

/** A Job of ours and what its pods said, in one plain object. */
export interface RunState {
  run: string;
  job: Job;
  phase: 'Running' | 'Complete' | 'Failed' | 'Deleting';
  startedAt: string | undefined;
  /** When it completed or failed. */
  finishedAt: string | undefined;
  /** Of a Job that is complete. `Pending` when its pod was not seen, or not yet. */
  result: RunResult | 'Pending' | 'Unreadable';
  /** Of a Job that failed, in words; undefined when its pod was not seen, or not yet. */
  lastWords: string | undefined;
  /** The Job's own reason for a failure. */
  condition: StatusCondition | undefined;
  /** Why its pod does not get going. */
  trouble: string | undefined;
}

/** @param pods those of this Job */
export function runStateOf(
  job: Job,
  pods: readonly Pod[],
  mountFailuresOf: MountFailuresOf = () => [],
): RunState {
  const ended = endOf(job);
  const newestFirst = [...pods].sort((a, b) => (endedAt(a) < endedAt(b) ? 1 : -1));
  const failed = newestFirst.map(terminatedOf).find((end) => end !== undefined && end.exitCode !== 0);
  return {
    run: job.metadata.labels?.[LABEL.run] ?? job.metadata.name,
    job,
    phase: phaseOf(job, ended),
    startedAt: job.status?.startTime,
    finishedAt: job.status?.completionTime ?? ended?.lastTransitionTime,
    result: resultOf(newestFirst),
    lastWords: lastWords(failed),
    condition: ended,
    trouble: firstTrouble(pods, mountFailuresOf),
  };
}

export function runStatesOf(
  jobs: readonly Job[],
  pods: readonly Pod[],
  mountFailuresOf: MountFailuresOf,
): RunState[] {
  const podsOf = Map.groupBy(pods, (pod) => pod.metadata.labels?.[LABEL.run]);
  return jobs.map((job) =>
    runStateOf(job, podsOf.get(job.metadata.labels?.[LABEL.run]) ?? [], mountFailuresOf),
  );
}

function endOf(job: Job): StatusCondition | undefined {
  return job.status?.conditions?.find(
    ({ type, status }) => status === 'True' && (type === 'Complete' || type === 'Failed'),
  );
}

function phaseOf(job: Job, ended: StatusCondition | undefined): RunState['phase'] {
  if (job.metadata.deletionTimestamp !== undefined) return 'Deleting';
  if (ended === undefined) return 'Running';
  return ended.type === 'Complete' ? 'Complete' : 'Failed';
}

function resultOf(newestFirst: readonly Pod[]): RunState['result'] {
  const succeeded = newestFirst.map(terminatedOf).find((end) => end?.exitCode === 0);
  if (succeeded === undefined) return 'Pending';
  const parsed = runResultSchema.safeParse(parseJson(succeeded.message));
  return parsed.success ? parsed.data : 'Unreadable';
}

function endedAt(pod: Pod): string {
  return terminatedOf(pod)?.finishedAt ?? '';
}

/** Why a run failed, for people. */
export function failureOf({ condition, lastWords: words, run }: RunState): string {
  const said = words === undefined ? '' : `: ${words}`;
  if (condition?.reason === 'DeadlineExceeded') {
    return `${run} was not done within activeDeadlineSeconds${said}`;
  }
  return `${run} failed${said || (condition?.message ? `: ${condition.message}` : '')}`;
}
