import { runStatesOf } from '../jobs/run-state.ts';
import { mountFailuresIn, type Stores } from '../kube/stores.ts';
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
  const ours = stores.jobs
    .inGroup(group)
    .filter(({ metadata }) => metadata.ownerReferences?.some((owner) => owner.uid === uid));
  return {
    job,
    model: stores.models.get(`${namespace}/${job.spec.modelRef.name}`),
    runs: runStatesOf(ours, stores.pods.inGroup(group), mountFailuresIn(stores)),
  };
}
