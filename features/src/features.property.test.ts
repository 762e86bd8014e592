import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type DuckDB, openDuckDB } from './duckdb.ts';
import {
  EXTENDED,
  type FeatureRow,
  type RawDay,
  STANDARD,
  gaplessDays,
  gappyDays,
  run,
} from './raw-days.test-support.ts';
import { referenceExtended, referenceStandard } from './reference.test-support.ts';
import { renderFeatures } from './render.ts';

/** Each property makes dozens of tables; on a machine with much else to do that takes a while. */
vi.setConfig({ testTimeout: 120_000 });

let db: DuckDB;
beforeAll(async () => {
  db = await openDuckDB({ threads: 1 });
});
afterAll(() => db[Symbol.asyncDispose]());

const anyDays = () => fc.oneof(gappyDays(), gaplessDays());

test('on random series, with gaps and without, Extended and the Standard features in it equal the naive reference', async () => {
  await fc.assert(
    fc.asyncProperty(anyDays(), fc.integer({ min: 1, max: 9 }), async (unsorted, horizonDays) => {
      const rows = sorted(unsorted);
      const [standard, extended] = [referenceStandard(rows, horizonDays), referenceExtended(rows)];
      const request = { ...EXTENDED, horizonDays };
      const actual = await run(db, rows, request);
      expect(actual).toHaveLength(rows.length);
      for (const [i, row] of actual.entries()) {
        const expected = { ...standard[i], ...extended[i] };
        for (const name of renderFeatures(request).features)
          expect.soft([name, row[name]]).toEqual([name, expected[name]]);
        expect(row[`label_stockout_next_${horizonDays}d`]).toBe(expected['label']);
      }
    }),
    { numRuns: 40 },
  );
});

describe('whatever happens after a day leaves its features as they are', () => {
  test.each([
    ['Standard', STANDARD],
    ['Extended', EXTENDED],
  ])('%s', async (_, request) => {
    const today = fc.integer({ min: 0, max: 34 });
    await fc.assert(
      fc.asyncProperty(anyDays(), anyDays(), today, async (rows, others, day) => {
        const past = rows.filter((row) => row.day <= day);
        fc.pre(past.length > 0);
        const future = others.filter((row) => row.day > day);
        const before = upTo(day, await run(db, rows, request));
        expect(upTo(day, await run(db, [...past, ...future], request))).toEqual(before);
      }),
      { numRuns: 25 },
    );
  });
});

test('the Standard features are the same with Extended as without', async () => {
  await fc.assert(
    fc.asyncProperty(anyDays(), async (rows) => {
      const alone = await run(db, rows, STANDARD);
      const extended = await run(db, rows, EXTENDED);
      expect(extended).toMatchObject(alone);
    }),
    { numRuns: 15 },
  );
});

function sorted(rows: RawDay[]): RawDay[] {
  return rows.toSorted((a, b) => a.series.localeCompare(b.series) || a.day - b.day);
}

function upTo(day: number, rows: FeatureRow[]): FeatureRow[] {
  const limit = new Date(Date.UTC(2025, 0, 1 + day)).toISOString().slice(0, 10);
  const past = rows.filter((row) => String(row['date']) <= limit);
  // The label is the one column that looks ahead.
  return past.map(({ label_stockout_next_7d: _label, ...row }) => row);
}
