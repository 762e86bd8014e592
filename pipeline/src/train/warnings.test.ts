import type { Baseline, Manifest } from '@stockout/contracts';
import { describe, expect, it } from 'vitest';
import { evaluateScores } from '../evaluate/metrics.ts';
import type { SplitPlan } from './split-plan.ts';
import { buildWarnings, sampleWarning } from './warnings.ts';

const evaluation = evaluateScores(
  new Float32Array([0.9, 0.8, 0.3, 0.1]),
  new Float32Array([1, 0, 1, 0]),
  0.5,
);
const time = (testFrom: string, trainTo: string): SplitPlan => ({
  strategy: 'Time',
  testDays: 14,
  trainFrom: '2025-01-01',
  trainTo,
  testFrom,
  testTo: '2025-12-31',
});
const stores = (seed: number): SplitPlan => ({
  strategy: 'Store',
  testFraction: 0.2,
  groups: 10,
  testGroups: 2,
  seed,
});

function warningsOf(
  plan: SplitPlan,
  theirs?: SplitPlan,
  singles: Partial<{ baseline: Baseline; disguised: Baseline[] }> = {},
) {
  const manifest = theirs && ({ version: 'v3', split: theirs, features: [] } as unknown as Manifest);
  const champion = { version: 'v3', metrics: evaluation.metrics };
  const judged = { evaluation, baseline: undefined, disguised: [], ...singles };
  return buildWarnings(plan, judged, { manifest, champion });
}

describe('what people should know before they trust the metrics', () => {
  it('is nothing where test days lie after all that either version trained on', () => {
    expect(warningsOf(time('2025-06-01', '2025-05-20'), time('2025-05-01', '2025-04-20'))).toEqual([]);
    expect(warningsOf(stores(1), stores(1))).toEqual([]);
    expect(warningsOf(time('2025-06-01', '2025-05-20'))).toEqual([]);
  });

  it('is that the champion may know the test rows by heart', () => {
    const seen = [expect.stringMatching(/^v3 may have trained on some of these test rows/)];
    expect(warningsOf(time('2025-06-01', '2025-05-20'), time('2025-07-01', '2025-06-20'))).toEqual(seen);
    expect(warningsOf(stores(1), stores(2))).toEqual(seen);
    expect(warningsOf(stores(1), time('2025-06-01', '2025-05-20'))).toEqual(seen);
  });

  it('is that neighbouring days leak, that one feature is as good, or that it is the answer itself', () => {
    const random = { strategy: 'Random', testFraction: 0.2, seed: 1 } as const;
    expect(warningsOf(random, stores(1))).toEqual([expect.stringMatching(/^split Random/)]);
    const baseline = { feature: 'inventory', direction: -1, auc: 0.75, prAuc: 0.7, f1: 0.7 } as const;
    const plan = time('2025-06-01', '2025-05-20');
    expect(warningsOf(plan, undefined, { baseline })).toEqual([
      expect.stringMatching(/^less inventory alone ranks/),
    ]);
    const answer = { ...baseline, feature: 'price', auc: 1 };
    expect(warningsOf(plan, undefined, { baseline: answer, disguised: [answer] })).toEqual([
      expect.stringMatching(/^feature price alone .*label in disguise/),
    ]);
    expect(warningsOf(plan, undefined, { disguised: [{ ...answer, auc: 0.9994 }] })).toEqual([
      expect.stringMatching(/^feature price alone ranks the test rows almost perfectly \(AUC 0.9994\)/),
    ]);
  });

  it('is that only a sample of the table was learned from', () => {
    expect(sampleWarning({ table: 'features', rows: 1000, share: 1 })).toEqual([]);
    expect(sampleWarning({ table: 'features', rows: 1000, share: 0.125 })).toEqual([
      expect.stringMatching(/^trained and judged on a sample: 12.5% of .* table features \(of 1000 rows\)/),
    ]);
  });
});
