import type { Condition, StockoutModel } from '@stockout/crds';
import { describe, expect, test } from 'vitest';
import { type ReconcileError, StalledError, TransientError, WaitingError } from '../errors.ts';
import { trainingRunName } from '../resources/run-names.ts';
import { aModel, NOW, SETTINGS } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import { observeModel } from './observe.ts';
import { planModel } from './plan.ts';
import { modelStatusOf } from './status.ts';

const LATER = new Date('2026-11-24T12:00:00Z');

function statusOf(model: StockoutModel, error?: ReconcileError, now = LATER) {
  const cluster = new FakeCluster(model);
  const observed = observeModel(cluster.stores, 'shop/retail')!;
  return modelStatusOf(observed, planModel(observed, SETTINGS, now), error, now);
}

const conditionsOf = (...args: Parameters<typeof statusOf>): Record<string, Condition> =>
  Object.fromEntries((statusOf(...args).conditions ?? []).map((each) => [each.type, each]));
const told = (conditions: Record<string, Condition>, type: string): string | undefined =>
  conditions[type] && `${conditions[type].status} ${conditions[type].reason}: ${conditions[type].message}`;

describe('what the API server refuses', () => {
  test.each<[string, ReconcileError, ready: string, reconciling?: string, stalled?: string]>([
    [
      'for want of quota stands in Ready, and goes on',
      new TransientError('Forbidden', 'exceeded quota: jobs'),
      'False Forbidden: exceeded quota: jobs',
      'True Forbidden: exceeded quota: jobs',
    ],
    [
      'since a name is taken stands in Ready, and goes on',
      new WaitingError('NameTaken', 'the Job a exists: delete it', 10),
      'False NameTaken: the Job a exists: delete it',
      'True NameTaken: the Job a exists: delete it',
    ],
    [
      'as invalid stands in Ready until the spec changes',
      new StalledError('ChildRefused', 'limits: too low'),
      'False ChildRefused: limits: too low',
      undefined,
      'True ChildRefused: limits: too low',
    ],
    [
      "as outdated is nobody's business",
      new TransientError('Conflict', 'modified', { silent: true }),
      `False Training: the training ${trainingRunName(aModel())} starts`,
      `True Training: the training ${trainingRunName(aModel())} starts`,
    ],
  ])('%s', (_name, error, ready, reconciling, stalled) => {
    const conditions = conditionsOf(aModel(), error);
    expect(['Ready', 'Reconciling', 'Stalled'].map((type) => told(conditions, type))).toEqual([
      ready,
      reconciling,
      stalled,
    ]);
  });
});

describe('a condition', () => {
  const before: Condition[] = [
    {
      type: 'Trained',
      status: 'True',
      observedGeneration: 1,
      lastTransitionTime: '2026-11-23T12:00:00Z',
      reason: 'Trained',
      message: 'v1 was trained',
    },
    {
      type: 'Ready',
      status: 'False',
      observedGeneration: 1,
      lastTransitionTime: '2026-11-23T12:00:00Z',
      reason: 'Training',
      message: 'the training starts',
    },
  ];
  const status = { conditions: before };

  test('that cannot be judged keeps what it said and of which spec; one that never was is Unknown', () => {
    const onnx = { source: { uri: 'file:///data/model.onnx' }, training: undefined };
    const conditions = conditionsOf({ ...aModel(onnx, { generation: 2 }), status });
    expect(conditions['Trained']).toEqual(before[0]);
    expect(conditions['RolledOut']).toMatchObject({
      status: 'Unknown',
      reason: 'NotYetSupported',
      observedGeneration: 2,
    });
    expect(conditions['Ready']).toMatchObject({ reason: 'NotYetSupported', observedGeneration: 2 });
  });

  test('is dated by the last change of its status, not of its reason', () => {
    const conditions = conditionsOf({ ...aModel({}, { generation: 2 }), status }, undefined, NOW);
    expect(conditions['Ready']).toMatchObject({
      observedGeneration: 2,
      lastTransitionTime: '2026-11-23T12:00:00Z',
    });
    expect(conditionsOf({ ...aModel(), status })['Trained']).toMatchObject({
      status: 'False',
      lastTransitionTime: '2026-11-24T12:00:00Z',
    });
  });
});
