import { isDeepStrictEqual } from 'node:util';
import { timestamp } from '../timestamp.ts';
import type { Condition, Job, Pod } from '../types.ts';
import { type Cluster, controllerOf, isOwnedBy, ownedBy } from './cluster.ts';
import {
  deadlineIn,
  type Failure,
  failureOf,
  isSucceeded,
  newTally,
  type Tally,
  wantedPods,
} from './job-plan.ts';
import { type Controller, keyOfObject, splitKey } from './manager.ts';
import { judgeFailedPod } from './pod-failure-policy.ts';
import { conditionOf, countOrNone, isActive, isReady, setCondition } from './pods.ts';

/** After a failed pod the next one waits, doubling up to six minutes. */
const BACKOFF_LIMIT = 360_000;

type Status = Record<string, unknown>;

/** Runs Jobs to completion, and removes them when their time to live is over. @param backoff milliseconds */
export function jobController(cluster: Cluster, backoff: number): Controller {
  const tallies = new Map<string, Tally>();
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
      if (!job) return undefined;
      const { uid } = job.metadata;
      const finished = finishedAt(job);
      if (finished !== undefined) {
        tallies.delete(uid);
        return expire(cluster, job, finished);
      }
      const tally = tallies.get(uid) ?? newTally();
      tallies.set(uid, tally);
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
  const pods = cluster.list<Pod>('Pod', job.metadata.namespace).filter((pod) => isOwnedBy(pod, job));
  for (const pod of pods) count(job, pod, tally);
  const active = pods.filter(isActive);
  if (job.metadata.deletionTimestamp) return undefined;
  if (job.spec.suspend) return suspend(cluster, job, pods, tally, active);
  const failure = targetOf(job) ?? failureOf(job, pods, tally, now);
  if (failure) return fail(cluster, job, pods, tally, failure);
  if (isSucceeded(job, pods, tally)) return complete(cluster, job, pods, tally);
  const wait = createMissing(cluster, job, active, tally, backoff);
  write(cluster, job, statusOf(cluster, job, tally));
  const waits = [wait, deadlineIn(job, now)].filter((one) => one !== undefined);
  return waits.length > 0 ? Math.min(...waits) : undefined;
}

/** Each pod counts once, by its uid, whatever becomes of it. */
function count(job: Job, pod: Pod, tally: Tally): void {
  const { uid } = pod.metadata;
  if (tally.succeeded.has(uid) || tally.failed.has(uid) || tally.ignored.has(uid)) return;
  if (pod.status?.phase === 'Succeeded') tally.succeeded.add(uid);
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

/** @returns milliseconds until the backoff is over */
function createMissing(
  cluster: Cluster,
  job: Job,
  active: Pod[],
  tally: Tally,
  backoff: number,
): number | undefined {
  const missing = wantedPods(job, tally) - active.length;
  for (const pod of active.slice(0, Math.max(0, -missing))) cluster.delete('Pod', pod);
  if (missing <= 0) return undefined;
  const failures = tally.failed.size;
  const delay = failures === 0 ? 0 : Math.min(backoff * 2 ** (failures - 1), BACKOFF_LIMIT);
  const wait = tally.lastFailure + delay - cluster.now();
  if (failures > 0 && wait > 0) return wait;
  for (let left = missing; left > 0; left--) createPod(cluster, job);
  return undefined;
}

function createPod(cluster: Cluster, job: Job): void {
  const { metadata, spec } = job.spec.template;
  const { name, namespace } = job.metadata;
  const { labels = {}, annotations } = metadata ?? {};
  const pod = cluster.create<Pod>('Pod', namespace, {
    metadata: {
      generateName: `${name}-`,
      labels,
      ...(annotations ? { annotations } : {}),
      ownerReferences: [ownedBy(job)],
    },
    spec,
  });
  cluster.event(job, {
    type: 'Normal',
    reason: 'SuccessfulCreate',
    message: `Created pod: ${pod.metadata.name}`,
  });
}

function statusOf(cluster: Cluster, job: Job, tally: Tally): Status {
  const pods = cluster.list<Pod>('Pod', job.metadata.namespace).filter((pod) => isOwnedBy(pod, job));
  const active = pods.filter(isActive);
  return {
    startTime: job.status?.startTime ?? timestamp(cluster.now()),
    active: countOrNone(active.length),
    ready: active.filter(isReady).length,
    succeeded: countOrNone(tally.succeeded.size),
    failed: countOrNone(tally.failed.size),
    terminating: pods.filter((pod) => pod.metadata.deletionTimestamp && !isDone(pod)).length,
    uncountedTerminatedPods: {},
  };
}

const isDone = ({ status }: Pod): boolean => status?.phase === 'Succeeded' || status?.phase === 'Failed';

function conditionsWith(cluster: Cluster, job: Job, ...types: [string, string, string][]): Condition[] {
  const now = cluster.now();
  return types.reduce<Condition[]>(
    (conditions, [type, reason, message]) => {
      const next = { type, status: 'True', reason, message, lastProbeTime: timestamp(now) };
      return conditionOf(conditions, type) ? conditions : setCondition(conditions, next, now);
    },
    (job.status?.conditions ?? []) as Condition[],
  );
}

function complete(cluster: Cluster, job: Job, pods: Pod[], tally: Tally): undefined {
  for (const pod of pods.filter(isActive)) cluster.delete('Pod', pod);
  const met = 'Reached expected number of succeeded pods';
  const conditions = conditionsWith(
    cluster,
    job,
    ['SuccessCriteriaMet', 'CompletionsReached', met],
    ['Complete', 'CompletionsReached', met],
  );
  const completionTime = timestamp(cluster.now());
  write(cluster, job, { ...statusOf(cluster, job, tally), conditions, completionTime });
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
  const left = cluster
    .list<Pod>('Pod', job.metadata.namespace)
    .some((pod) => isOwnedBy(pod, job) && !isDone(pod));
  const types: [string, string, string][] = [['FailureTarget', reason, message]];
  if (!left) types.push(['Failed', reason, message]);
  write(cluster, job, {
    ...statusOf(cluster, job, tally),
    conditions: conditionsWith(cluster, job, ...types),
  });
  if (!left) cluster.event(job, { type: 'Warning', reason, message });
}

function suspend(cluster: Cluster, job: Job, _pods: Pod[], tally: Tally, active: Pod[]): undefined {
  for (const pod of active) cluster.delete('Pod', pod);
  const conditions = conditionsWith(cluster, job, ['Suspended', 'JobSuspended', 'Job suspended']);
  write(cluster, job, { ...statusOf(cluster, job, tally), startTime: null, conditions });
}

function write(cluster: Cluster, job: Job, status: Status): void {
  const before = (job.status ?? {}) as Status;
  const changed = Object.entries(status).some(
    ([name, value]) => !isDeepStrictEqual(before[name] ?? null, value),
  );
  if (changed) cluster.patchStatus('Job', job, status);
}
