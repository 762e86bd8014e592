import { timestamp } from '../timestamp.ts';
import type { Condition, Deployment, ReplicaSet } from '../types.ts';
import { conditionOf, countOrNone, setCondition } from './pods.ts';
import { limits } from './rolling-update.ts';

interface Counts {
  total: number;
  updated: number;
  ready: number;
  available: number;
}

export interface NextStatus {
  /** A merge patch: null removes. */
  status: Record<string, unknown>;
  /** Milliseconds until the progress deadline. */
  after?: number;
}

/** The status of a Deployment from its ReplicaSets: counts, Available, Progressing with its deadline. */
export function deploymentStatus(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  others: ReplicaSet[],
  now: number,
): NextStatus {
  const counts = count(current, others);
  const conditions = withFailureOf(current, deployment.status?.conditions as Condition[] | undefined);
  const available = setCondition(conditions, availableCondition(deployment, counts), now);
  const { condition, after } = progress(deployment, current, counts, now);
  const wanted = deployment.spec.replicas ?? 1;
  const status = {
    observedGeneration: deployment.metadata.generation,
    replicas: countOrNone(counts.total),
    updatedReplicas: countOrNone(counts.updated),
    readyReplicas: countOrNone(counts.ready),
    availableReplicas: countOrNone(counts.available),
    unavailableReplicas: countOrNone(Math.max(0, Math.max(wanted, counts.total) - counts.available)),
    conditions: condition ? setCondition(available, condition, now) : available,
  };
  return after === undefined ? { status } : { status, after };
}

/** That the API takes no pods is told of the ReplicaSet, and of its Deployment. */
function withFailureOf(current: ReplicaSet | undefined, conditions: Condition[] = []): Condition[] {
  const failure = conditionOf(current?.status?.conditions as Condition[] | undefined, 'ReplicaFailure');
  const others = conditions.filter(({ type }) => type !== 'ReplicaFailure');
  if (!failure) return others;
  return [
    ...others,
    { ...failure, ...(failure.lastTransitionTime && { lastUpdateTime: failure.lastTransitionTime }) },
  ];
}

function count(current: ReplicaSet | undefined, others: ReplicaSet[]): Counts {
  const all = current ? [current, ...others] : others;
  const sum = (field: 'availableReplicas' | 'readyReplicas' | 'replicas'): number =>
    all.reduce((total, set) => total + (set.status?.[field] ?? 0), 0);
  return {
    total: sum('replicas'),
    updated: current?.status?.replicas ?? 0,
    ready: sum('readyReplicas'),
    available: sum('availableReplicas'),
  };
}

function availableCondition(deployment: Deployment, { available }: Counts): Condition {
  const least = (deployment.spec.replicas ?? 1) - limits(deployment).unavailable;
  const enough = available >= least;
  return {
    type: 'Available',
    status: enough ? 'True' : 'False',
    reason: enough ? 'MinimumReplicasAvailable' : 'MinimumReplicasUnavailable',
    message: `Deployment ${enough ? 'has' : 'does not have'} minimum availability.`,
  };
}

/** Progressing: when something last moved, and whether that is too long ago. */
function progress(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  counts: Counts,
  now: number,
): { condition?: Condition; after?: number } {
  if (!current) return {};
  const before = conditionOf(deployment.status?.conditions as Condition[] | undefined, 'Progressing');
  const name = current.metadata.name;
  const make = (status: string, reason: string, message: string): Condition => {
    const same = before?.reason === reason && before.status === status && !moved(deployment, counts);
    const lastUpdateTime = same ? (before.lastUpdateTime ?? timestamp(now)) : timestamp(now);
    return { type: 'Progressing', status, reason, message, lastUpdateTime };
  };
  const wanted = deployment.spec.replicas ?? 1;
  if (counts.updated === wanted && counts.available === wanted && counts.total === wanted) {
    return {
      condition: make('True', 'NewReplicaSetAvailable', `ReplicaSet "${name}" has successfully progressed.`),
    };
  }
  const timedOut = before?.reason === 'ProgressDeadlineExceeded' && before.message?.includes(`"${name}"`);
  if (timedOut && !moved(deployment, counts)) return { condition: before };
  const deadline = (deployment.spec.progressDeadlineSeconds ?? 600) * 1000;
  const restarted =
    before === undefined || before.reason === 'NewReplicaSetAvailable' || moved(deployment, counts);
  const since = restarted ? now : Date.parse(before.lastUpdateTime ?? timestamp(now));
  const left = since + deadline - now;
  if (left <= 0 && !deployment.spec.paused) {
    return {
      condition: make('False', 'ProgressDeadlineExceeded', `ReplicaSet "${name}" has timed out progressing.`),
    };
  }
  const reason = counts.updated === 0 ? 'NewReplicaSetCreated' : 'ReplicaSetUpdated';
  const what =
    counts.updated === 0 ? `Created new replica set "${name}"` : `ReplicaSet "${name}" is progressing.`;
  return { condition: make('True', reason, what), after: left + 1000 };
}

/** Pods of the new template came up, or old ones went. */
function moved({ status = {} }: Deployment, counts: Counts): boolean {
  const old = (status.replicas ?? 0) - (status.updatedReplicas ?? 0);
  return (
    counts.updated > (status.updatedReplicas ?? 0) ||
    counts.total - counts.updated < old ||
    counts.ready > (status.readyReplicas ?? 0) ||
    counts.available > (status.availableReplicas ?? 0)
  );
}
