import type { Pod } from '../api/kubernetes.ts';
import { runStatesOf } from '../jobs/run-state.ts';
import { mountFailuresIn, type Stores } from '../kube/stores.ts';
import { isOwnedBy, LABEL } from '../resources/names.ts';
import type { ObservedScoringJob } from './observed.ts';

/**
 * @param key namespace/name
 * @returns undefined when there is nothing to reconcile: garbage collection does the rest
 */
export function observeScoringJob(stores: Stores, key: string): ObservedScoringJob | undefined {
  const job = stores.scoringJobs.get(key);
  if (job === undefined || job.metadata.deletionTimestamp !== undefined) return undefined;
  const { uid, namespace } = job.metadata;
  const group = `ScoringJob/${key}`;
  const ours = stores.jobs.inGroup(group).filter((each) => isOwnedBy(each, uid));
  const pods = stores.pods.inGroup(group);
  return {
    job,
    model: stores.models.get(`${namespace}/${job.spec.modelRef.name}`),
    runs: runStatesOf(ours, pods, mountFailuresIn(stores)),
    atWork: new Set(pods.filter(isAtWork).map(({ metadata }) => metadata.labels?.[LABEL.run] ?? '')),
  };
}

function isAtWork({ status }: Pod): boolean {
  return status?.phase !== 'Succeeded' && status?.phase !== 'Failed';
}
