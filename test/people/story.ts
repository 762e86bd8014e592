import type { TrainResult } from '@stockout/contracts';
import { aModel, aTrainResult, GOOD, NOW, POOR } from '../../operator/src/testing/builders.ts';
import { aShadowReport } from '../../operator/src/testing/played-answers.ts';
import { ANALYSIS } from '../../operator/src/testing/rollouts.ts';
import { ToldCluster } from './told-cluster.ts';

/** A step in the life of a model: what happens, and what people see then. */
export interface Step {
  title: string;
  act(cluster: ToldCluster): void;
}

const MODEL = {
  gates: [
    { metric: 'auc', min: '0.95' },
    { metric: 'f1', min: '0.90' },
  ],
  training: { schedule: '0 3 * * 1' },
  serving: {
    rollout: {
      shadow: { percent: 10, replay: 1000 },
      analysis: ANALYSIS,
    },
  },
} as const;

/** A model before anything has happened. */
export function aToldCluster(): ToldCluster {
  return new ToldCluster(
    aModel(
      { ...MODEL, gates: [...MODEL.gates] },
      { creationTimestamp: NOW.toISOString().replace('.000', '') },
    ),
  );
}

/** From the first version to a pin that is refused. */
export const ROLLOUTS: readonly Step[] = [
  { title: 'the model is applied', act: (cluster) => void cluster.settle() },
  { title: 'v1 is trained, its pods come up', act: (cluster) => trained(cluster, 'v1') },
  { title: 'its pods are ready', act: (cluster) => broughtUp(cluster, 'blue') },
  {
    title: 'the load balancer has an address, v1 serves',
    act(cluster) {
      cluster.giveAddress('20.1.2.3');
      cluster.settle();
    },
  },
  { title: 'a better version is asked for', act: (cluster) => asked(cluster, 300) },
  {
    title: 'v2 is trained, one of its pods is ready',
    act(cluster) {
      trained(cluster, 'v2');
      cluster.bringUp('retail-green', 1);
      cluster.settle();
    },
  },
  { title: 'its pods are ready, v2 is shown requests', act: (cluster) => broughtUp(cluster, 'green') },
  { title: 'the analysis is over, v2 serves', act: (cluster) => passed(cluster, 60) },
  { title: 'the rollback window is over', act: (cluster) => passed(cluster, 601) },
  {
    title: 'a version that is worse is refused by its gates',
    act(cluster) {
      asked(cluster, 1);
      trained(cluster, 'v3', { metrics: POOR });
    },
  },
  {
    title: 'a version that errs is refused by the analysis',
    act(cluster) {
      asked(cluster, 400);
      trained(cluster, 'v4');
      broughtUp(cluster, 'blue');
      cluster.answers.shadow = aShadowReport({ requests: { compared: 450, errors: 50, dropped: 0 } });
      passed(cluster, 60);
    },
  },
  {
    title: 'a version passes, and serves',
    act(cluster) {
      cluster.answers.shadow = aShadowReport();
      asked(cluster, 500);
      trained(cluster, 'v5', { metrics: { ...GOOD, auc: 0.9951 } });
      broughtUp(cluster, 'blue');
      passed(cluster, 60);
    },
  },
  {
    title: 'one of its pods runs out of memory within the rollback window',
    act(cluster) {
      passed(cluster, 30);
      cluster.crash('retail-blue', 'OOMKilled');
      cluster.settle();
    },
  },
  {
    title: 'the version that did not pass its gates is pinned',
    act(cluster) {
      cluster.edit('v3 is pinned', (spec) => (spec.promotion.version = 'v3'));
      cluster.settle();
    },
  },
  {
    title: 'the pin is taken out again, and a training fails',
    act(cluster) {
      cluster.edit('no pin', (spec) => delete spec.promotion.version);
      asked(cluster, 600);
      const message = 'spec.data.columns.sales: the raw table has no column sale_amount';
      cluster.finishJob(cluster.runningJob('retail-train'), { kind: 'failure', exitCode: 2, message });
      cluster.settle();
    },
  },
  {
    title: 'the model is paused',
    act(cluster) {
      const annotations = { 'stockout.dev/paused': 'true' };
      const { model } = cluster;
      cluster.put(cluster.stores.models, { ...model, metadata: { ...model.metadata, annotations } });
      cluster.settle();
    },
  },
];

function asked(cluster: ToldCluster, rounds: number): void {
  cluster.edit(`${rounds} rounds`, (spec) => (spec.training!.params.rounds = rounds));
  cluster.settle();
}

function trained(cluster: ToldCluster, version: string, changes: Partial<TrainResult> = {}): void {
  passed(cluster, 20);
  const trainedAt = cluster.now.toISOString().replace('.000', '');
  cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult(version, { trainedAt, ...changes }));
  cluster.settle();
}

function broughtUp(cluster: ToldCluster, color: 'blue' | 'green'): void {
  passed(cluster, 5);
  cluster.bringUp(`retail-${color}`);
  cluster.settle();
}

function passed(cluster: ToldCluster, seconds: number): void {
  cluster.pass(seconds);
  cluster.settle();
}
