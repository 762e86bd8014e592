import { isDeepStrictEqual } from 'node:util';
import type { ApiError } from '../api/api-error.ts';
import { timestamp } from '../timestamp.ts';
import type { Condition, Job, Pod } from '../types.ts';
import { type Cluster, controllerOf, isOwnedBy } from './cluster.ts';
import { createPod } from './create-pod.ts';
import { indexOf, isIndexed, openIndexes, surplusPods } from './job-indexes.ts';
import {
  backoffAfter,
  deadlineIn,
  type Failure,
  failureOf,
  isSucceeded,
  missingPods,
  newTally,
  type Tally,
} from './job-plan.ts';
import { podOf } from './job-pods.ts';
import { conditionsWith, isSuspended, resumedStatus, type Status, statusOf } from './job-status.ts';
import { type Controller, keyOfObject, splitKey } from './manager.ts';
import { judgeFailedPod } from './pod-failure-policy.ts';
import { conditionOf, isActive, isFinished } from './pods.ts';

/** Runs Jobs to completion, and removes them when their time to live is over. @param backoff milliseconds */
export function jobController(cluster: Cluster, backoff: number): Controller {
  const tallies = new Map<string, { uid: string; tally: Tally }>();
  return {
    name: 'job-controller',
    watches: {
      Job: (object) => [keyOfObject(object)],
      Pod: (pod) => {
        const owner = controllerOf(pod);
        return [owner?.kind === 'Job' ? `${pod.metadata.namespace}/${owner.name}` : undefined];
      },
    },
    reconcile: (key) => {
      const [namespace, name] = splitKey(key);
      const job = cluster.find<Job>('Job', namespace, name);
      const finished = job && finishedAt(job);
      if (!job || finished !== undefined) tallies.delete(key);
      if (!job) return undefined;
      if (finished !== undefined) return expire(cluster, job, finished);
      const { uid } = job.metadata;
      const known = tallies.get(key);
      const { tally } = known?.uid === uid ? known : { tally: newTally(job) };
      tallies.set(key, { uid, tally });
      return reconcile(cluster, job, tally, backoff);
    },
  };
}

function finishedAt({ status }: Job): number | undefined {
  const done = ['Complete', 'Failed']
    .map((type) => conditionOf(status?.conditions as Condition[] | undefined, type))
    .find((condition) => condition?.status === 'True');
  return done && Date.parse(done.lastTransitionTime ?? '');
}

function expire(cluster: Cluster, job: Job, finished: number): number | undefined {
  const { ttlSecondsAfterFinished: ttl } = job.spec;
  if (ttl === undefined || job.metadata.deletionTimestamp) return undefined;
  const left = finished + ttl * 1000 - cluster.now();
  if (left > 0) return left;
  cluster.delete('Job', job, { propagationPolicy: 'Foreground' });
  return undefined;
}

function reconcile(cluster: Cluster, job: Job, tally: Tally, backoff: number): number | undefined {
  const now = cluster.now();
  const pods = podsOf(cluster, job);
  for (const pod of pods) count(job, pod, tally);
  if (job.metadata.deletionTimestamp) return undefined;
  if (job.spec.suspend) return suspend(cluster, job, tally, pods.filter(isActive));
  const failure = targetOf(job) ?? failureOf(job, pods, tally, now);
  if (failure) return fail(cluster, job, pods, tally, failure);
  if (isSucceeded(job, pods, tally)) return complete(cluster, job, pods, tally);
  const { wait, refused } = createMissing(cluster, job, pods, tally, backoff);
  write(cluster, job, {
    ...counts(cluster, job, tally),
    ...resume(cluster, job),
  });
  // It is tried again, less and less often.
  if (refused) throw refused;
  const waits = [wait, deadlineIn(job, now)].filter((one) => one !== undefined);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

function podsOf(cluster: Cluster, job: Job): Pod[] {
  return cluster.list<Pod>('Pod', job.metadata.namespace).filter((pod) => isOwnedBy(pod, job));
}

/** As things stand after what was created and deleted in this turn. */
const counts = (cluster: Cluster, job: Job, tally: Tally): Status =>
  statusOf(job, podsOf(cluster, job), tally, cluster.now());

/** Each pod counts once, by its uid, whatever becomes of it. */
function count(job: Job, pod: Pod, tally: Tally): void {
  const { uid } = pod.metadata;
  if (tally.succeeded.has(uid) || tally.failed.has(uid) || tally.ignored.has(uid)) return;
  if (pod.status?.phase === 'Succeeded') {
    tally.succeeded.add(uid);
    const index = indexOf(pod, job);
    if (index !== undefined) tally.indexes.add(index);
  }
  if (pod.status?.phase !== 'Failed') return;
  const { action, message } = judgeFailedPod(job.spec.podFailurePolicy, pod);
  if (action === 'Ignore') tally.ignored.add(uid);
  else tally.failed.add(uid);
  if (action === 'FailJob' && message !== undefined) tally.failJob = message;
  tally.lastFailure = Math.max(tally.lastFailure, endOf(pod));
}

function endOf({ status }: Pod): number {
  const ends = (status?.containerStatuses ?? []).map(({ state }) =>
    Date.parse(state?.terminated?.finishedAt ?? ''),
  );
  return Math.max(0, ...ends.filter((end) => !Number.isNaN(end)));
}

/** A failure that was decided before, when pods were still to end. */
function targetOf({ status }: Job): Failure | undefined {
  const target = conditionOf(status?.conditions as Condition[] | undefined, 'FailureTarget');
  if (!target) return undefined;
  return { reason: target.reason as Failure['reason'], message: target.message ?? '' };
}

/** @returns milliseconds until the backoff is over, or why the API takes no pod */
function createMissing(
  cluster: Cluster,
  job: Job,
  pods: Pod[],
  tally: Tally,
  backoff: number,
): { wait?: number; refused?: ApiError | undefined } {
  const surplus = isIndexed(job) ? surplusPods(job, pods, tally.indexes) : [];
  for (const pod of surplus) deletePod(cluster, job, pod);
  const left = pods.filter((pod) => !surplus.includes(pod));
  const missing = missingPods(job, left, tally);
  for (const pod of left.filter(isActive).slice(0, Math.max(0, -missing))) deletePod(cluster, job, pod);
  if (missing <= 0) return {};
  const wait = tally.lastFailure + backoffAfter(tally.failed.size, backoff) - cluster.now();
  if (tally.failed.size > 0 && wait > 0) return { wait };
  const indexes = isIndexed(job) ? openIndexes(job, left, tally.indexes).slice(0, missing) : undefined;
  for (const index of indexes ?? Array.from({ length: missing }, () => undefined)) {
    const refused = createPod(cluster, job, podOf(job, index));
    if (refused) return { refused };
  }
  return {};
}

function deletePod(cluster: Cluster, job: Job, pod: Pod): void {
  cluster.delete('Pod', pod);
  const message = `Deleted pod: ${pod.metadata.name}`;
  cluster.event(job, { type: 'Normal', reason: 'SuccessfulDelete', message });
}

function complete(cluster: Cluster, job: Job, pods: Pod[], tally: Tally): undefined {
  for (const pod of pods.filter(isActive)) cluster.delete('Pod', pod);
  const met = 'Reached expected number of succeeded pods';
  const conditions = conditionsWith(
    job,
    cluster.now(),
    ['SuccessCriteriaMet', 'CompletionsReached', met],
    ['Complete', 'CompletionsReached', met],
  );
  const completionTime = timestamp(cluster.now());
  write(cluster, job, {
    ...counts(cluster, job, tally),
    conditions,
    completionTime,
  });
  cluster.event(job, { type: 'Normal', reason: 'Completed', message: 'Job completed' });
}

/** Decided at once, final when the last pod has ended. */
function fail(
  cluster: Cluster,
  job: Job,
  pods: Pod[],
  tally: Tally,
  { reason, message }: Failure,
): undefined {
  for (const pod of pods.filter(isActive)) cluster.delete('Pod', pod);
  const left = podsOf(cluster, job).some((pod) => !isFinished(pod));
  const types: [string, string, string][] = [['FailureTarget', reason, message]];
  if (!left) types.push(['Failed', reason, message]);
  write(cluster, job, {
    ...counts(cluster, job, tally),
    conditions: conditionsWith(job, cluster.now(), ...types),
  });
  if (!left) cluster.event(job, { type: 'Warning', reason, message });
}

function suspend(cluster: Cluster, job: Job, tally: Tally, active: Pod[]): undefined {
  for (const pod of active) deletePod(cluster, job, pod);
  const message = 'Job suspended';
  const conditions = conditionsWith(job, cluster.now(), ['Suspended', 'JobSuspended', message]);
  const { startTime = null } = job.status ?? {};
  write(cluster, job, {
    ...counts(cluster, job, tally),
    startTime,
    conditions,
  });
  if (isSuspended(job)) return;
  cluster.event(job, { type: 'Normal', reason: 'Suspended', message });
}

/** What of the status changes when a suspended Job goes on. */
function resume(cluster: Cluster, job: Job): Status {
  if (!isSuspended(job)) return {};
  cluster.event(job, { type: 'Normal', reason: 'Resumed', message: 'Job resumed' });
  return resumedStatus(job, cluster.now());
}

function write(cluster: Cluster, job: Job, status: Status): void {
  const before = (job.status ?? {}) as Status;
  const changed = Object.entries(status).some(
    ([name, value]) => !isDeepStrictEqual(before[name] ?? null, value),
  );
  if (changed) cluster.patchStatus('Job', job, status);
}
