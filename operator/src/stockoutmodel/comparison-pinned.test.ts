import { beforeEach, describe, expect, test } from 'vitest';
import { POOR } from '../testing/builders.ts';
import { ComparedModel, compared } from './compared-model.test-support.ts';

let cluster: ComparedModel;

beforeEach(() => {
  cluster = new ComparedModel();
});

describe('a pinned version that was never compared, though something serves', () => {
  beforeEach(() => {
    // Both were trained before anything served.
    cluster.train('v1');
    cluster.trainNext('v2');
    cluster.pin('v1');
    cluster.bringAllUp();
    cluster.pin('v2');
  });

  test('is compared first, which Ready says, and then serves', () => {
    expect(cluster.evaluateJobs()).toEqual(['retail-evaluate-v2-against-v1-b9804']);
    expect(cluster.told('Ready')).toBe(
      'False Comparing: spec.promotion.version: v2 is compared with v1, which serves: retail-evaluate-v2-against-v1-b9804 runs; v1 keeps serving',
    );
    expect(cluster.told('Stalled')).toBeUndefined();
    cluster.finishJob(cluster.running(), compared('v2', 'v1'));
    cluster.settle();
    cluster.bringAllUp();
    expect(cluster.serving).toBe('v2');
    expect(cluster.told('Ready')).toMatch(/^True Serving/);
  });

  test('is refused by what the comparison shows', () => {
    cluster.finishJob(cluster.running(), compared('v2', 'v1', POOR));
    cluster.settle();
    expect(cluster.told('Ready')).toMatch(
      /^False PinnedVersionRefused: .*v2 did not pass its gates: auc 0.8000 against 0.9935 of the serving v1 is worse/,
    );
    expect(cluster.serving).toBe('v1');
  });

  test.each([
    ['is refused until its storage is back', { cause: 'storage' as const }, undefined],
    [
      'is refused, and stalls, when the comparison fails of itself',
      {},
      expect.stringMatching(/^True PinnedVersionRefused: /),
    ],
  ])('%s', (_, cause, stalled) => {
    cluster.finishJob(cluster.running(), { kind: 'failure', exitCode: 1, message: 'no answer', ...cause });
    cluster.settle();
    expect(cluster.told('Ready')).toMatch(
      /^False PinnedVersionRefused: .*v2 could not be compared with v1.*no answer/,
    );
    expect(cluster.told('Stalled')).toEqual(stalled);
  });

  test('goes back without a comparison', () => {
    cluster.pin('v1');
    expect(cluster.evaluateJobs()).toEqual([]);
    expect(cluster.told('Ready')).toMatch(/^True Serving: v1/);
  });
});
