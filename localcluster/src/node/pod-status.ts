import { setCondition } from '../controllers/pods.ts';
import type { Condition, ContainerStatus, Pod } from '../types.ts';

export interface PodFacts {
  podIP: string;
  hostIP: string;
  startTime: string;
  /** Volumes are there and init containers are done. */
  initialized: boolean;
  containers: ContainerStatus[];
  initContainers: ContainerStatus[];
  /** The pod was told to end, and has. */
  stopped: boolean;
  /** Why the pod as a whole failed, such as DeadlineExceeded. */
  failure?: { reason: string; message: string };
}

type Phase = 'Failed' | 'Pending' | 'Running' | 'Succeeded';

/** A pod's phase from its containers, as the kubelet derives it. */
function phaseOf({ spec }: Pod, facts: PodFacts): Phase {
  if (facts.failure) return 'Failed';
  if (!facts.initialized) return failedInit(spec.restartPolicy, facts) ? 'Failed' : 'Pending';
  const never = facts.containers.some(({ state, lastState }) => state?.waiting && !lastState?.terminated);
  if (never && !facts.stopped) return 'Pending';
  const ends = facts.containers.map(({ state, lastState }) => state?.terminated ?? lastState?.terminated);
  if (facts.containers.some(({ state }) => state?.running)) return 'Running';
  const succeeded = ends.every((end) => end?.exitCode === 0);
  if (facts.stopped) return succeeded ? 'Succeeded' : 'Failed';
  if (spec.restartPolicy === 'Always') return 'Running';
  if (succeeded) return 'Succeeded';
  return spec.restartPolicy === 'Never' ? 'Failed' : 'Running';
}

function failedInit(policy: string | undefined, { initContainers, stopped }: PodFacts): boolean {
  const failed = initContainers.some(({ state }) => state?.terminated && state.terminated.exitCode !== 0);
  return stopped || (policy === 'Never' && failed);
}

/** The whole status that the node owns; conditions of others stay. */
export function podStatus(pod: Pod, facts: PodFacts, now: number): object {
  const phase = phaseOf(pod, facts);
  const { podIP, hostIP, startTime, containers, initContainers, failure } = facts;
  return {
    phase,
    conditions: conditionsOf(pod, facts, phase, now),
    hostIP,
    hostIPs: [{ ip: hostIP }],
    podIP,
    podIPs: [{ ip: podIP }],
    startTime,
    ...(initContainers.length > 0 ? { initContainerStatuses: initContainers } : {}),
    containerStatuses: containers,
    ...(pod.metadata.generation === undefined ? {} : { observedGeneration: pod.metadata.generation }),
    ...failure,
  };
}

function conditionsOf(pod: Pod, facts: PodFacts, phase: Phase, now: number): Condition[] {
  const { containers, initialized } = facts;
  const done = phase === 'Succeeded' || phase === 'Failed';
  const unready = containers.filter(({ ready }) => !ready).map(({ name }) => name);
  const allReady = initialized && unready.length === 0 && !done;
  const why = done
    ? { reason: phase === 'Succeeded' ? 'PodCompleted' : 'PodFailed' }
    : { reason: 'ContainersNotReady', message: `containers with unready status: [${unready.join(' ')}]` };
  const readiness = allReady ? { status: 'True' } : { status: 'False', ...why };
  const waiting = facts.initContainers.filter(({ state }) => !state?.terminated).map(({ name }) => name);
  const incomplete = {
    reason: 'ContainersNotInitialized',
    message: `containers with incomplete status: [${waiting.join(' ')}]`,
  };
  const own: Condition[] = [
    { type: 'PodReadyToStartContainers', status: done ? 'False' : 'True' },
    { type: 'Initialized', ...(initialized ? { status: 'True' } : { status: 'False', ...incomplete }) },
    { type: 'Ready', ...readiness },
    { type: 'ContainersReady', ...readiness },
  ];
  const before = (pod.status?.conditions ?? []) as Condition[];
  return own.reduce((conditions, condition) => setCondition(conditions, condition, now), before);
}
