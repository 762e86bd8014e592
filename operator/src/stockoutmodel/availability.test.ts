import { beforeEach, describe, expect, test } from 'vitest';
import { aModel, aTrainResult } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';

const BLUE = 'retail-blue';
const GREEN = 'retail-green';
const AUTOSCALING = { minReplicas: 2, maxReplicas: 10, targetCPUUtilizationPercentage: 70 };
let cluster: FakeCluster;

function train(version: string): void {
  cluster.settle();
  cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult(version));
  cluster.settle();
}

function bringUp(name: string): void {
  cluster.bringUp(name);
  cluster.settle();
}

function serveV1(serving: NonNullable<Parameters<typeof aModel>[0]>['serving']): void {
  cluster = new FakeCluster(aModel({ serving: { service: { type: 'ClusterIP' }, ...serving } }));
  train('v1');
  bringUp(BLUE);
}

function beginV2(): void {
  cluster.edit('another version', (spec) => (spec.training!.params.rounds = 300));
  train('v2');
}

const only = <T>(objects: Iterable<T>): T | undefined => [...objects][0];
const budget = () => only(cluster.stores.budgets.values());
const autoscaler = () => only(cluster.stores.autoscalers.values());
const deployment = (name: string) => cluster.stores.deployments.get(`shop/${name}`)!;

describe('the budget for drains', () => {
  test('covers the color that serves, and follows the switch', () => {
    serveV1({});
    expect(budget()?.spec).toEqual({
      maxUnavailable: 1,
      selector: { matchLabels: { 'stockout.dev/model': 'retail', 'stockout.dev/color': 'blue' } },
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    });
    beginV2();
    expect(budget()?.spec.selector.matchLabels).toMatchObject({ 'stockout.dev/color': 'blue' });
    bringUp(GREEN);
    expect(budget()?.spec.selector.matchLabels).toMatchObject({ 'stockout.dev/color': 'green' });
  });

  test('goes with the second pod, and comes back with it', () => {
    serveV1({});
    cluster.edit('one pod', (spec) => (spec.serving.replicas = 1));
    cluster.settle();
    expect(budget()).toBeUndefined();
    cluster.edit('two pods', (spec) => (spec.serving.replicas = 2));
    cluster.settle();
    expect(budget()).toBeDefined();
  });

  test('is there for one pod that may become several', () => {
    serveV1({ replicas: 1, autoscaling: { ...AUTOSCALING, minReplicas: 1 } });
    expect(budget()).toBeDefined();
  });
});

describe('autoscaling', () => {
  beforeEach(() => serveV1({ autoscaling: AUTOSCALING }));

  test('is done to the Deployment that serves, from the fewest pods on', () => {
    expect(deployment(BLUE).spec.replicas).toBe(2);
    expect(autoscaler()?.spec).toEqual({
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: BLUE },
      minReplicas: 2,
      maxReplicas: 10,
      metrics: [
        {
          type: 'Resource',
          resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 70 } },
        },
      ],
    });
  });

  test('says how many pods there are: nothing is written when it has its way', () => {
    cluster.autoscale(BLUE, 7);
    expect(cluster.settle().chains.flat()).toEqual([]);
    cluster.edit('another deadline', (spec) => (spec.serving.rollout.progressDeadlineSeconds = 60));
    cluster.settle();
    expect(deployment(BLUE).spec).toMatchObject({ replicas: 7, progressDeadlineSeconds: 60 });
  });

  test('lets a candidate come up with as many pods as serve, and is pointed at it by the switch', () => {
    cluster.autoscale(BLUE, 7);
    beginV2();
    expect(deployment(GREEN).spec.replicas).toBe(7);
    cluster.autoscale(BLUE, 8);
    bringUp(GREEN);
    expect(cluster.serving).toBe('v1');
    bringUp(GREEN);
    expect(cluster.serving).toBe('v2');
    expect(autoscaler()?.spec.scaleTargetRef.name).toBe(GREEN);
    cluster.autoscale(GREEN, 3);
    cluster.settle();
    expect(deployment(GREEN).spec.replicas).toBe(3);
  });

  test('keeps its count while a rolling update replaces the pods', () => {
    cluster.edit('RollingUpdate', (spec) => (spec.serving.rollout.strategy = 'RollingUpdate'));
    cluster.autoscale(BLUE, 7);
    beginV2();
    expect(deployment(BLUE).spec.replicas).toBe(7);
    bringUp(BLUE);
    expect([cluster.serving, deployment(BLUE).spec.replicas]).toEqual(['v2', 7]);
  });

  test('ends with its field in the spec, and the count there holds again', () => {
    cluster.autoscale(BLUE, 7);
    cluster.edit('no autoscaling', (spec) => delete spec.serving.autoscaling);
    cluster.settle();
    expect(autoscaler()).toBeUndefined();
    expect(deployment(BLUE).spec.replicas).toBe(2);
  });
});

test('autoscaling that comes later begins with the pods that there are, within its bounds', () => {
  serveV1({ replicas: 4 });
  cluster.edit('autoscaling', (spec) => (spec.serving.autoscaling = { ...AUTOSCALING, maxReplicas: 3 }));
  cluster.settle();
  expect(deployment(BLUE).spec.replicas).toBe(3);
  expect(deployment(BLUE).metadata.managedFields).toHaveLength(1);
});
