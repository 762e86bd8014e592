import { beforeEach, describe, expect, test } from 'vitest';
import type { Job } from '../api/kubernetes.ts';
import { buildComparisonRecord } from '../resources/comparison-record.ts';
import { GOOD, POOR } from '../testing/builders.ts';
import { foreseen } from '../testing/foreseen.ts';
import { ComparedModel, compared } from './compared-model.test-support.ts';

const FAILED =
  'False ComparisonFailed: v3 could not be compared with v2, which serves: retail-evaluate-v3-against-v2-b9804 failed: no such file (change spec.training, spec.data or spec.storage, or set the annotation stockout.dev/retrain-requested-at to a new value, to try again)';

let cluster: ComparedModel;

beforeEach(() => {
  cluster = new ComparedModel();
});

describe('while two versions are compared', () => {
  beforeEach(() => {
    cluster.v3MissedV2();
    cluster.automatic();
  });

  test('a champion that changes ends the Job, whose result is not used', () => {
    const [old] = [cluster.running()];
    cluster.edit('back to v1', (spec) => (spec.promotion.version = 'v1'));
    cluster.settle();
    cluster.bringAllUp();
    expect(cluster.serving).toBe('v1');
    expect(cluster.evaluateJobs()).toEqual([]);
    cluster.put(cluster.stores.jobs, old as Job);
    cluster.finishJob(old as Job, compared('v3', 'v2'));
    cluster.settle();
    expect(cluster.records()).toEqual([]);
    // v3 was compared with v1 by its training.
    cluster.automatic();
    cluster.bringAllUp();
    expect(cluster.serving).toBe('v3');
  });

  test('what another operator made of it already is left as it is', () => {
    const before = cluster.observe();
    cluster.finishJob(cluster.running(), compared('v3', 'v2'));
    cluster.settle();
    cluster.stepSeeing({ comparisons: before.comparisons });
    cluster.settle();
    expect(cluster.records()).toEqual(['retail-v3-against-v2']);
    expect(cluster.evaluateJobs()).toHaveLength(1);
  });

  test.each([
    ['cannot be read', 'v3 was no worse'],
    [
      'is of another pair',
      JSON.stringify({ version: 'v2', metrics: GOOD, champion: { version: 'v1', metrics: GOOD } }),
    ],
  ])('a record in the place of theirs that %s is replaced', (_, comparison) => {
    const record = buildComparisonRecord(cluster.model, compared('v3', 'v2'));
    cluster.put(cluster.stores.configMaps, { ...record, data: { comparison } });
    cluster.finishJob(cluster.running(), compared('v3', 'v2'));
    cluster.settle();
    expect(cluster.stores.configMaps.get('shop/retail-v3-against-v2')?.data).toEqual(record.data);
    expect(cluster.told('GatesPassed')).toBe('True GatesPassed: v3 passed all 2 gates');
  });

  test('a Job whose storage does not do its part is told of, and run again after ten minutes', () => {
    const message = 'the storage does not answer';
    cluster.finishJob(cluster.running(), { kind: 'failure', exitCode: 1, message, cause: 'storage' });
    expect(cluster.settle().requeueAfterMs).toBe(600_000);
    expect(cluster.told('GatesPassed')).toBe(
      'False StorageUnavailable: v3 could not be compared with v2, which serves: retail-evaluate-v3-against-v2-b9804 failed: the storage does not answer (it is tried again at 2026-11-23T12:10:00Z, or once its Job is deleted)',
    );
    expect(cluster.told('Reconciling')).toBeUndefined();
    expect(cluster.told('Ready')).toMatch(/^True Serving/);
    expect(foreseen(cluster)).toEqual([
      '12:10:00 the comparison with what serves is made again: its storage may be back',
    ]);
    cluster.pass(600);
    cluster.settle();
    expect(cluster.told('GatesPassed')).toMatch(/^False Comparing: .* runs$/);
    expect(cluster.failures()).toEqual([]);
  });

  test('a Job that fails of itself is not made again unasked, though it is gone', () => {
    cluster.failForGood();
    expect(cluster.told('GatesPassed')).toBe(FAILED);
    expect(foreseen(cluster)).toEqual([]);
    expect(cluster.failures()).toEqual(['retail-evaluate-v3-against-v2-b9804']);
    cluster.forgetComparisons();
    cluster.pass(6_000);
    expect(cluster.settle().chains.flat()).toEqual([]);
    expect(cluster.told('GatesPassed')).toBe(FAILED);
  });

  test('one that failed for good is made again once somebody asks for a training', () => {
    cluster.failForGood();
    cluster.forgetComparisons();
    const { model } = cluster;
    const annotations = { 'stockout.dev/retrain-requested-at': '1' };
    cluster.put(cluster.stores.models, { ...model, metadata: { ...model.metadata, annotations } });
    cluster.settle();
    cluster.train('v4', { metrics: POOR, champion: { version: 'v2', metrics: GOOD } });
    expect(cluster.evaluateJobs()).toEqual(['retail-evaluate-v3-against-v2-b9804']);
    expect(cluster.failures()).toEqual([]);
  });

  test('a failure goes with the pair that it is of', () => {
    cluster.failForGood();
    cluster.trainNext('v4', { champion: { version: 'v2', metrics: GOOD } });
    expect(cluster.failures()).toEqual([]);
  });

  test('a Job that failed is made again at once when the spec says how else it may run', () => {
    cluster.finishJob(cluster.running(), { kind: 'failure', exitCode: 2, message: 'too little memory' });
    cluster.settle();
    cluster.edit('more memory', (spec) => (spec.training!.resources = { limits: { memory: '8Gi' } }));
    cluster.settle();
    expect(cluster.failures()).toEqual([]);
    expect(cluster.running().spec.template.spec.containers[0]?.resources).toEqual({
      limits: { memory: '8Gi' },
    });
  });

  test('a result of other versions counts for nothing, and is not asked for again', () => {
    cluster.finishJob(cluster.running(), compared('v2', 'v1'));
    cluster.settle();
    expect(cluster.told('GatesPassed')).toMatch(/ComparisonFailed: .* compared v2 with v1 \(change spec/);
    expect(cluster.records()).toEqual([]);
    cluster.forgetComparisons();
    expect(cluster.settle().chains.flat()).toEqual([]);
  });

  test('a result that was lost is asked for again', () => {
    const job = cluster.running();
    const condition = { type: 'Complete', status: 'True', lastTransitionTime: '2026-11-23T12:00:00Z' };
    cluster.put(cluster.stores.jobs, { ...job, status: { conditions: [condition] } });
    cluster.pass(60);
    cluster.settle();
    expect(cluster.running().metadata.uid).not.toBe(job.metadata.uid);
    expect(cluster.told('GatesPassed')).toMatch(/^False Comparing: .* runs$/);
  });
});
