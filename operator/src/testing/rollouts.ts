import { aModel, aTrainResult } from './builders.ts';
import { FakeCluster } from './fake-cluster.ts';

/** Bounds that a candidate is judged by after a minute, or after five if it is shown few requests. */
export const ANALYSIS = {
  durationSeconds: 60,
  maxDurationSeconds: 300,
  minRequests: 100,
  maxErrorRate: '0.01',
  maxP99Milliseconds: 50,
  maxScoreShift: '0.1',
};

export interface Rollout {
  strategy?: 'BlueGreen' | 'RollingUpdate';
  analysis?: typeof ANALYSIS;
  shadow?: { percent: number; replay: number };
}

/** A model whose callers are within the cluster, before anything is trained. */
export function aRollingModel(rollout: Rollout): FakeCluster {
  const cluster = new FakeCluster(aModel({ serving: { service: { type: 'ClusterIP' }, rollout } }));
  cluster.settle();
  return cluster;
}

/** The version is asked for, by rounds that no other has, and trained; its gates pass. */
export function train(cluster: FakeCluster, version: string): void {
  cluster.edit(version, (spec) => (spec.training!.params.rounds = Number(version.slice(1))));
  cluster.settle();
  cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult(version));
  cluster.settle();
}

/** All pods of a color are ready. */
export function bringUp(cluster: FakeCluster, color: string): void {
  cluster.bringUp(`retail-${color}`);
  cluster.settle();
}

/** v1 serves, blue. */
export function serving(rollout: Rollout): FakeCluster {
  const cluster = aRollingModel(rollout);
  train(cluster, 'v1');
  bringUp(cluster, 'blue');
  return cluster;
}

/** v1 serves, v2 (green) passed its gates, its pods are up and it is put to the proof. */
export function proving(rollout: Rollout = { analysis: ANALYSIS }): FakeCluster {
  const cluster = serving(rollout);
  train(cluster, 'v2');
  bringUp(cluster, 'green');
  return cluster;
}

export const rolledOut = (cluster: FakeCluster) => cluster.condition('RolledOut');
