import type { StockoutModel } from '@stockout/crds';
import type { Pod } from '../api/kubernetes.ts';
import { type RunState, runStatesOf } from '../jobs/run-state.ts';
import { mountFailuresIn, type Stores } from '../kube/stores.ts';
import { holdsVersions } from '../resources/finalizer.ts';
import { isOfComponent, isOwnedBy } from '../resources/names.ts';

/** All that the end of a model rests on. */
export interface ObservedDeletion {
  model: StockoutModel;
  /** The Job that removes its versions. */
  removal: RunState | undefined;
  /** Jobs that write versions and are not being deleted. */
  writers: readonly RunState[];
  /** Pods that may still write: their names. */
  writing: readonly string[];
}

/**
 * @param key namespace/name
 * @returns undefined unless the model is deleted and our finalizer holds it
 */
export function observeDeletion(stores: Stores, key: string): ObservedDeletion | undefined {
  const model = stores.models.get(key);
  if (model?.metadata.deletionTimestamp === undefined || !holdsVersions(model)) return undefined;
  const group = `StockoutModel/${key}`;
  const jobs = stores.jobs.inGroup(group).filter((job) => isOwnedBy(job, model.metadata.uid));
  const pods = stores.pods.inGroup(group);
  const runs = runStatesOf(jobs, pods, mountFailuresIn(stores));
  return {
    model,
    removal: runs.find(({ job }) => isOfComponent(job, 'removal')),
    writers: runs.filter(({ job, phase }) => isOfComponent(job, 'training') && phase === 'Running'),
    writing: pods
      .filter((pod) => isOfComponent(pod, 'training') && isAlive(pod))
      .map((pod) => pod.metadata.name),
  };
}

function isAlive({ status }: Pod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}
