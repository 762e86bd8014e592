import { digestOfTarget, type RegisterResult } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import { describe, expect, test } from 'vitest';
import type { Job } from '../api/kubernetes.ts';
import { aModel, aTrainResult, GOOD, POOR } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';

const MLFLOW = {
  trackingUri: 'http://mlflow:5000',
  experiment: 'stockout',
  registeredModel: 'stockout',
  required: false,
  secretRef: { name: 'stockout-mlflow' },
};

function tracked(spec: Parameters<typeof aModel>[0] = {}): FakeCluster {
  const cluster = new FakeCluster(aModel({ tracking: { mlflow: MLFLOW }, ...spec }));
  cluster.settle();
  return cluster;
}

type Trained = Parameters<typeof aTrainResult>[1];

function train(cluster: FakeCluster, version: string, changes: Trained = {}): void {
  cluster.finishJob(cluster.runningJob('retail-train'), aTrainResult(version, changes));
  cluster.settle();
}

/** A training that has told MLflow itself. */
function toldBy(version: string, passed = true): Trained {
  return { mlflow: { runId: `run-${version}`, modelVersion: version.slice(1), passed } };
}

function rollOut(cluster: FakeCluster, color: 'blue' | 'green'): void {
  cluster.bringUp(`retail-${color}`);
  cluster.settle();
}

const registerJob = (cluster: FakeCluster): Job => cluster.runningJob('retail-mlflow');

function argsOf(job: Job): string {
  return job.spec.template.spec.containers[0]?.args.slice(5, -2).join(' ') ?? '';
}

/** Its pod tells MLflow what it was asked to. */
function tell(cluster: FakeCluster, result: Partial<RegisterResult> = {}): string {
  const job = registerJob(cluster);
  cluster.pass(5);
  cluster.finishJob(job, { kind: 'register', versions: [], skipped: [], aliases: {}, ...result });
  cluster.settle();
  return argsOf(job);
}

const runningRegisterJobs = (cluster: FakeCluster): number =>
  [...cluster.stores.jobs.values()].filter(
    ({ metadata, status }) => metadata.name.startsWith('retail-mlflow') && status === undefined,
  ).length;

describe('MLflow follows what Kubernetes decides', () => {
  test('a training that told MLflow needs no Job but for the alias of what serves', () => {
    const cluster = tracked();
    train(cluster, 'v1', toldBy('v1'));
    expect(cluster.condition('Tracked')).toMatchObject({ status: 'True', reason: 'Tracked' });
    expect(cluster.model.status?.versions?.[0]?.mlflowRunId).toBe('run-v1');
    rollOut(cluster, 'blue');
    expect(tell(cluster, { aliases: { champion: 'v1' } })).toBe('--champion v1');
    expect(cluster.condition('Tracked')?.message).toBe(
      'http://mlflow:5000 shows what is decided: v1 is run run-v1; champion is v1',
    );
    expect(runningRegisterJobs(cluster)).toBe(0);
  });

  test('the challenger is who comes up, and the champion who gets the traffic, one Job after the other', async () => {
    const cluster = tracked();
    train(cluster, 'v1', toldBy('v1'));
    rollOut(cluster, 'blue');
    tell(cluster, { aliases: { champion: 'v1' } });
    cluster.edit('a better candidate is asked for', (spec) => (spec.training!.params.rounds = 300));
    cluster.settle();
    train(cluster, 'v2', toldBy('v2'));
    const first = registerJob(cluster);
    expect(argsOf(first)).toBe('--challenger v2');
    rollOut(cluster, 'green');
    // Traffic goes to v2 by now: no second Job runs beside the first.
    expect(registerJob(cluster).metadata.name).toBe(first.metadata.name);
    tell(cluster, { aliases: { challenger: 'v2' } });
    expect(tell(cluster, { aliases: { champion: 'v2', challenger: null } })).toBe(
      '--champion v2 --challenger none',
    );
    expect(cluster.condition('Tracked')).toMatchObject({ status: 'True' });
    cluster.edit('back to v1', (spec) => (spec.promotion.version = 'v1'));
    cluster.settle();
    expect(tell(cluster, { aliases: { champion: 'v1', challenger: 'v2' } })).toBe(
      '--champion v1 --challenger v2',
    );
    await expect(cluster.log.join('\n')).toMatchFileSnapshot('tracking.golden.txt');
  });

  test('a version that passed and waits for a person is the challenger', () => {
    const cluster = tracked();
    train(cluster, 'v1', toldBy('v1'));
    rollOut(cluster, 'blue');
    tell(cluster, { aliases: { champion: 'v1' } });
    cluster.edit('a person decides from now on', (spec) => {
      spec.promotion.policy = 'Manual';
      spec.training!.params.rounds = 300;
    });
    cluster.settle();
    train(cluster, 'v2', toldBy('v2'));
    expect(argsOf(registerJob(cluster))).toBe('--challenger v2');
  });

  test('what a training could not tell is told by a Job, and one that fails is made again once it is gone', () => {
    const cluster = tracked();
    train(cluster, 'v1');
    const job = registerJob(cluster);
    expect(argsOf(job)).toBe('--versions v1');
    expect(cluster.condition('Tracked')).toMatchObject({ status: 'False', reason: 'Tracking' });
    const message = 'MLflow at http://mlflow:5000: POST ... got no answer';
    cluster.finishJob(job, { kind: 'failure', exitCode: 1, message });
    cluster.settle();
    expect(cluster.condition('Tracked')).toMatchObject({ status: 'False', reason: 'TrackingFailed' });
    expect(cluster.condition('Tracked')?.message).toContain(message);
    expect(runningRegisterJobs(cluster)).toBe(0);
    cluster.stores.jobs.delete(cluster.stores.jobs.get(`shop/${job.metadata.name}`) as Job);
    cluster.settle();
    tell(cluster, { versions: [{ version: 'v1', runId: 'late', passed: true }] });
    expect(cluster.model.status?.versions?.[0]?.mlflowRunId).toBe('late');
  });

  test('MLflow that is gone holds up neither training nor rollout', () => {
    const cluster = tracked();
    train(cluster, 'v1');
    cluster.finishJob(registerJob(cluster), { kind: 'failure', exitCode: 1, message: 'gone' });
    cluster.settle();
    rollOut(cluster, 'blue');
    cluster.giveAddress('20.1.2.3');
    cluster.settle();
    expect(cluster.condition('Ready')).toMatchObject({ status: 'True', reason: 'Serving' });
    expect(cluster.condition('Reconciling')).toBeUndefined();
    expect(cluster.condition('Stalled')).toBeUndefined();
  });

  test('a version whose files are gone is passed over and told of', () => {
    const cluster = tracked();
    train(cluster, 'v1');
    tell(cluster, { skipped: [{ version: 'v1', message: 'model.ubj is gone' }] });
    expect(runningRegisterJobs(cluster)).toBe(0);
    expect(cluster.condition('Tracked')?.message).toContain('v1 is passed over: model.ubj is gone');
    rollOut(cluster, 'blue');
    expect(runningRegisterJobs(cluster)).toBe(0);
  });

  test('other gates are other verdicts, which MLflow is told of', () => {
    const cluster = tracked();
    train(cluster, 'v1', toldBy('v1'));
    cluster.edit('more is asked for', (spec) => (spec.gates = [{ metric: 'auc', min: '0.999' }]));
    cluster.settle();
    expect(tell(cluster, { versions: [{ version: 'v1', runId: 'run-v1', passed: false }] })).toBe(
      '--versions v1',
    );
    expect(runningRegisterJobs(cluster)).toBe(0);
  });

  test('another server is told everything anew; what the old one was told counts for nothing there', () => {
    const cluster = tracked();
    train(cluster, 'v1', toldBy('v1'));
    rollOut(cluster, 'blue');
    tell(cluster, { aliases: { champion: 'v1' } });
    cluster.edit('MLflow moves', (spec) => (spec.tracking!.mlflow!.trackingUri = 'http://elsewhere'));
    cluster.settle();
    expect(argsOf(registerJob(cluster))).toBe('--versions v1 --champion v1');
    expect(cluster.model.status?.versions?.[0]).not.toHaveProperty('mlflowRunId');
  });

  test('without a registered model there are no aliases, and without tracking there is no condition', () => {
    const { registeredModel: _none, ...unregistered } = MLFLOW;
    const cluster = tracked({ tracking: { mlflow: unregistered } });
    train(cluster, 'v1', toldBy('v1'));
    rollOut(cluster, 'blue');
    expect(runningRegisterJobs(cluster)).toBe(0);
    cluster.edit('no MLflow any more', (spec) => delete spec.tracking);
    cluster.settle();
    expect(cluster.condition('Tracked')).toBeUndefined();
  });

  test('a Job whose pod waits for a Secret says so, and gives way once the spec names another', () => {
    const cluster = tracked();
    train(cluster, 'v1');
    const job = registerJob(cluster);
    const waiting = { reason: 'CreateContainerConfigError', message: 'secret "stockout-mlflow" not found' };
    const owner = {
      apiVersion: 'batch/v1',
      kind: 'Job',
      name: job.metadata.name,
      uid: job.metadata.uid ?? '',
      controller: true,
    };
    cluster.put(cluster.stores.pods, {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: {
        name: 'waiting',
        namespace: 'shop',
        labels: job.metadata.labels ?? {},
        ownerReferences: [owner],
      },
      status: {
        phase: 'Pending',
        containerStatuses: [{ name: 'register', ready: false, restartCount: 0, state: { waiting } }],
      },
    });
    cluster.settle();
    expect(cluster.condition('Tracked')?.message).toContain('secret "stockout-mlflow" not found');
    cluster.edit('another Secret', (spec) => (spec.tracking!.mlflow!.secretRef = { name: 'stockout-other' }));
    cluster.settle();
    expect(registerJob(cluster).metadata.name).not.toBe(job.metadata.name);
  });

  test('a refused candidate is registered with its verdict and becomes no challenger', () => {
    const cluster = tracked();
    train(cluster, 'v1', toldBy('v1'));
    rollOut(cluster, 'blue');
    tell(cluster, { aliases: { champion: 'v1' } });
    cluster.edit('a hopeless candidate', (spec) => (spec.training!.params.rounds = 1));
    cluster.settle();
    train(cluster, 'v2', {
      metrics: POOR,
      champion: { version: 'v1', metrics: GOOD },
      ...toldBy('v2', false),
    });
    expect(runningRegisterJobs(cluster)).toBe(0);
    expect(cluster.model.status?.versions?.map(({ mlflowRunId }) => mlflowRunId)).toEqual([
      'run-v2',
      'run-v1',
    ]);
  });
});

function imported(source: NonNullable<StockoutModel['spec']['source']>): FakeCluster {
  return tracked({ training: undefined, source } as Parameters<typeof aModel>[0]);
}

describe('a model that comes from elsewhere', () => {
  test('is imported by a Job in place of the training, and goes the same way', () => {
    const cluster = imported({ mlflow: { modelUri: 'models:/elsewhere@champion' } });
    const job = cluster.runningJob('retail-train');
    const [container] = job.spec.template.spec.containers;
    expect(container?.args.slice(0, 3)).toEqual(['import', '--model', 'models:/elsewhere@champion']);
    expect(container?.envFrom).toEqual([{ secretRef: { name: 'stockout-mlflow' } }]);
    train(cluster, 'v1', toldBy('v1'));
    rollOut(cluster, 'blue');
    expect(cluster.serving).toBe('v1');
    cluster.edit('another file', (spec) => (spec.source = { uri: 'https://models.example/m.ubj' }));
    cluster.settle();
    expect(cluster.runningJob('retail-train').metadata.name).not.toBe(job.metadata.name);
  });
});

test('the digest of a target tells servers, experiments and registered models apart, and overlooks a last slash', () => {
  const digests = [
    MLFLOW,
    { ...MLFLOW, trackingUri: 'http://other:5000' },
    { ...MLFLOW, experiment: 'other' },
    { ...MLFLOW, registeredModel: undefined },
  ].map(digestOfTarget);
  expect(new Set(digests).size).toBe(4);
  expect(digestOfTarget({ ...MLFLOW, trackingUri: 'http://mlflow:5000/' })).toBe(digests[0]);
});
