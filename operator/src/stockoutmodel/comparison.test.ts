import { beforeEach, describe, expect, test } from 'vitest';
import { GOOD, POOR } from '../testing/builders.ts';
import { ComparedModel, compared, RELATIVE } from './compared-model.test-support.ts';

let cluster: ComparedModel;

beforeEach(() => {
  cluster = new ComparedModel();
});

describe('a version that was compared with another champion than the one that serves', () => {
  test('is compared with that one by a Job, and serves when it is no worse', () => {
    cluster.v3MissedV2();
    cluster.automatic();
    expect(cluster.evaluateJobs()).toEqual(['retail-evaluate-v3-against-v2-b9804']);
    expect(cluster.running().spec.template.spec.containers[0]?.args).toEqual(
      'evaluate -f /etc/stockout/manifest.yaml --storage file:///var/lib/stockout --version v3 --against v2 --gates report --result-file /dev/termination-log'.split(
        ' ',
      ),
    );
    expect(cluster.told('GatesPassed')).toBe(
      'False Comparing: v3 is compared with v2, which serves: retail-evaluate-v3-against-v2-b9804 runs',
    );
    expect(cluster.told('Reconciling')).toMatch(/^True Comparing: v3 is compared with v2/);
    expect(cluster.told('Ready')).toMatch(/^True Serving: v2 serves/);

    cluster.finishJob(cluster.running(), compared('v3', 'v2'));
    cluster.settle();
    expect(cluster.records()).toEqual(['retail-v3-against-v2']);
    expect(cluster.told('GatesPassed')).toBe('True GatesPassed: v3 passed all 2 gates');
    cluster.bringAllUp();
    expect(cluster.serving).toBe('v3');
  });

  test('is refused with the figures when it is worse, and a wider gate needs no other Job', () => {
    cluster.v3MissedV2();
    cluster.automatic();
    cluster.finishJob(cluster.running(), compared('v3', 'v2', GOOD, { ...GOOD, auc: 0.9999 }));
    cluster.settle();
    expect(cluster.told('GatesPassed')).toBe(
      'False GatesFailed: v3 is refused: auc 0.9935 against 0.9999 of the serving v2 is worse by 0.0064, more than 0.005; v2 keeps serving',
    );
    cluster.edit('a wider gate', (spec) => (spec.gates = [{ ...RELATIVE, maxDropFromServing: '0.01' }]));
    cluster.settle();
    cluster.bringAllUp();
    expect(cluster.serving).toBe('v3');
    expect(cluster.evaluateJobs()).toHaveLength(1);
  });

  test('is not compared when another gate refuses it anyway', () => {
    cluster.v3MissedV2({ metrics: POOR });
    cluster.automatic();
    expect(cluster.evaluateJobs()).toEqual([]);
    expect(cluster.told('GatesPassed')).toMatch(
      /^False GatesFailed: v3 is refused: auc 0.8000 is below the minimum/,
    );
  });

  test('is not compared while a person decides what serves, and a pin goes by the comparison of its own day', () => {
    cluster.v3MissedV2();
    cluster.pin(undefined);
    expect(cluster.evaluateJobs()).toEqual([]);
    cluster.pin('v3');
    cluster.bringAllUp();
    expect(cluster.serving).toBe('v3');
    expect(cluster.evaluateJobs()).toEqual([]);
  });

  test('is told of beside the newest version, when that one is refused', () => {
    cluster.v3MissedV2();
    cluster.trainNext('v4', { metrics: POOR, champion: { version: 'v2', metrics: GOOD } });
    cluster.automatic();
    expect(cluster.evaluateJobs()).toEqual(['retail-evaluate-v3-against-v2-b9804']);
    expect(cluster.told('GatesPassed')).toMatch(
      /^False GatesFailed: v4 is refused: auc 0.8000.*; v2 keeps serving; v3 is compared with v2, which serves: /,
    );
  });

  test('may be gone back to later, by the comparison that let it serve', () => {
    cluster.v3MissedV2({ champion: { version: 'v1', metrics: { ...GOOD, auc: 0.9999 } } });
    cluster.automatic();
    cluster.finishJob(cluster.running(), compared('v3', 'v2'));
    cluster.settle();
    cluster.bringAllUp();
    cluster.trainNext('v4', { champion: { version: 'v3', metrics: GOOD } });
    cluster.bringAllUp();
    expect(cluster.serving).toBe('v4');
    cluster.pin('v3');
    cluster.bringAllUp();
    expect(cluster.serving).toBe('v3');
  });
});

test('a comparison waits for the training that runs, and is not begun when that makes a better one', () => {
  cluster.v3MissedV2();
  cluster.ask('v4');
  cluster.automatic();
  expect(cluster.evaluateJobs()).toEqual([]);
  expect(cluster.told('GatesPassed')).toBe(
    'False Comparing: v3 is to be compared with v2, which serves, once the training that is under way has ended',
  );
  cluster.train('v4', { champion: { version: 'v2', metrics: GOOD } });
  cluster.bringAllUp();
  expect(cluster.serving).toBe('v4');
  expect(cluster.evaluateJobs()).toEqual([]);
});

test('a comparison waits for the rollout of a version that passes, and is made with that one', () => {
  cluster.v3MissedV2({ champion: { version: 'v2', metrics: GOOD } });
  cluster.trainNext('v4', { champion: { version: 'v1', metrics: GOOD } });
  cluster.automatic();
  expect(cluster.told('RolledOut')).toMatch(/^False RollingOut: v3/);
  expect(cluster.told('GatesPassed')).toBe(
    'False Comparing: v4 is to be compared with v2, which serves, once the rollout that is under way has ended',
  );
  expect(cluster.evaluateJobs()).toEqual([]);
  cluster.bringAllUp();
  expect(cluster.serving).toBe('v3');
  expect(cluster.evaluateJobs()).toEqual(['retail-evaluate-v4-against-v3-b9804']);
});

test('a comparison goes with the record of its version', () => {
  cluster.v3MissedV2();
  cluster.automatic();
  cluster.finishJob(cluster.running(), compared('v3', 'v2', POOR));
  cluster.settle();
  expect(cluster.records()).toEqual(['retail-v3-against-v2']);
  cluster.edit('few versions are kept', (spec) => (spec.versionHistoryLimit = 1));
  cluster.settle();
  cluster.trainNext('v4', { metrics: POOR, champion: { version: 'v2', metrics: GOOD } });
  cluster.settle();
  expect(cluster.records()).toEqual([]);
});
