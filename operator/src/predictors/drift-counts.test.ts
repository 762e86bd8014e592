import type { ColumnDrift, DriftReport } from '@stockout/contracts';
import { expect, test } from 'vitest';
import { readDriftCounts } from './drift-counts.ts';

const column = (expected: number[], observed: number[], missing: ColumnDrift['missing']): ColumnDrift => ({
  psi: 0.1,
  missingShare: { expected: 0, observed: 0 },
  edges: [0, 1, 2],
  counts: { expected, observed },
  missing,
});

test('counts stand by bin, missing values last, the scores after the features', () => {
  const report: DriftReport = {
    model: 'shop/retail',
    version: 'v1',
    window: { seconds: 21_600, maxRows: 240_000, minRows: 500, since: null },
    rows: 7,
    features: { price: column([5, 5], [3, 2], { expected: 1, observed: 2 }) },
    score: column([4, 6], [6, 1], { expected: 0, observed: 0 }),
  };
  expect(readDriftCounts(report)).toEqual({
    rows: 7,
    minRows: 500,
    columns: [
      { feature: 'price', expected: [5, 5, 1], observed: [3, 2, 2] },
      { feature: undefined, expected: [4, 6, 0], observed: [6, 1, 0] },
    ],
  });
});
