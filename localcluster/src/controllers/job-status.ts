import { timestamp } from '../timestamp.ts';
import type { Condition, Job, Pod } from '../types.ts';
import { formatIndexes, isIndexed } from './job-indexes.ts';
import { isLeaving, succeededOf, type Tally } from './job-plan.ts';
import { conditionOf, countOrNone, isActive, isReady, setCondition } from './pods.ts';

/** A merge patch: null removes. */
export type Status = Record<string, unknown>;

const conditionsOf = ({ status }: Job): Condition[] => (status?.conditions ?? []) as Condition[];

/** The counts of a Job's status. */
export function statusOf(job: Job, pods: Pod[], tally: Tally, now: number): Status {
  const active = pods.filter(isActive);
  return {
    startTime: job.status?.startTime ?? timestamp(now),
    active: countOrNone(active.length),
    ready: active.filter(isReady).length,
    succeeded: countOrNone(succeededOf(job, tally)),
    ...(isIndexed(job) ? { completedIndexes: formatIndexes(tally.indexes) || null } : {}),
    failed: countOrNone(tally.failed.size),
    terminating: pods.filter(isLeaving).length,
    uncountedTerminatedPods: {},
  };
}

/** The Job's conditions with these true from now on, where they are not. */
export function conditionsWith(job: Job, now: number, ...types: [string, string, string][]): Condition[] {
  return types.reduce<Condition[]>((conditions, [type, reason, message]) => {
    if (conditionOf(conditions, type)?.status === 'True') return conditions;
    const next = { type, status: 'True', reason, message, lastProbeTime: timestamp(now) };
    return setCondition(conditions, next, now);
  }, conditionsOf(job));
}

export function isSuspended(job: Job): boolean {
  return conditionOf(conditionsOf(job), 'Suspended')?.status === 'True';
}

/** A Job that goes on begins its time anew. */
export function resumedStatus(job: Job, now: number): Status {
  const lastProbeTime = timestamp(now);
  const message = 'Job resumed';
  const next = { type: 'Suspended', status: 'False', reason: 'JobResumed', message, lastProbeTime };
  return { conditions: setCondition(conditionsOf(job), next, now), startTime: timestamp(now) };
}
