import type { ContainerState, KubeEvent, Pod } from '../api/kubernetes.ts';

/** What a container's last run left behind. */
export type Terminated = NonNullable<ContainerState['terminated']>;

/** Events that tell which volume of a pod cannot be had. */
export type MountFailuresOf = (pod: Pod) => readonly KubeEvent[];

/** What a pod that does not start is waiting for; these do not go away by themselves in a moment. */
const TROUBLES = new Set([
  'CreateContainerConfigError',
  'CreateContainerError',
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'RunContainerError',
  'CrashLoopBackOff',
]);

/** Why a pod does not get going, in words; undefined when nothing is wrong with it. */
function troubleOf(pod: Pod, mountFailuresOf: MountFailuresOf): string | undefined {
  for (const status of pod.status?.containerStatuses ?? []) {
    const { reason, message } = status.state?.waiting ?? {};
    if (reason === undefined || !TROUBLES.has(reason)) continue;
    const said = lastWords(status.lastState?.terminated) ?? message;
    return said === undefined ? reason : `${reason}: ${said}`;
  }
  const down = endOf(pod);
  if (down !== undefined) return `its container ended: ${lastWords(down)}`;
  const ended = lastRunOf(pod);
  if (ended !== undefined) return `its container ended and was started again: ${lastWords(ended)}`;
  const scheduled = pod.status?.conditions?.find((condition) => condition.type === 'PodScheduled');
  if (scheduled?.status === 'False')
    return `${scheduled.reason ?? 'Unschedulable'}: ${scheduled.message ?? ''}`;
  return isBeingSetUp(pod) ? lastOf(mountFailuresOf(pod)) : undefined;
}

/** Just after a crash, of a pod whose containers are to go on for ever: those of Jobs come to an end. */
function endOf({ metadata, status }: Pod): Terminated | undefined {
  const goesOn = metadata.ownerReferences?.some(({ kind }) => kind === 'ReplicaSet');
  // Nobody starts again what is being deleted, or was evicted.
  const isOver = metadata.deletionTimestamp !== undefined || /^(Failed|Succeeded)$/.test(status?.phase ?? '');
  if (goesOn !== true || isOver) return undefined;
  return status?.containerStatuses?.find(({ state }) => state?.terminated !== undefined)?.state?.terminated;
}

/** Between two crashes: how the one before ended, of a container that has not been ready since. */
function lastRunOf({ status }: Pod): Terminated | undefined {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const again = status?.containerStatuses?.find(
    ({ ready: isReady, state }) =>
      !isReady &&
      state?.running !== undefined &&
      (ready?.lastTransitionTime ?? '') <= (state.running.startedAt ?? ''),
  );
  return again?.lastState?.terminated;
}

/** Its volumes are on their way: what they wait for is told by Events alone. */
function isBeingSetUp({ status }: Pod): boolean {
  const containers = status?.containerStatuses ?? [];
  return (
    status?.phase === 'Pending' &&
    containers.every(({ state }) => state?.waiting?.reason === 'ContainerCreating')
  );
}

function lastOf(events: readonly KubeEvent[]): string | undefined {
  const newest = [...events].sort((a, b) => (a.lastTimestamp < b.lastTimestamp ? 1 : -1))[0];
  return newest && `${newest.reason}: ${newest.message}`;
}

/** Of several pods the first trouble, in the order of their names, so that it does not change without a cause. */
export function firstTrouble(pods: readonly Pod[], mountFailuresOf: MountFailuresOf): string | undefined {
  const sorted = [...pods].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return sorted.map((pod) => troubleOf(pod, mountFailuresOf)).find((trouble) => trouble !== undefined);
}

/** How a container of a pod ended, by its name, since others may be injected; undefined while it goes on. */
export function terminatedOf(pod: Pod, container: string): Terminated | undefined {
  return pod.status?.containerStatuses?.find(({ name }) => name === container)?.state?.terminated;
}

/** Its termination message, or what is known of its end. */
export function lastWords(terminated: Terminated | undefined): string | undefined {
  if (terminated === undefined) return undefined;
  if (terminated.reason === 'OOMKilled') return 'out of memory: raise resources.limits.memory';
  const message = terminated.message?.trim();
  if (message) return failureText(message);
  return `exit code ${terminated.exitCode}`;
}

/** Our commands leave a failure as JSON; whatever else died leaves the end of its log, of which many lines are JSON. */
function failureText(message: string): string {
  return (
    sentenceOf(message) ??
    message
      .split('\n')
      .map((line) => sentenceOf(line) ?? line)
      .join('\n')
      .slice(-1000)
  );
}

function sentenceOf(text: string): string | undefined {
  try {
    const parsed = JSON.parse(text) as { message?: unknown } | null;
    return typeof parsed?.message === 'string' ? parsed.message : undefined;
  } catch {
    // Not ours.
    return undefined;
  }
}
