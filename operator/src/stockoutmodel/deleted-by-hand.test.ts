import { describe, expect, it } from 'vitest';
import { aModel, aTrainResult } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aShadowReport } from '../testing/played-answers.ts';

const ANALYSIS = {
  durationSeconds: 60,
  maxDurationSeconds: 300,
  minRequests: 100,
  maxErrorRate: '0.01',
  maxP99Milliseconds: 50,
  maxScoreShift: '0.1',
};
const TOO_FAR = aShadowReport({ scoreShift: { mean: 0.3, max: 0.9 } });

function train(cluster: FakeCluster, version: string): void {
  cluster.edit('a version', (spec) => (spec.training!.params.rounds = Number(version.slice(1))));
  cluster.settle();
  cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult(version));
  cluster.settle();
}

type Rollout = { analysis: typeof ANALYSIS } | { strategy: 'RollingUpdate' };

/** v1 serves, blue. */
function serving(rollout: Rollout): FakeCluster {
  const cluster = new FakeCluster(aModel({ serving: { service: { type: 'ClusterIP' }, rollout } }));
  train(cluster, 'v1');
  cluster.bringUp('retail-blue');
  cluster.settle();
  return cluster;
}

/** v2 is put to the proof, green. */
function proving(): FakeCluster {
  const cluster = serving({ analysis: ANALYSIS });
  train(cluster, 'v2');
  cluster.bringUp('retail-green');
  cluster.settle();
  expect(cluster.condition('RolledOut')?.reason).toBe('Proving');
  return cluster;
}

/** v2 did not do well enough. */
function refused(): FakeCluster {
  const cluster = proving();
  cluster.answers.shadow = TOO_FAR;
  cluster.pass(60);
  cluster.settle();
  expect(cluster.condition('RolledOut')?.reason).toBe('AnalysisFailed');
  return cluster;
}

const selected = (cluster: FakeCluster) =>
  cluster.stores.services.get('shop/retail')?.spec.selector['stockout.dev/color'];

const DELETIONS = {
  'the Deployment': deleteDeployment,
  'the Service': deleteService,
  both: (cluster: FakeCluster) => (deleteDeployment(cluster), deleteService(cluster)),
};

function deleteDeployment({ stores }: FakeCluster): void {
  stores.deployments.delete(stores.deployments.get('shop/retail-blue')!);
}

function deleteService({ stores }: FakeCluster): void {
  stores.services.delete(stores.services.get('shop/retail')!);
}

describe.each(Object.entries(DELETIONS))(
  'what serves comes back when someone deletes %s of it',
  (_, gone) => {
    it('while another version stands refused', () => {
      const cluster = refused();
      gone(cluster);
      cluster.settle();
      cluster.bringUp('retail-blue');
      cluster.settle();
      expect([selected(cluster), cluster.serving]).toEqual(['blue', 'v1']);
      expect(cluster.condition('RolledOut')?.reason).toBe('AnalysisFailed');
      expect(cluster.settle().chains.flat()).toEqual([]);
    });

    it('while another version is put to the proof, which goes on: no traffic goes there without it', () => {
      const cluster = proving();
      gone(cluster);
      cluster.settle();
      expect(selected(cluster)).toBe('blue');
      expect(cluster.stores.deployments.get('shop/retail-blue')).toBeDefined();
      cluster.bringUp('retail-blue');
      cluster.answers.shadow = TOO_FAR;
      cluster.pass(60);
      cluster.settle();
      expect([selected(cluster), cluster.serving]).toEqual(['blue', 'v1']);
      expect(cluster.condition('RolledOut')?.reason).toBe('AnalysisFailed');
    });

    it('while a rolling update stands given up', () => {
      const cluster = serving({ strategy: 'RollingUpdate' });
      train(cluster, 'v2');
      cluster.replacePods('retail-blue', 0);
      cluster.stall('retail-blue');
      cluster.settle();
      cluster.bringUp('retail-blue');
      cluster.settle();
      gone(cluster);
      cluster.step();
      expect(selected(cluster)).toBe('blue');
      cluster.settle();
      expect([selected(cluster), cluster.serving]).toEqual(['blue', 'v1']);
    });

    it('by itself, and nothing else is done', () => {
      const cluster = serving({ analysis: ANALYSIS });
      gone(cluster);
      cluster.settle();
      cluster.bringUp('retail-blue');
      cluster.settle();
      expect([selected(cluster), cluster.serving]).toEqual(['blue', 'v1']);
      expect([...cluster.stores.deployments.values()].map(({ metadata }) => metadata.name)).toEqual([
        'retail-blue',
      ]);
    });
  },
);

it('a Service that is deleted while the operator is paused leads to what it led to, once it is not', () => {
  const cluster = refused();
  const annotate = (paused: string): void => {
    const { metadata } = cluster.model;
    const annotations = { ...metadata.annotations, 'stockout.dev/paused': paused };
    cluster.put(cluster.stores.models, { ...cluster.model, metadata: { ...metadata, annotations } });
    cluster.settle();
  };
  annotate('true');
  deleteService(cluster);
  cluster.settle();
  expect(selected(cluster)).toBeUndefined();
  annotate('false');
  expect([selected(cluster), cluster.serving]).toEqual(['blue', 'v1']);
});
