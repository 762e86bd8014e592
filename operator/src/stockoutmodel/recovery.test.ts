import { packResults, type RecoverResult, type TrainResult } from '@stockout/contracts';
import type { StockoutModelStatus } from '@stockout/crds';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Job } from '../api/kubernetes.ts';
import { aModel, aTrainResult } from '../testing/builders.ts';
import { FakeCluster, podOf } from '../testing/fake-cluster.ts';

type Spec = Parameters<typeof aModel>[0];

function aCluster(spec: Spec = {}, status?: StockoutModelStatus): FakeCluster {
  const model = aModel({ serving: { service: { type: 'ClusterIP' } }, ...spec });
  const cluster = new FakeCluster(status === undefined ? model : { ...model, status });
  cluster.settle();
  return cluster;
}

type Findings = Partial<Omit<RecoverResult, 'kind' | 'packed'>> & { versions?: TrainResult[] };

function found({ versions = [], ...findings }: Findings = {}): RecoverResult {
  const packed = packResults(versions);
  return { kind: 'recover', packed, absent: [], passedOver: [], left: [], ...findings };
}

function finish(cluster: FakeCluster, prefix: string, findings: Findings): void {
  // Times of Jobs have no fractions: the next one ends later.
  cluster.pass(5);
  cluster.finishJob(cluster.runningJob(prefix), found(findings));
  cluster.settle();
}

const jobs = (cluster: FakeCluster, prefix: string): Job[] =>
  [...cluster.stores.jobs.values()].filter(
    ({ metadata, status }) => metadata.name.startsWith(prefix) && status === undefined,
  );
const args = (job: Job | undefined): string => job?.spec.template.spec.containers[0]?.args.join(' ') ?? '';
const records = (cluster: FakeCluster): string[] =>
  Array.from(cluster.stores.configMaps.values(), ({ metadata }) => metadata.name).sort();
const RECOVER = 'retail-recover';
const TRAIN = 'retail-train';

/** v1 and v2 are on record, v2 serves. */
function servesV2(): FakeCluster {
  const cluster = aCluster();
  for (const [version, color] of [
    ['v1', 'blue'],
    ['v2', 'green'],
  ] as const) {
    cluster.finishJob(
      cluster.runningJob(TRAIN),
      aTrainResult(version, { run: cluster.runningJob(TRAIN).metadata.name }),
    );
    cluster.settle();
    cluster.bringUp(`retail-${color}`);
    cluster.settle();
    if (version === 'v1') cluster.edit('another', (spec) => (spec.training!.params.rounds = 300));
    cluster.settle();
  }
  cluster.pass(601);
  cluster.settle();
  return cluster;
}

function lose(cluster: FakeCluster, ...names: string[]): void {
  cluster.note(`${names.join(', ')} are deleted`);
  const { configMaps } = cluster.stores;
  for (const name of names) configMaps.delete(configMaps.get(`shop/${name}`)!);
}

describe('a model that is new', () => {
  test('is trained at once: that Job looks in storage before it begins, and there is no other', () => {
    const cluster = aCluster();
    expect(jobs(cluster, RECOVER)).toEqual([]);
    expect(args(jobs(cluster, TRAIN)[0])).toContain('--recover 10 --result-file');
    cluster.finishJob(cluster.runningJob(TRAIN), aTrainResult('v1'));
    cluster.settle();
    expect(records(cluster)).toEqual(['retail-v1']);
    expect(cluster.condition('Recovered')).toBeUndefined();
  });

  test('later trainings do not look, as versions are on record', () => {
    const cluster = aCluster();
    cluster.finishJob(cluster.runningJob(TRAIN), aTrainResult('v1'));
    cluster.settle();
    cluster.edit('another version', (spec) => (spec.training!.params.rounds = 300));
    cluster.settle();
    expect(args(jobs(cluster, TRAIN)[0])).not.toContain('--recover');
  });
});

describe('a model whose storage holds versions that the cluster knows nothing of', () => {
  test('has them on record in the place of its first training, serves the newest that passed, and is then trained', () => {
    const cluster = aCluster();
    finish(cluster, TRAIN, { versions: [aTrainResult('v7'), aTrainResult('v6')] });
    expect(records(cluster)).toEqual(['retail-recovery', 'retail-v6', 'retail-v7']);
    expect(cluster.stores.deployments.get('shop/retail-blue')?.metadata.labels).toMatchObject({
      'stockout.dev/version': 'v7',
    });
    expect(cluster.condition('Recovered')).toMatchObject({
      status: 'True',
      message: 'v7, v6 were found in file:///var/lib/stockout and put on record again',
    });
    expect(args(jobs(cluster, TRAIN)[0])).not.toContain('--recover');
  });

  test('serves what is pinned: the first training asks for it before all others', () => {
    const cluster = aCluster({ promotion: { version: 'v3' } });
    expect(args(jobs(cluster, TRAIN)[0])).toContain('--recover 9 --recover-versions v3');
    finish(cluster, TRAIN, { versions: [aTrainResult('v3'), aTrainResult('v7')] });
    cluster.bringUp('retail-blue');
    cluster.settle();
    expect(cluster.serving).toBe('v3');
  });

  test('has what one message had no room for by Jobs of their own, one after the other', () => {
    const cluster = aCluster();
    finish(cluster, TRAIN, { versions: [aTrainResult('v7')], left: ['v6', 'v5'] });
    expect(args(cluster.runningJob(RECOVER))).toContain('--versions v6 v5 --newest 0');
    finish(cluster, RECOVER, { versions: [aTrainResult('v6')], left: ['v5'] });
    expect(args(cluster.runningJob(RECOVER))).toContain('--versions v5 --newest 0');
    finish(cluster, RECOVER, { versions: [aTrainResult('v5')] });
    expect(jobs(cluster, RECOVER)).toEqual([]);
    expect(records(cluster)).toEqual(['retail-recovery', 'retail-v5', 'retail-v6', 'retail-v7']);
  });

  test('is trained only after what was found is on record, though its pod ends before its Job does', () => {
    const cluster = aCluster();
    const job = cluster.runningJob(TRAIN);
    cluster.pass(5);
    cluster.put(
      cluster.stores.pods,
      podOf(job, 0, JSON.stringify(found({ versions: [aTrainResult('v7')] }))),
    );
    cluster.settle();
    expect(cluster.stores.jobs.get(`shop/${job.metadata.name}`)).toBe(job);
    cluster.finishJob(job, found({ versions: [aTrainResult('v7')] }));
    const { chains } = cluster.step();
    expect(chains.flat().map(({ verb, object }) => `${verb} ${object.metadata.name}`)).toEqual([
      'create retail-v7',
      'apply retail-recovery',
    ]);
  });

  test('asks by a Job of its own where nothing is trained', () => {
    const cluster = aCluster({ training: { suspend: true }, promotion: { version: 'v3' } });
    expect(args(cluster.runningJob(RECOVER))).toContain('--versions v3 --newest 9');
    expect(cluster.condition('Ready')).toMatchObject({ status: 'False', reason: 'PinnedVersionRefused' });
    expect(cluster.condition('Stalled')).toBeUndefined();
    finish(cluster, RECOVER, { versions: [aTrainResult('v3')] });
    cluster.bringUp('retail-blue');
    cluster.settle();
    expect(cluster.serving).toBe('v3');
    expect(jobs(cluster, RECOVER)).toEqual([]);
  });

  test('is told of what is damaged, which does not go on record', () => {
    const cluster = aCluster({ promotion: { version: 'v3' } });
    const damaged = { version: 'v3', message: 'its manifest.json is not JSON' };
    finish(cluster, TRAIN, { versions: [aTrainResult('v2')], passedOver: [damaged] });
    expect(records(cluster)).toEqual(['retail-recovery', 'retail-v2']);
    expect(cluster.condition('Recovered')).toMatchObject({ status: 'True', reason: 'RecoveredInPart' });
    expect(cluster.condition('Recovered')?.message).toContain(
      'v3 is passed over: its manifest.json is not JSON',
    );
    expect(cluster.condition('Ready')?.message).toContain(
      'v3 is in storage and cannot be used: its manifest.json is not JSON; there are v2',
    );
  });
});

describe('records that are lost while the cluster stands', () => {
  test('all of them: what serves is not touched, nothing is trained, and they are there again', () => {
    const cluster = servesV2();
    const before = cluster.stores.deployments.get('shop/retail-green');
    cluster.stores.jobs.replace([]);
    lose(cluster, 'retail-v1', 'retail-v2');
    cluster.settle();
    expect(jobs(cluster, TRAIN)).toEqual([]);
    expect(args(cluster.runningJob(RECOVER))).toContain('--versions v2 v1 --newest 8');
    expect(cluster.condition('Trained')).toMatchObject({ status: 'False', reason: 'Recovering' });
    const run = before?.metadata.labels?.['stockout.dev/run'] ?? 'run-of-v2';
    finish(cluster, RECOVER, { versions: [aTrainResult('v2', { run }), aTrainResult('v1')] });
    expect(records(cluster)).toEqual(['retail-recovery', 'retail-v1', 'retail-v2']);
    expect(cluster.stores.deployments.get('shop/retail-green')).toBe(before);
    expect(cluster.serving).toBe('v2');
  });

  test('that of what serves alone', () => {
    const cluster = servesV2();
    cluster.stores.jobs.replace([]);
    lose(cluster, 'retail-v2');
    cluster.step();
    expect(args(cluster.runningJob(RECOVER))).toContain('--versions v2 --newest 0');
  });

  test('that of a version which nobody needs is that version forgotten, until someone pins it', () => {
    const cluster = servesV2();
    lose(cluster, 'retail-v1');
    cluster.settle();
    expect(jobs(cluster, RECOVER)).toEqual([]);
    cluster.edit('v1 is pinned', (spec) => (spec.promotion.version = 'v1'));
    cluster.settle();
    finish(cluster, RECOVER, { versions: [aTrainResult('v1')] });
    cluster.bringUp('retail-blue');
    cluster.settle();
    expect(cluster.serving).toBe('v1');
  });

  test('storage that is gone too is told, and looked at again only when the Job is gone', () => {
    const cluster = servesV2();
    cluster.stores.jobs.replace([]);
    lose(cluster, 'retail-v1', 'retail-v2');
    cluster.settle();
    const job = cluster.runningJob(RECOVER);
    cluster.pass(5);
    cluster.finishJob(job, { kind: 'failure', exitCode: 1, message: 'the storage does not answer' });
    cluster.settle();
    expect(cluster.condition('Recovered')).toMatchObject({ status: 'False', reason: 'RecoveryFailed' });
    expect(jobs(cluster, TRAIN)).toEqual([]);
    expect(cluster.serving).toBe('v2');
    cluster.stores.jobs.delete(cluster.stores.jobs.get(`shop/${job.metadata.name}`)!);
    cluster.settle();
    expect(jobs(cluster, RECOVER)).toHaveLength(1);
  });
});

test('a pin to a version that is nowhere is looked for once', () => {
  const cluster = aCluster();
  cluster.finishJob(cluster.runningJob(TRAIN), aTrainResult('v1'));
  cluster.settle();
  cluster.edit('v9 is pinned', (spec) => (spec.promotion.version = 'v9'));
  cluster.settle();
  finish(cluster, RECOVER, { absent: ['v9'] });
  cluster.stores.jobs.replace([]);
  cluster.settle();
  expect(jobs(cluster, RECOVER)).toEqual([]);
  expect(cluster.condition('Recovered')).toBeUndefined();
  expect(cluster.condition('Stalled')?.message).toBe(
    'spec.promotion.version: v9 does not exist; there are v1',
  );
});

test('whatever Jobs tell, the plans come to rest, and no name that was told is asked for again', () => {
  const name = fc.integer({ min: 1, max: 5 }).map((number) => `v${number}`);
  const names = fc.uniqueArray(name, { maxLength: 4 });
  const telling = fc.record({ versions: names, absent: names, passed: names, left: names });
  fc.assert(
    fc.property(fc.array(telling, { minLength: 1, maxLength: 4 }), name, (tellings, pin) => {
      const cluster = aCluster({ training: { suspend: true }, promotion: { version: pin } });
      const told = new Set<string>();
      for (const { versions, absent, passed, left } of tellings) {
        const [job, ...others] = jobs(cluster, RECOVER);
        expect(others).toEqual([]);
        if (job === undefined) break;
        expect(namesAsked(job).filter((each) => told.has(each))).toEqual([]);
        const passedOver = passed.map((version) => ({ version, message: 'damaged' }));
        const results = versions.map((version) => aTrainResult(version));
        finish(cluster, RECOVER, { versions: results, absent, passedOver, left });
        for (const each of [...versions, ...absent, ...passed]) told.add(each);
      }
    }),
    { numRuns: 100 },
  );
});

function namesAsked(job: Job): string[] {
  return / --versions ((?:v\d+ )*)/.exec(args(job))?.[1]?.trim().split(' ') ?? [];
}
