import type { StockoutModel } from '@stockout/crds';
import { describe, expect, test } from 'vitest';
import { aModel } from '../testing/builders.ts';
import { evaluateRunName, trainingRunName } from './run-names.ts';

const model = aModel();
const run = trainingRunName(model);

describe('another version is asked for', () => {
  test.each<[string, (changed: StockoutModel) => unknown, boolean]>([
    ['by other params', ({ spec }) => (spec.training!.params.eta = '0.1'), true],
    ['by another split', ({ spec }) => (spec.training!.split.testDays = 7), true],
    ['by another version of the data', ({ spec }) => (spec.data.version = 3), true],
    ['by another horizon', ({ spec }) => (spec.data.horizonDays = 3), true],
    [
      'by another threshold, since the gates are measured at it',
      ({ spec }) => (spec.serving.threshold.value = '0.4'),
      true,
    ],
    [
      'by the annotation',
      ({ metadata }) => (metadata.annotations = { 'stockout.dev/retrain-requested-at': '1' }),
      true,
    ],
    ['by a model of the same name made anew', ({ metadata }) => (metadata.uid = 'another'), true],
    [
      'not by the resources of the Job',
      ({ spec }) => (spec.training!.resources = { limits: { cpu: 4 } }),
      false,
    ],
    [
      'not by the nodes that the Job may run on',
      ({ spec }) => {
        spec.training!.nodeSelector = { pool: 'training' };
        spec.training!.tolerations = [{ operator: 'Exists' }];
      },
      false,
    ],
    ['not by how often it is tried', ({ spec }) => (spec.training!.backoffLimit = 9), false],
    ['not by gates', ({ spec }) => (spec.gates = [{ metric: 'auc', min: '0.5' }]), false],
    ['not by replicas', ({ spec }) => (spec.serving.replicas = 9), false],
    ['not by a pin', ({ spec }) => (spec.promotion.version = 'v1'), false],
  ])('%s', (_name, change, expected) => {
    const changed = structuredClone(model);
    change(changed);
    expect(trainingRunName(changed) !== run).toBe(expected);
  });
});

const named = (name: string, version: string, uid = 'uid-1'): string =>
  evaluateRunName(aModel({}, { name, uid }), { version, champion: 'v1' });

describe('the name of a comparison', () => {
  test('says which versions', () => {
    expect(named('retail', 'v12')).toMatch(/^retail-evaluate-v12-against-v1-[0-9a-f]{5}$/);
  });

  test.each(['retail', 'a'.repeat(40)])('is another one once %s is made again', (name) => {
    expect(named(name, 'v12', 'uid-2')).not.toBe(named(name, 'v12'));
  });

  test('fits into a label of its pod, however long the names are, and tells pairs apart', () => {
    const names = ['v2', 'v100000', 'v100001'].map((version) => named('a'.repeat(40), version));
    expect(Math.max(...names.map(({ length }) => length))).toBeLessThanOrEqual(63);
    expect(new Set(names).size).toBe(3);
  });
});
