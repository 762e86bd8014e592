import { packResults } from '@stockout/contracts';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { aModel, aTrainResult, GOOD, POOR } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';

/** Trains the version that the spec asks for and brings it up in a color. */
function train(
  cluster: FakeCluster,
  version: string,
  changes: Parameters<typeof aTrainResult>[1] = {},
): void {
  cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult(version, changes));
  cluster.settle();
}

function rollOut(cluster: FakeCluster, color: 'blue' | 'green'): void {
  cluster.bringUp(`retail-${color}`);
  cluster.settle();
}

function startServing(cluster: FakeCluster): void {
  cluster.settle();
  train(cluster, 'v1');
  rollOut(cluster, 'blue');
  cluster.giveAddress('20.1.2.3');
  cluster.settle();
}

test('the metrics of a model are those of what answers, of the latest while nothing does', () => {
  const cluster = new FakeCluster(aModel());
  cluster.settle();
  expect(cluster.model.status).not.toHaveProperty('metrics');
  train(cluster, 'v1', { metrics: POOR });
  expect(cluster.model.status).toMatchObject({ latestVersion: 'v1', metrics: { auc: '0.8' } });
  cluster.edit('a better one is asked for', (spec) => (spec.training!.params.rounds = 300));
  cluster.settle();
  train(cluster, 'v2');
  rollOut(cluster, 'blue');
  cluster.edit('a hopeless one is asked for', (spec) => (spec.training!.params.rounds = 1));
  cluster.settle();
  train(cluster, 'v3', { metrics: POOR });
  expect(cluster.model.status).toMatchObject({
    servingVersion: 'v2',
    latestVersion: 'v3',
    metrics: { auc: '0.9935', f1: '0.9645' },
  });
});

test('TLS comes with the pods that speak it: until the switch callers are told of HTTP', () => {
  const cluster = new FakeCluster(aModel());
  startServing(cluster);
  cluster.edit('TLS is asked for', (spec) => {
    spec.serving.tls = { secretName: 'stockout-tls' };
    spec.serving.service.port = 443;
  });
  cluster.settle();
  expect(cluster.model.status?.endpoint).toBe('http://20.1.2.3:443');
  rollOut(cluster, 'green');
  expect(cluster.model.status?.endpoint).toBe('https://20.1.2.3');
});

test('a model goes from the first training over a better version, a refused one and a pin back to the first', async () => {
  const gates = [
    { metric: 'auc', min: '0.95' },
    { metric: 'auc', maxDropFromServing: '0.005' },
  ] as const;
  const cluster = new FakeCluster(aModel({ gates: [...gates] }));
  cluster.note('the model is applied');
  startServing(cluster);
  cluster.edit('a better candidate is asked for', (spec) => (spec.training!.params.rounds = 300));
  cluster.settle();
  train(cluster, 'v2', { champion: { version: 'v1', metrics: GOOD } });
  cluster.bringUp('retail-green', 1);
  cluster.settle();
  rollOut(cluster, 'green');
  cluster.edit('back to v1 within the rollback window', (spec) => (spec.promotion.version = 'v1'));
  cluster.settle();
  cluster.edit('and on to v2 again', (spec) => delete spec.promotion.version);
  cluster.settle();
  cluster.pass(601);
  cluster.settle();
  cluster.edit('a hopeless candidate is asked for', (spec) => (spec.training!.params.rounds = 1));
  cluster.settle();
  train(cluster, 'v3', { metrics: POOR, champion: { version: 'v2', metrics: GOOD } });
  cluster.edit('it is pinned all the same', (spec) => (spec.promotion.version = 'v3'));
  cluster.settle();
  cluster.edit(
    'v1 is pinned after its window, so its pods come up anew',
    (spec) => (spec.promotion.version = 'v1'),
  );
  cluster.settle();
  rollOut(cluster, 'blue');
  await expect(cluster.log.join('\n')).toMatchFileSnapshot('lifecycle.golden.txt');
});

test('a candidate that does not come up is given up, and tried again only when something changes', async () => {
  const cluster = new FakeCluster(aModel());
  startServing(cluster);
  cluster.log.length = 0;
  cluster.edit(
    'more memory is asked for',
    (spec) => (spec.serving.resources = { limits: { memory: '1Ti' } }),
  );
  cluster.settle();
  cluster.stall('retail-green');
  cluster.settle();
  cluster.pass(3600);
  expect(cluster.settle().chains.flat()).toEqual([]);
  expect(cluster.serving).toBe('v1');
  cluster.edit(
    'less memory is asked for',
    (spec) => (spec.serving.resources = { limits: { memory: '1Gi' } }),
  );
  cluster.settle();
  rollOut(cluster, 'green');
  cluster.edit('three replicas: no new color is needed', (spec) => (spec.serving.replicas = 3));
  cluster.settle();
  await expect(cluster.log.join('\n')).toMatchFileSnapshot('given-up.golden.txt');
});

test('a failed training is not tried again until the spec or the annotation changes, also after its Job is gone', () => {
  const cluster = new FakeCluster(aModel());
  cluster.settle();
  const job = cluster.runningJob('retail-train');
  cluster.finishJob(job, { kind: 'failure', exitCode: 2, message: 'spec.data.rawTable: no such table' });
  cluster.settle();
  cluster.stores.jobs.delete(job);
  expect(cluster.settle().chains.flat()).toEqual([]);
  expect(cluster.condition('Stalled')).toMatchObject({ reason: 'TrainingFailed' });
  const annotations = { 'stockout.dev/retrain-requested-at': 'now' };
  cluster.put(cluster.stores.models, {
    ...cluster.model,
    metadata: { ...cluster.model.metadata, annotations },
  });
  cluster.settle();
  expect(cluster.runningJob('retail-train').metadata.name).not.toBe(job.metadata.name);
});

test('a model that is suspended from the start says so, and trains when it no longer is', () => {
  const cluster = new FakeCluster(aModel({ training: { suspend: true } }));
  cluster.settle();
  // No training looks whether storage holds versions.
  const nothing = { packed: packResults([]), absent: [], passedOver: [], left: [] };
  cluster.finishJob(cluster.runningJob('retail-recover'), { kind: 'recover', ...nothing });
  cluster.settle();
  expect(cluster.condition('Ready')).toMatchObject({ status: 'False', reason: 'Suspended' });
  expect(cluster.condition('Reconciling')).toBeUndefined();
  cluster.edit('it may train', (spec) => (spec.training!.suspend = false));
  cluster.settle();
  expect(cluster.condition('Ready')).toMatchObject({ status: 'False', reason: 'Training' });
});

test('a training that ran out of memory is run again when it is given more, and makes the first version', () => {
  const cluster = new FakeCluster(aModel());
  cluster.settle();
  const job = cluster.runningJob('retail-train');
  cluster.finishJob(job, { kind: 'failure', exitCode: 2, message: 'out of memory' });
  cluster.settle();
  expect(cluster.condition('Stalled')).toMatchObject({ reason: 'TrainingFailed' });
  cluster.edit('more memory', (spec) => (spec.training!.resources = { limits: { memory: '8Gi' } }));
  cluster.settle();
  cluster.finishJob(cluster.runningJob(job.metadata.name), aTrainResult('v1'));
  cluster.settle();
  expect(cluster.condition('Trained')).toMatchObject({ status: 'True' });
  expect(Array.from(cluster.stores.configMaps.values(), ({ metadata }) => metadata.name)).toEqual([
    'retail-v1',
  ]);
});

test('a record that was let go does not come back while its Job is still there', () => {
  const cluster = new FakeCluster(aModel({ versionHistoryLimit: 1 }));
  startServing(cluster);
  for (const [index, version] of ['v2', 'v3', 'v4'].entries()) {
    cluster.edit('another version', (spec) => (spec.training!.params.rounds = 300 + index));
    cluster.settle();
    train(cluster, version, { metrics: POOR });
  }
  expect(cluster.model.status?.versions?.map(({ name }) => name)).toEqual(['v4', 'v1']);
  expect([...cluster.stores.jobs.values()]).toHaveLength(4);
});

test('a result that was lost with its pod is asked for again by the same run', () => {
  const cluster = new FakeCluster(aModel());
  cluster.settle();
  const job = cluster.runningJob('retail-train');
  const completed = { type: 'Complete', status: 'True', lastTransitionTime: cluster.now.toISOString() };
  cluster.put(cluster.stores.jobs, { ...job, status: { conditions: [completed] } });
  const plan = cluster.settle();
  expect(plan.requeueAfterMs).toBeGreaterThan(0);
  cluster.pass(60);
  cluster.settle();
  const again = cluster.runningJob('retail-train');
  expect(again.metadata.name).toBe(job.metadata.name);
  expect(again.metadata.uid).not.toBe(job.metadata.uid);
});

test('wherever the operator dies or sees what is old, it ends up at the same place, and the serving version is never without pods', () => {
  // How many writes are done before it dies; 4: it goes on with what it saw last time.
  const tape = fc.array(fc.integer({ min: 0, max: 4 }), { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(tape, (limits) => {
      const cluster = new FakeCluster(aModel());
      let seen = cluster.observe();
      const interrupted = (): void => {
        for (let i = 0; i < 6; i++) {
          const limit = limits.pop() ?? Infinity;
          if (limit === 4) cluster.stepSeeing(seen);
          else cluster.step(limit);
          seen = cluster.observe();
        }
        cluster.settle();
      };
      interrupted();
      cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult('v1'));
      interrupted();
      cluster.bringUp('retail-blue');
      interrupted();
      cluster.edit('another version', (spec) => (spec.training!.params.rounds = 300));
      interrupted();
      cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult('v2'));
      interrupted();
      expect(cluster.serving).toBe('v1');
      cluster.bringUp('retail-green');
      interrupted();
      expect(cluster.serving).toBe('v2');
      expect([...cluster.stores.configMaps.values()].map(({ metadata }) => metadata.name).sort()).toEqual([
        'retail-v1',
        'retail-v2',
      ]);
      cluster.pass(601);
      cluster.settle();
      expect(Array.from(cluster.stores.deployments.values(), (each) => each.metadata.name)).toEqual([
        'retail-green',
      ]);
    }),
    { numRuns: 25 },
  );
});
