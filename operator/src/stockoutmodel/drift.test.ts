import { expect, test } from 'vitest';
import { aModel } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { aDriftCount } from '../testing/played-answers.ts';
import {
  drifting,
  FOUND,
  later,
  marks,
  MINUTES,
  MOVED,
  rollOut,
  served,
  told,
  train,
} from './played-drift.test-support.ts';

const DAYS = 86_400;

test('a model that asks for no drift is told nothing of it, and its pods are not asked', () => {
  const cluster = new FakeCluster(aModel());
  cluster.settle();
  train(cluster, 'v1');
  rollOut(cluster, 'blue');
  cluster.answers.drift = MOVED;
  expect(cluster.settle().questions.filter(({ about }) => about === 'drift')).toEqual([]);
  expect(told(cluster)).toBe('nothing');
});

test('drift is suspected when it is seen, and found once it has lasted for ten minutes', () => {
  const cluster = served();
  expect(told(cluster)).toBe('False NoDrift');
  cluster.answers.drift = MOVED;
  cluster.settle();
  expect(cluster.condition('DriftDetected')).toMatchObject({
    status: 'False',
    reason: 'DriftSuspected',
    message:
      'v1 may be asked about other rows than it learned from: population stability index of price 0.88 at 2026-11-23T12:00:00Z; it counts if it lasts until 2026-11-23T12:10:00Z',
  });
  expect(told(later(cluster, 9 * MINUTES))).toBe('False DriftSuspected');
  expect(told(later(cluster, MINUTES))).toBe('True DriftDetected');
  expect(cluster.condition('DriftDetected')).toMatchObject({
    lastTransitionTime: '2026-11-23T12:10:00Z',
    message: `${FOUND}; to train a version: the annotation stockout.dev/retrain-requested-at, or spec.monitoring.drift.retrain`,
  });
});

test('rows that are odd for a moment are no drift: the time begins anew', () => {
  const cluster = served();
  cluster.answers.drift = MOVED;
  later(cluster, 9 * MINUTES);
  cluster.answers.drift = aDriftCount();
  expect(told(later(cluster, MINUTES))).toBe('False NoDrift');
  cluster.answers.drift = MOVED;
  expect(told(later(cluster, MINUTES))).toBe('False DriftSuspected');
});

test('what all pods count is added up: that each sees other shops is no drift', () => {
  const cluster = served({}, { serving: { replicas: 2 } });
  const [a = '', b = ''] = [...cluster.stores.pods.values()]
    .map(({ metadata }) => metadata.name)
    .filter((name) => name.startsWith('retail-blue-'));
  cluster.answers.driftOf.set(a, aDriftCount({ price: [1000, 0, 0] }));
  cluster.answers.driftOf.set(b, aDriftCount({ price: [0, 1000, 0] }));
  cluster.settle();
  expect(told(cluster)).toBe('False NoDrift');
  cluster.answers.driftOf.set(a, MOVED);
  cluster.settle();
  expect(told(cluster)).toBe('False DriftSuspected');
});

test('it is over when enough rows show so, and not while the index hovers about the threshold', () => {
  const cluster = drifting(served({ psiThreshold: '0.9' }));
  expect(told(cluster)).toBe('False NoDrift');
  cluster.edit('a lower threshold', (spec) => (spec.monitoring!.drift!.psiThreshold = '0.85'));
  expect(told(later(drifting(cluster), MINUTES))).toBe('True DriftDetected');
  cluster.edit('a threshold a little above', (spec) => (spec.monitoring!.drift!.psiThreshold = '0.9'));
  expect(told(later(cluster, MINUTES))).toBe('True DriftDetected');
  cluster.answers.drift = aDriftCount();
  expect(told(later(cluster, MINUTES))).toBe('False NoDrift');
});

test('an index that is below the threshold by now is not told as one above it', () => {
  const cluster = drifting(served({ psiThreshold: '0.8' }));
  cluster.answers.drift = aDriftCount({ price: [120, 880, 0] });
  expect(told(later(cluster, 60 * MINUTES))).toBe('True DriftDetected');
  const message = cluster.condition('DriftDetected')?.message;
  expect(message).toContain(
    'index of price 0.76 at 2026-11-23T13:10:00Z; it has counted since 2026-11-23T12:00:00Z, and does until none is above 0.72, nine tenths of the threshold;',
  );
});

test.each<[string, (cluster: FakeCluster) => void, string]>([
  ['too few rows', ({ answers }) => (answers.drift = aDriftCount({}, 249)), 'fewer than 500 rows'],
  [
    'a pod that does not answer',
    ({ answers }) => {
      answers.drift = new Error('it answered 500');
      answers.failingSince = Date.parse('2026-11-23T11:57:00Z');
    },
    'no pod of v1 tells it: it answered 500',
  ],
  [
    'a training of few rows',
    ({ answers }) => (answers.drift = aDriftCount({}, 1000, [100, 100, 0])),
    'v1 has no histograms of its training to compare with',
  ],
])('with %s nothing can be told, and the time begins anew; what was found stays found', (_, change, why) => {
  const cluster = served();
  change(cluster);
  cluster.settle();
  expect(told(cluster)).toBe('Unknown DriftUnknown');
  expect(cluster.condition('DriftDetected')?.message).toContain(why);
  const found = drifting(served());
  change(found);
  found.settle();
  expect(found.condition('DriftDetected')?.message).toContain(FOUND);
});

test('a pod that fails to answer for a moment counts with what it said before', () => {
  const cluster = served();
  cluster.answers.drift = MOVED;
  cluster.settle();
  cluster.answers.driftFailing = { since: cluster.now.getTime(), error: 'no answer in time' };
  expect(told(later(cluster, 2 * MINUTES))).toBe('False DriftSuspected');
  expect(told(later(cluster, MINUTES))).toBe('Unknown DriftUnknown');
});

test('an operator that has asked nobody yet says what the one before said, and goes on with its time', () => {
  const cluster = served();
  cluster.answers.drift = MOVED;
  cluster.settle();
  const before = cluster.model.status;
  cluster.answers.askedSince = undefined;
  later(cluster, 5 * MINUTES);
  expect(cluster.model.status).toEqual(before);
  cluster.answers.askedSince = 0;
  expect(told(later(cluster, 5 * MINUTES))).toBe('True DriftDetected');
  const found = cluster.model.status;
  cluster.answers.askedSince = undefined;
  later(cluster, MINUTES);
  expect(cluster.model.status).toEqual(found);
});

test('an operator that dies before it has written the finding finds it again, and nothing is written twice', () => {
  const cluster = served();
  cluster.answers.drift = MOVED;
  cluster.step(0);
  expect(told(cluster)).toBe('False NoDrift');
  cluster.settle();
  cluster.pass(10 * MINUTES);
  cluster.step(0);
  cluster.settle();
  expect(told(cluster)).toBe('True DriftDetected');
  const writes = cluster.log.filter((line) => line.startsWith('apply ConfigMap retail-v1'));
  expect(writes).toHaveLength(2);
});

test('figures that move a little are not written each time, but once an hour', () => {
  const cluster = drifting(served());
  const { status } = cluster.model;
  cluster.answers.drift = aDriftCount({ price: [120, 880, 0] });
  later(cluster, 50 * MINUTES);
  expect(cluster.model.status).toEqual(status);
  later(cluster, 10 * MINUTES);
  expect(cluster.condition('DriftDetected')).toMatchObject({
    lastTransitionTime: '2026-11-23T12:10:00Z',
    message: expect.stringContaining(
      'price 0.76 at 2026-11-23T13:10:00Z; it has counted since 2026-11-23T12:00:00Z',
    ),
  });
});

test('another version that serves begins without it, and nothing of it is left when it is asked for no more', () => {
  const cluster = drifting(served());
  cluster.edit('another version', (spec) => (spec.training!.params.rounds = 300));
  cluster.settle();
  train(cluster, 'v2');
  cluster.answers.drift = undefined;
  rollOut(cluster, 'green');
  expect(cluster.serving).toBe('v2');
  expect(told(cluster)).toBe('Unknown DriftUnknown');
  expect(marks(cluster)).toEqual([]);
  cluster.answers.drift = MOVED;
  cluster.settle();
  expect(marks(cluster)).toEqual(['retail-v2']);
  cluster.edit('no drift', (spec) => delete spec.monitoring);
  cluster.settle();
  expect(told(cluster)).toBe('nothing');
  expect(marks(cluster)).toEqual([]);
});

test.each([
  ['rows that are alike', aDriftCount(), 'False NoDrift'],
  ['a sign', MOVED, 'False DriftSuspected'],
  ['too few rows', aDriftCount({}, 10), 'Unknown DriftUnknown'],
])('after a switch nothing is said of the version before, of which %s told', (_, drift, before) => {
  const cluster = served();
  cluster.edit('another version', (spec) => (spec.training!.params.rounds = 300));
  cluster.answers.drift = drift;
  cluster.settle();
  train(cluster, 'v2');
  expect(told(cluster)).toBe(before);
  cluster.answers.drift = undefined;
  rollOut(cluster, 'green');
  expect(cluster.serving).toBe('v2');
  expect(cluster.condition('DriftDetected')).toMatchObject({
    status: 'Unknown',
    message: 'the pods of v2 are asked',
  });
});

test('while the model is paused it says what it said, and goes on with its time afterwards', () => {
  const cluster = served();
  cluster.answers.drift = MOVED;
  cluster.settle();
  pause(cluster, 'true');
  expect(told(later(cluster, 10 * MINUTES))).toBe('False DriftSuspected');
  pause(cluster, 'false');
  expect(told(cluster)).toBe('True DriftDetected');
});

test('a clock that was set back begins the time anew', () => {
  const cluster = served();
  cluster.answers.drift = MOVED;
  cluster.settle();
  cluster.pass(-DAYS);
  cluster.settle();
  expect(told(later(cluster, 10 * MINUTES))).toBe('True DriftDetected');
});

function pause(cluster: FakeCluster, paused: string): void {
  const { model, stores } = cluster;
  const annotations = { 'stockout.dev/paused': paused };
  cluster.put(stores.models, { ...model, metadata: { ...model.metadata, annotations } });
  cluster.settle();
}
