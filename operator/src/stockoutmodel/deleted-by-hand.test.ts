import { describe, expect, it } from 'vitest';
import type { FakeCluster } from '../testing/fake-cluster.ts';
import { aShadowReport } from '../testing/played-answers.ts';
import { ANALYSIS, proving, rolledOut, serving, train } from '../testing/rollouts.ts';

const TOO_FAR = aShadowReport({ scoreShift: { mean: 0.3, max: 0.9 } });

/** v2 did not do well enough. */
function refused(): FakeCluster {
  const cluster = proving();
  cluster.answers.shadow = TOO_FAR;
  cluster.pass(60);
  cluster.settle();
  expect(rolledOut(cluster)?.reason).toBe('AnalysisFailed');
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
      expect(rolledOut(cluster)?.reason).toBe('AnalysisFailed');
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
      expect(rolledOut(cluster)?.reason).toBe('AnalysisFailed');
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

it('what serves keeps its callers when lists of old show neither its Deployment nor its version', () => {
  const cluster = serving({});
  train(cluster, 'v2');
  deleteDeployment(cluster);
  cluster.stores.configMaps.delete(cluster.stores.configMaps.get('shop/retail-v1')!);
  cluster.step();
  expect(selected(cluster)).toBe('blue');
});
