import { timestamp } from '../timestamp.ts';
import type { Condition, Pod } from '../types.ts';

export const isFinished = ({ status }: Pod): boolean =>
  status?.phase === 'Succeeded' || status?.phase === 'Failed';

/** Neither ended nor being deleted: counts as a replica. */
export const isActive = (pod: Pod): boolean => !isFinished(pod) && !pod.metadata.deletionTimestamp;

export function isReady({ status }: Pod): boolean {
  return status?.conditions?.find(({ type }) => type === 'Ready')?.status === 'True';
}

/** Milliseconds until a ready pod has been ready for that long: 0 when it has, undefined when it is not ready. */
export function availableIn(pod: Pod, minReadySeconds: number, now: number): number | undefined {
  if (!isReady(pod)) return undefined;
  const since = pod.status?.conditions?.find(({ type }) => type === 'Ready')?.lastTransitionTime;
  return since ? Math.max(0, Date.parse(since) + minReadySeconds * 1000 - now) : 0;
}

/** Lays a condition over a list: its lastTransitionTime moves with its status only. */
export function setCondition<T extends Condition>(conditions: T[] | undefined, next: T, now: number): T[] {
  const others = (conditions ?? []).filter(({ type }) => type !== next.type);
  const before = conditions?.find(({ type }) => type === next.type);
  const same = before?.status === next.status;
  const lastTransitionTime = same && before.lastTransitionTime ? before.lastTransitionTime : timestamp(now);
  return [...others, { ...next, lastTransitionTime }];
}

export function conditionOf<T extends Condition>(conditions: T[] | undefined, type: string): T | undefined {
  return conditions?.find((one) => one.type === type);
}

/** How a merge patch states a count that a real API server leaves out when it is 0. */
export function countOrNone(count: number): number | null {
  return count === 0 ? null : count;
}
