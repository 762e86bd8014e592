import type { RunResult } from '@stockout/contracts';
import type { Action } from '../actions.ts';
import type { Job, Pod, StatusCondition } from '../api/kubernetes.ts';
import { LABEL } from '../resources/names.ts';
import { endOfPod, type PodEnd } from './pod-end.ts';
import { firstTrouble, type MountFailuresOf } from './pod-state.ts';
import { readResult, type Unreadable } from './read-result.ts';

/** A Job of ours and what its pods said, in one plain object. */
export interface RunState {
  run: string;
  job: Job;
  phase: 'Running' | 'Complete' | 'Failed' | 'Deleting';
  startedAt: string | undefined;
  /** When it completed or failed. */
  finishedAt: string | undefined;
  /** Of a Job that is complete. `Pending` when its pod was not seen, or not yet. */
  result: RunResult | Unreadable | 'Pending';
  /** Of the newest pod that failed, in words; undefined when none was seen, or not yet. */
  lastWords: string | undefined;
  /** It was the storage's fault, as far as is seen: the same may go well later. A Job out of time hung, whatever failed before. */
  isOfStorage: boolean;
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
  const ends = endsOf(job, pods);
  const failure = ends.find(({ succeeded }) => !succeeded);
  return {
    run: job.metadata.labels?.[LABEL.run] ?? job.metadata.name,
    job,
    phase: phaseOf(job, ended),
    startedAt: job.status?.startTime,
    finishedAt: job.status?.completionTime ?? ended?.lastTransitionTime,
    result: resultOf(ends),
    lastWords: failure?.words,
    isOfStorage: (failure?.isOfStorage ?? false) && !isOutOfTime(ended),
    condition: ended,
    trouble: firstTrouble(pods, mountFailuresOf),
  };
}

export function runStatesOf(
  jobs: readonly Job[],
  pods: readonly Pod[],
  mountFailuresOf: MountFailuresOf,
): RunState[] {
  // By uid: pods of a Job of the same name that was made anew may still be there.
  const podsOf = Map.groupBy(
    pods,
    (pod) => pod.metadata.ownerReferences?.find(({ kind, controller }) => controller && kind === 'Job')?.uid,
  );
  return jobs.map((job) => runStateOf(job, podsOf.get(job.metadata.uid) ?? [], mountFailuresOf));
}

/** How pods ended, the newest first. */
function endsOf({ spec }: Job, pods: readonly Pod[]): PodEnd[] {
  const container = spec.template.spec.containers[0]?.name ?? '';
  return pods
    .map((pod) => endOfPod(pod, container))
    .filter((end) => end !== undefined)
    .sort((a, b) => (a.finishedAt < b.finishedAt ? 1 : -1));
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

/** Of several pods, which share a run, the one that was last tells of the whole. */
function resultOf(ends: readonly PodEnd[]): RunState['result'] {
  const results = ends.filter(({ succeeded }) => succeeded).map(({ message }) => readResult(message));
  return results.find(({ kind }) => kind !== 'shard') ?? 'Pending';
}

/** The pod that hung was deleted by the Job's controller, and with it what it would have said. */
function isOutOfTime(ended: StatusCondition | undefined): boolean {
  return ended?.reason === 'DeadlineExceeded';
}

/** The same run prints its result again. What is observed may be of old, and a run is dear: pods are looked at once more. */
export function rerunLost({ job }: RunState): Action {
  return { verb: 'delete', object: job, why: 'its result was lost, it is run again', unlessTold: true };
}

/** Why a run failed, for people. */
export function failureOf({ condition, lastWords: words, run, job }: RunState): string {
  const said = words === undefined ? '' : `: ${words}`;
  if (isOutOfTime(condition)) {
    return `${run} was not done within activeDeadlineSeconds (${job.spec.activeDeadlineSeconds} s)${said}`;
  }
  return `${run} failed${said || (condition?.message ? `: ${condition.message}` : '')}`;
}
