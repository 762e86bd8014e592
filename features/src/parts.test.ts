import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DuckDB, openDuckDB } from './duckdb.ts';
import { renderParts } from './parts.ts';
import {
  EXTENDED,
  type FeatureRow,
  type RawDay,
  STANDARD,
  day,
  gaplessDays,
  gappyDays,
  range,
  rawSelect,
  run,
} from './raw-days.test-support.ts';
import type { FeaturesRequest } from './render.ts';

let db: DuckDB;
beforeAll(async () => {
  db = await openDuckDB({ threads: 1 });
});
afterAll(() => db[Symbol.asyncDispose]());

const CALENDAR = /product_id ORDER BY date RANGE BETWEEN INTERVAL/;

describe('the parts of a table', () => {
  test('series without a gap are one part with windows over rows', async () => {
    const { selects } = await partsOf(twoSeries());
    expect(selects).toHaveLength(1);
    expect(selects[0]).not.toMatch(CALENDAR);
  });

  test('one missing day in one series makes two parts, of which one has windows over the calendar', async () => {
    const { selects } = await partsOf(twoSeries().filter((row) => row.series !== 'S1:P1' || row.day !== 3));
    expect(selects.map((sql) => CALENDAR.test(sql))).toEqual([false, true]);
  });

  test('series that all have gaps are one part', async () => {
    const { selects } = await partsOf(twoSeries().filter((row) => row.day !== 3));
    expect(selects.map((sql) => CALENDAR.test(sql))).toEqual([true]);
  });

  test('no rows are no part', async () => {
    const raw = `SELECT * FROM (${rawSelect([day(0)])}) WHERE FALSE`;
    await using parts = await renderParts(db, raw, STANDARD);
    expect(parts.selects).toEqual([]);
  });

  test('what windows cannot hold at once is cut into slices of whole series', async () => {
    await using small = await openDuckDB({ threads: 1, memoryBytes: 24 * 1024 ** 2 });
    const raw = `SELECT s.range || store_id AS store_id, * EXCLUDE (store_id, date), date + CAST(d.range AS INT) AS date
      FROM (${rawSelect([day(0)])}), range(600) s, range(200) d`;
    await using parts = await renderParts(small, raw, STANDARD);
    expect(parts.selects.length).toBeGreaterThan(1);
    let rows = 0;
    for (const sql of parts.selects) {
      const [counted] = await small.rows<{ series: number; rows: number; full: number }>(
        `SELECT count(DISTINCT store_id) AS series, count(*) AS rows, count(sales_lag_1) AS full FROM (${sql})`,
      );
      expect(counted?.rows).toBe((counted?.series ?? 0) * 200);
      expect(counted?.full).toBe((counted?.series ?? 0) * 199);
      rows += counted?.rows ?? 0;
    }
    expect(rows).toBe(120_000);
  });
});

describe('the parts together equal the one SELECT for any data', () => {
  test.each([
    ['Standard', STANDARD],
    ['Extended', EXTENDED],
  ])('%s, with series that have gaps, that have none, and nulls in both', async (_, request) => {
    await fc.assert(
      fc.asyncProperty(fc.oneof(gaplessDays(), mixedDays(), gappyDays()), async (rows) => {
        expect(await runParts(rows, request)).toEqual(await run(db, rows, request));
      }),
      { numRuns: 40 },
    );
  });
});

/** Some series with gaps and some without, of the same stores and products. */
function mixedDays(): fc.Arbitrary<RawDay[]> {
  return fc.tuple(gaplessDays(), gappyDays()).map(([whole, gappy]) => {
    const taken = new Set(whole.map(({ series }) => series));
    return [...whole, ...gappy.filter(({ series }) => !taken.has(series))];
  });
}

function twoSeries(): RawDay[] {
  return ['S1:P1', 'S1:P2'].flatMap((series) => range(0, 9).map((number) => day(number, { series })));
}

async function partsOf(rows: RawDay[]): Promise<{ selects: string[] }> {
  await using parts = await renderParts(db, rawSelect(rows), STANDARD);
  return { selects: parts.selects };
}

async function runParts(rows: RawDay[], request: FeaturesRequest): Promise<FeatureRow[]> {
  const raw = rawSelect(rows);
  await using parts = await renderParts(db, raw, request);
  const all = parts.selects.map((sql) => db.rows<FeatureRow>(sql));
  return (await Promise.all(all)).flat().toSorted((a, b) => (key(a) < key(b) ? -1 : 1));
}

function key(row: FeatureRow): string {
  return `${row['store_id']} ${row['product_id']} ${row['date']}`;
}
