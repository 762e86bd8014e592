import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DuckDB, openDuckDB } from './duckdb.ts';
import { type GivenRows, History, type OutdatedSeries, type SeriesFeatures } from './history.ts';
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
import { type FeaturesRequest, renderFeatures } from './render.ts';
import { renderSnapshot, writeSnapshot } from './snapshot.ts';

let db: DuckDB;
beforeAll(async () => {
  db = await openDuckDB({ threads: 1 });
});
afterAll(() => db[Symbol.asyncDispose]());

/** Over up to three months, so that snapshots have days which they sum. */
const anyDays = () =>
  fc
    .tuple(fc.oneof(gappyDays(), gaplessDays()), fc.integer({ min: 1, max: 3 }))
    .map(([rows, stretch]) => rows.map((row) => ({ ...row, day: row.day * stretch })));

/** Series that all have their last day in common. */
const daysUpToOne = () =>
  gaplessDays().map((rows) =>
    rows.map((row) => ({ ...row, day: 60 + row.day - lastDayOf(rows, row.series) })),
  );

describe('the features of the last 28 days of some series equal those of the whole table', () => {
  test('Standard, which knows nothing of others', async () => {
    await fc.assert(
      fc.asyncProperty(anyDays(), async (rows) => {
        const [series] = seriesOf(rows);
        const given = rows.filter((row) => row.series === series);
        await expectSame(STANDARD, await ask(STANDARD, [], lastDays(given)), rows);
      }),
      { numRuns: 10 },
    );
  });

  test('Extended, as of the snapshot, whichever series are given', async () => {
    await fc.assert(
      fc.asyncProperty(anyDays(), fc.array(fc.boolean()), async (rows, chosen) => {
        const given = current(rows).filter((row) => chosen[seriesOf(rows).indexOf(row.series)] ?? true);
        fc.pre(given.length > 0);
        await expectSame(EXTENDED, await ask(EXTENDED, rows, lastDays(given)), rows);
      }),
      { numRuns: 20 },
    );
  });

  test('Extended, days after the snapshot, where all that is new is given', async () => {
    await fc.assert(
      fc.asyncProperty(daysUpToOne(), fc.integer({ min: 1, max: 28 }), async (rows, later) => {
        const known = rows.filter((row) => row.day <= 60 - later);
        fc.pre(known.length > 0);
        await expectSame(EXTENDED, await ask(EXTENDED, known, lastDays(rows)), rows);
      }),
      { numRuns: 20 },
    );
  });
});

function days(series: string, from: number, to: number, values: Partial<RawDay> = {}): RawDay[] {
  return range(from, to).map((number) => day(number, { series, ...values }));
}

async function snapshotOf(rows: RawDay[]): Promise<Buffer> {
  const file = join(tmpdir(), `stockout-snapshot-${randomUUID()}.parquet`);
  await writeSnapshot(db, renderSnapshot(`(${rawSelect(rows)})`, EXTENDED), file);
  const written = await readFile(file);
  await rm(file);
  return written;
}

test('a snapshot has the same bytes whatever the order in which rows are met', async () => {
  const rows = [0.1, 0.2, 0.7, 1e15, -1e15].flatMap((hours, series) =>
    days(`S${series}:P1`, 0, 60, { hours, region: series > 2 ? 'north' : 'south' }),
  );
  expect((await snapshotOf(rows)).equals(await snapshotOf(rows.toReversed()))).toBe(true);
});

describe('a history', () => {
  const known = [...days('S1:P1', 0, 60, { stockout: 1 }), ...days('S1:P2', 0, 60), ...days('S2:P3', 0, 60)];

  test('answers as much the second time as the first, whatever was asked before', async () => {
    await using opened = await open(EXTENDED, known);
    const answers = [];
    for (const series of ['S1:P1', 'S2:P3', 'S1:P1']) {
      const given = known.filter((row) => row.series === series);
      answers.push(await opened.history.features(columnsOf(lastDays(given))));
    }
    expect(answers.map((answer) => (answer as SeriesFeatures[]).map(({ product }) => product))).toEqual([
      ['P1'],
      ['P3'],
      ['P1'],
    ]);
    expect(answers[2]).toEqual(answers[0]);
  });

  test('counts the days that the snapshot knows once, and those after it besides', async () => {
    const later = days('S1:P2', 61, 61, { stockout: 1 });
    const answer = await ask(EXTENDED, known, [...days('S1:P2', 40, 60), ...later]);
    expect(pickFeature(answer, 'store_stockout_rate')).toBeCloseTo(62 / 123, 12);
    expect(pickFeature(answer, 'days_since_stockout')).toBe(0);
  });

  test('adds new rows of a region to what the snapshot knows of its other stores, and of no other region', async () => {
    const north = { region: "l'été", hours: 6 };
    const others = [...days('S2:P1', 0, 60, north), ...days('S3:P1', 0, 60, { region: 'south', hours: 16 })];
    const later = days('S1:P1', 61, 61, { ...north, hours: 12, stockout: 1 });
    const answer = await ask(EXTENDED, [...days('S1:P1', 0, 60, north), ...others], later);
    expect(pickFeature(answer, 'region_product_hours')).toBe(12);
    expect(pickFeature(answer, 'region_product_hours_roll7_avg')).toBeCloseTo((12 * 6 + 12) / 13, 12);
    expect(pickFeature(answer, 'region_product_hours_mean')).toBeCloseTo((122 * 6 + 12) / 123, 12);
    expect(pickFeature(answer, 'region_product_stockout_rate')).toBeCloseTo(1 / 123, 12);
  });

  test('knows nothing of the region of a row that does not say it', async () => {
    const region = { region: 'north' };
    const answer = await ask(EXTENDED, days('S1:P1', 0, 60, region), days('S1:P1', 40, 60));
    expect(pickFeature(answer, 'region_product_stockout_rate')).toBeNull();
  });

  test('ranks a product that is given alone among those of the snapshot, however many days later', async () => {
    const answer = await ask(EXTENDED, known, days('S1:P1', 61, 90, { stockout: 1 }));
    expect(pickFeature(answer, 'product_stockout_rate_rank')).toBe(1);
  });

  test('names the series whose later days the snapshot has counted, and from which day on it can speak of them', async () => {
    const given = [...days('S1:P1', 30, 59), ...days('S2:P2', 20, 32), ...days('S2:P3', 60, 60)];
    expect(await ask(EXTENDED, known, given)).toEqual({
      outdated: [
        { store: 'S1', product: 'P1', day: '2025-03-01', from: '2025-03-02' },
        { store: 'S2', product: 'P2', day: '2025-02-02', from: '2025-02-03' },
      ],
    });
  });
});

/** Of series whose last day is one that a snapshot can speak of. */
function current(rows: RawDay[]): RawDay[] {
  const newest = Math.max(...rows.map((row) => row.day));
  return rows.filter((row) => lastDayOf(rows, row.series) >= newest - 27);
}

function lastDays(rows: RawDay[]): RawDay[] {
  return rows.filter((row) => row.day > lastDayOf(rows, row.series) - 28);
}

function lastDayOf(rows: RawDay[], series: string): number {
  return Math.max(...rows.filter((row) => row.series === series).map((row) => row.day));
}

function seriesOf(rows: RawDay[]): string[] {
  return [...new Set(rows.map((row) => row.series))];
}

async function ask(
  request: FeaturesRequest,
  known: RawDay[],
  given: RawDay[],
): Promise<SeriesFeatures[] | { outdated: OutdatedSeries[] }> {
  await using opened = await open(request, known);
  // Awaited here: at the end of this block DuckDB is gone.
  return await opened.history.features(columnsOf(given));
}

/** @param known the rows of the snapshot; none for a request that needs no snapshot */
async function open(
  request: FeaturesRequest,
  known: RawDay[],
): Promise<{ history: History } & AsyncDisposable> {
  const own = await openDuckDB({ threads: 1 });
  const file = join(tmpdir(), `stockout-snapshot-${randomUUID()}.parquet`);
  const snapshotFile = known.length > 0 ? file : undefined;
  if (snapshotFile !== undefined) {
    const snapshot = renderSnapshot(`(${rawSelect(known)})`, request);
    await writeSnapshot(own, snapshot, snapshotFile);
  }
  const history = await History.open(own, request, { snapshotFile });
  await rm(file, { force: true });
  return { history, [Symbol.asyncDispose]: () => own[Symbol.asyncDispose]() };
}

function pickFeature(answer: SeriesFeatures[] | { outdated: OutdatedSeries[] }, name: string) {
  const [series] = answer as SeriesFeatures[];
  return series?.values[renderFeatures(EXTENDED).features.indexOf(name)];
}

function columnsOf(rows: RawDay[]): GivenRows {
  const numbers = ['price', 'promo', 'daily_sales', 'inventory', 'stockout', 'hours', 'rain'] as const;
  return {
    store_id: rows.map((row) => row.series.split(':')[0] as string),
    product_id: rows.map((row) => row.series.split(':')[1] as string),
    date: rows.map((row) => FIRST + row.day),
    region: rows.map((row) => row.region),
    ...Object.fromEntries(numbers.map((name) => [name, rows.map((row) => row[name])])),
  };
}

/** Days since 1970 of 2025-01-01. */
const FIRST = Date.UTC(2025, 0, 1) / 86_400_000;

async function expectSame(
  request: FeaturesRequest,
  answer: SeriesFeatures[] | { outdated: OutdatedSeries[] },
  table: RawDay[],
): Promise<void> {
  const expected = new Map((await run(db, table, request)).map((row) => [keyOf(row), row]));
  const { features } = renderFeatures(request);
  expect(answer).not.toHaveProperty('outdated');
  for (const { store, product, day: number, values } of answer as SeriesFeatures[]) {
    const date = new Date(number * 86_400_000).toISOString().slice(0, 10);
    const row = expected.get(keyOf({ store_id: store, product_id: product, date }));
    for (const [index, name] of features.entries()) {
      const [found, wanted] = [values[index], row?.[name] as number | null];
      const same = found == null || wanted == null ? found === wanted : Math.abs(found - wanted) <= 1e-9;
      if (!same) expect.fail(`${name} of ${store}:${product} is ${found}, in the table ${wanted}`);
    }
  }
}

function keyOf(row: FeatureRow): string {
  return `${row['store_id']}:${row['product_id']} ${row['date']}`;
}
