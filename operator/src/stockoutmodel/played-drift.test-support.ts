import { aModel, aTrainResult } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aDriftCount } from '../testing/played-answers.ts';

export const MINUTES = 60;
export const MOVED = aDriftCount({ price: [100, 900, 0] });
/** What the condition says once they have moved for ten minutes. */
export const FOUND =
  'v1 is asked about other rows than it learned from: population stability index of price 0.88 at 2026-11-23T12:10:00Z; it has counted since 2026-11-23T12:00:00Z, and does until none is above 0.18, nine tenths of the threshold';

/** v1 serves, in two pods that are asked about rows like those of its training. */
export function served(drift: object = {}, spec: Parameters<typeof aModel>[0] = {}): FakeCluster {
  const model = aModel({ ...spec, monitoring: { drift } } as Parameters<typeof aModel>[0]);
  const cluster = new FakeCluster(model);
  cluster.settle();
  train(cluster, 'v1');
  return rollOut(cluster, 'blue');
}

export function train(cluster: FakeCluster, version: string, changes: object = {}): void {
  const job = cluster.runningJob('retail-train-');
  const scheduledFor = job.metadata.annotations?.['stockout.dev/scheduled-for'];
  const trainedAt = cluster.now.toISOString();
  const scheduled = scheduledFor === undefined ? {} : { scheduledFor };
  cluster.finishJob(job, aTrainResult(version, { trainedAt, ...scheduled, ...changes }));
  cluster.settle();
}

export function rollOut(cluster: FakeCluster, color: string): FakeCluster {
  cluster.bringUp(`retail-${color}`);
  cluster.settle();
  return cluster;
}

export function later(cluster: FakeCluster, seconds: number): FakeCluster {
  cluster.pass(seconds);
  cluster.settle();
  return cluster;
}

/** The pods' rows move, and it lasts. */
export function drifting(cluster: FakeCluster): FakeCluster {
  cluster.answers.drift = MOVED;
  cluster.settle();
  return later(cluster, 10 * MINUTES);
}

export function told({ model }: FakeCluster): string {
  const condition = model.status?.conditions?.find(({ type }) => type === 'DriftDetected');
  return condition === undefined ? 'nothing' : `${condition.status} ${condition.reason}`;
}

/** Names of the records that say something of drift. */
export function marks({ stores }: FakeCluster): string[] {
  return [...stores.configMaps.values()]
    .filter(({ metadata }) => metadata.annotations?.['stockout.dev/drift'] !== undefined)
    .map(({ metadata }) => metadata.name);
}
