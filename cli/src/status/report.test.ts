import type { Condition, StockoutModel } from '@stockout/crds';
import { readManifests } from '@stockout/crds/manifest';
import type { Pod } from '@stockout/operator/outlook';
import { expect, test } from 'vitest';
import { describeModel } from './describe-model.ts';
import { reportOf } from './report.ts';
import type { Sight } from './sight.ts';

const NOW = new Date('2026-11-23T12:00:00Z');
const [MODEL] = readManifests(
  `apiVersion: stockout.dev/v1alpha1
kind: StockoutModel
metadata: { name: retail, namespace: shop }
spec: { storage: { uri: 's3://bucket' }, training: {} }
`,
  'the test',
).models;

function sight(changes: Partial<Sight> = {}, conditions: Condition[] = []): Sight {
  const { metadata, spec, ...kind } = MODEL as StockoutModel;
  const status = { observedGeneration: conditions.length === 0 ? 0 : 4, conditions };
  const model = { ...kind, metadata: { ...metadata, generation: 4 }, spec, status };
  const nothing = { scoringJobs: [], pods: [], deployments: [], services: [], jobs: [], hidden: [] };
  return { model, ...nothing, ...changes };
}

function condition(type: string, status: 'True' | 'False', reason: string, message: string): Condition {
  return { type, status, reason, message, lastTransitionTime: '2026-11-23T11:00:00Z' };
}

function pod(changes: Partial<Pod['status']>, metadata: Partial<Pod['metadata']> = {}): Pod {
  const labels = { 'stockout.dev/color': 'blue', 'stockout.dev/version': 'v1' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'retail-blue-1', namespace: 'shop', labels, ...metadata },
    status: { phase: 'Running', ...changes },
  };
}

test('a model that no operator has seen is told so', () => {
  const report = reportOf(sight(), NOW);
  expect(report).toMatchObject({ ready: false, reason: 'NotSeenYet' });
  expect(describeModel(report, NOW)).toBe(
    ['shop/retail: not Ready, NotSeenYet: the operator has not seen it yet: does it', 'run?'].join('\n'),
  );
});

/** Serves v1, with a training due at a time. */
function serving(generation: number, nextTrainingTime?: string): Sight {
  const seen = sight({}, [condition('Ready', 'True', 'Serving', 'v1 serves')]);
  const { metadata, status } = seen.model;
  const next = nextTrainingTime === undefined ? {} : { nextTrainingTime };
  return {
    ...seen,
    model: { ...seen.model, metadata: { ...metadata, generation }, status: { ...status, ...next } },
  };
}

test('a spec that no operator has seen is told before all else, and nothing is said to come after it', () => {
  const unseen = 'NotSeenYet: the operator has not seen the newest spec yet: does it run?';
  const behind = reportOf(serving(9), NOW);
  expect(behind.isBehind).toBe(true);
  expect(describeModel(behind, NOW)).toContain(`now\n   └─ ${unseen}`);
  expect(describeModel(behind, NOW)).not.toContain('next');
  expect(describeModel(reportOf(serving(4), NOW), NOW)).toBe(
    'shop/retail: Ready: v1 serves\n└─ next: nothing by itself',
  );
});

test('a model that is being deleted waits for no operator to see its spec', () => {
  const deleted = serving(5);
  deleted.model.metadata.deletionTimestamp = '2026-11-23T11:59:00Z';
  expect(reportOf(deleted, NOW)).toMatchObject({ isBehind: false, now: [] });
});

test('a training that is overdue is told with how long', () => {
  const report = reportOf(serving(4, '2026-11-23T03:00:00Z'), NOW);
  expect(report.next).toMatchObject([{ at: '2026-11-23T03:00:00Z', isOverdue: true }]);
  expect(describeModel(report, NOW)).toContain('2026-11-23T03:00:00Z (9h ago): a training was due');
});

test('what two conditions say is told once, and what is as it should be is not', () => {
  const trained = 'v2 was trained';
  const runs = 'the training runs';
  const report = reportOf(
    sight({}, [
      condition('Ready', 'True', 'Serving', 'v1 serves'),
      condition('Trained', 'False', 'Training', runs),
      condition('GatesPassed', 'True', 'GatesPassed', trained),
      condition('Recovered', 'True', 'RecoveredInPart', 'v0 is passed over'),
      condition('Reconciling', 'True', 'Training', runs),
    ]),
    NOW,
  );
  expect(report.now).toEqual([
    { reason: 'Training', message: runs },
    { reason: 'RecoveredInPart', message: 'v0 is passed over', todo: expect.any(String) as string },
  ]);
});

const drift = (status: 'True' | 'False', reason: string) =>
  reportOf(sight({}, [condition('DriftDetected', status, reason, 'price 0.88')]), NOW).now;

test('drift is told from its first sign on, with what to do once it is found; that there is none is not', () => {
  expect(drift('False', 'NoDrift')).toEqual([]);
  expect(drift('False', 'DriftSuspected')).toEqual([{ reason: 'DriftSuspected', message: 'price 0.88' }]);
  expect(drift('True', 'DriftDetected')).toMatchObject([
    { reason: 'DriftDetected', todo: expect.stringContaining('stockout retrain retail') as string },
  ]);
});

test('a pod that does not get going says why, and one that is deleted that it ends', () => {
  const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
  const stuck = { name: 'predictor', ready: false, restartCount: 1, state: { waiting } };
  const pods = [
    pod({ phase: 'Pending', containerStatuses: [stuck] }),
    pod({}, { name: 'retail-blue-0', deletionTimestamp: '2026-11-23T11:59:00Z' }),
  ];
  const text = describeModel(reportOf(sight({ pods }), NOW), NOW);
  expect(text).toContain('retail-blue-0: not ready, 0 restarts: it ends');
  expect(text).toContain('retail-blue-1: not ready, 1 restart: ImagePullBackOff: no such image');
});

test('what may not be read is named, so that nobody takes it for absent', () => {
  const text = describeModel(reportOf(sight({ hidden: ['deployments', 'pods'] }), NOW), NOW);
  expect(text).toContain('├─ you may not read deployments here: they are not shown');
  expect(text).toContain('└─ you may not read pods here: they are not shown');
  expect(text).toContain('├─ next: not known');
});
