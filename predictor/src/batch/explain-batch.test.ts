import { expect, it } from 'vitest';
import { tinyManifest } from '../testing/fixture.ts';
import { complainOfRows, explainedBytes } from './explain-batch.ts';

it('explains 10,000 rows at a time, and fewer where each lists hundreds of contributions', () => {
  expect(complainOfRows(10_000, 15)).toBeUndefined();
  expect(complainOfRows(10_001, 1)).toMatch(/^has 10001 rows, and 10000 are explained at a time/);
  expect(complainOfRows(1_000, 1_000)).toBeUndefined();
  expect(complainOfRows(1_001, 1_000)).toMatch(/^has 1001 rows, and 1000 are explained at a time/);
});

it('takes answers for as large as they may be: by the rows that a body may hold, and what is listed of each', async () => {
  const { features } = await tinyManifest();
  const row = 4 * features.length;
  // In binary data, its JSON texts quoted: 1,455 bytes were the most among rows of all kinds.
  expect(explainedBytes(row, features, Infinity)).toBeGreaterThan(4 * 1_455);
  expect(explainedBytes(row, features, 1)).toBeLessThan(4 * 1_000);
  expect(explainedBytes(100 * row, features, 1)).toBe(100 * explainedBytes(row, features, 1));
  // No body holds more rows than are explained.
  const most = 10_000 * (explainedBytes(row, features, 2) / 4);
  expect(explainedBytes(64 * 2 ** 20, features, 2)).toBe(most);
});
