import type { Deployment, Pod } from '../api/kubernetes.ts';
import { LABEL } from '../resources/names.ts';
import type { PodAddress } from '../predictors/question.ts';

/** One pod of a color that is not being deleted. */
export interface PredictorPod extends PodAddress {
  /** Milliseconds since 1970. */
  createdAt: number;
  ready: boolean;
  /** Since when it is ready or not (milliseconds since 1970); undefined where that is not told. */
  since: number | undefined;
  /** Its container runs. */
  running: boolean;
  /** When its container last ended (milliseconds since 1970), to be started again; undefined if it never did. */
  endedAt: number | undefined;
  /** How it ended, in words. */
  ending: string | undefined;
}

/**
 * A Deployment's pods of a version, in the order of their names, so that what is told of them does not change without a
 * cause. Labels alone do not make one: what pods tell is believed, and anybody who may create a pod can label it as ours.
 */
export function predictorPodsOf(
  pods: readonly Pod[],
  { metadata: { name, labels } }: Deployment,
  version: string,
): PredictorPod[] {
  const color = labels?.[LABEL.color];
  return pods
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .filter(({ metadata }) => metadata.labels?.[LABEL.color] === color)
    .filter(({ metadata }) => metadata.labels?.[LABEL.version] === version)
    .filter((pod) => isOfDeployment(pod, name))
    .sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1))
    .map(predictorPodOf);
}

function isOfDeployment({ metadata }: Pod, deployment: string): boolean {
  const owner = metadata.ownerReferences?.find(({ controller }) => controller);
  return owner?.kind === 'ReplicaSet' && owner.name.startsWith(`${deployment}-`);
}

function predictorPodOf({ metadata, status }: Pod): PredictorPod {
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const containers = status?.containerStatuses ?? [];
  const endings = containers
    .flatMap(({ state, lastState }) => [state?.terminated, lastState?.terminated])
    .filter((terminated) => terminated !== undefined);
  const [last] = endings.sort((a, b) => timeOf(b.finishedAt) - timeOf(a.finishedAt));
  return {
    uid: metadata.uid ?? '',
    name: metadata.name,
    ip: status?.podIP ?? '',
    createdAt: timeOf(metadata.creationTimestamp),
    ready: ready?.status === 'True',
    since: ready?.lastTransitionTime === undefined ? undefined : timeOf(ready.lastTransitionTime),
    running: containers.length > 0 && containers.every(({ state }) => state?.running !== undefined),
    endedAt: last && timeOf(last.finishedAt),
    ending: last && (last.reason === 'OOMKilled' ? 'out of memory' : `exit code ${last.exitCode}`),
  };
}

/** @returns 0 for no time: older than all others */
function timeOf(time: string | undefined): number {
  const parsed = Date.parse(time ?? '');
  return Number.isNaN(parsed) ? 0 : parsed;
}
