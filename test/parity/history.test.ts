import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type DuckDB, openDuckDB, quoteIdentifier } from '@stockout/features';
import { ensureFeatures, loadScorer, type PipelineContext, requireManifest, train } from '@stockout/pipeline';
import { type PredictorServer, serve } from '@stockout/predictor';
import { openStorage } from '@stockout/storage';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { smallModel } from '../../pipeline/src/train/model.test-support.ts';
import { writeRawTable } from '../../pipeline/src/train/raw-table.test-support.ts';

// The pipeline makes features of whole tables; POST /predict/history of the last days of a few series. They must be the
// same to the last digit that matters, and so must the scores.

const data = (file: string): string => fileURLToPath(new URL(`../../data/${file}`, import.meta.url));

/** Every fifth day of a series is missing, of some products for weeks. */
const GAPPY = `
  SELECT 'S' || s AS store_id, 'P' || p AS product_id, DATE '2025-01-01' + CAST(d AS INT) AS date,
    CAST((d + p) % 9 = 0 AS INT) AS promo, CAST(1 + (d * p) % 7 AS INT) AS daily_sales,
    CAST(hash(s, p, d // 3) % 8 = 0 AS INT) AS stockout, round(16 * (hash(s, p, d // 3) % 100) / 700, 3) AS hours,
    CASE WHEN s < 5 AND hash(s, d) % 9 > 0 THEN 'région ' || s % 2 END AS region
  FROM range(1, 6) AS stores (s), range(1, 9) AS products (p), range(0, 100) AS days (d)
  WHERE hash(s, p, d) % 5 <> 0 AND NOT (p = 3 AND d BETWEEN 60 AND 85)`;

const FEATURE_TOLERANCE = 1e-9;
/** XGBoost's logistic function and ours round to 32 bits each in its own way; of one scorer the scores are the same. */
const SCORE_TOLERANCE = 2 ** -23;

interface Dataset {
  what: string;
  rows: string;
  date: string;
  spec: Parameters<typeof smallModel>[0];
}

const DATASETS: Dataset[] = [
  {
    what: 'synthetic rows, Standard',
    rows: `SELECT * FROM read_parquet('${data('retail_stockout_data.parquet')}')
      WHERE date < DATE '2025-04-01' AND hash(store_id, product_id) % 60 = 0`,
    date: 'date',
    spec: {},
  },
  {
    what: 'real shops under their own names, Extended with a covariate',
    rows: `SELECT * FROM read_parquet('${data('freshretailnet_60_stores.parquet')}') WHERE hash(store_id) % 6 = 0`,
    date: 'dt',
    spec: {
      data: {
        rawTable: 'raw',
        featuresTable: 'features',
        columns: {
          date: 'dt',
          sales: 'sale_amount',
          region: 'city_id',
          promo: { column: 'discount', below: '1' },
          stockout: { column: 'oos_hours_6_22', atLeast: '16' },
        },
        covariates: [
          { column: 'avg_temperature', history: false },
          { column: 'oos_hours_6_22', history: true },
        ],
        features: 'Extended',
        horizonDays: 7,
      },
    },
  },
  {
    what: 'series with gaps, Extended with a covariate',
    rows: GAPPY,
    date: 'date',
    spec: {
      data: {
        rawTable: 'raw',
        featuresTable: 'features',
        columns: { region: 'region' },
        covariates: [{ column: 'hours', history: true }],
        features: 'Extended',
        horizonDays: 7,
      },
    },
  },
];

interface Prediction {
  store_id: string;
  product_id: string;
  date: string;
  stockout_risk_score: number;
  features: Record<string, number | null>;
}

describe.each(DATASETS)('$what', ({ rows, date, spec }) => {
  let folder: string;
  let context: PipelineContext;
  let db: DuckDB;
  let predictor: PredictorServer;
  let columns: string;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'stockout-history-'));
    context = { model: smallModel(spec), storageUri: pathToFileURL(folder).href };
    db = await openDuckDB({ threads: 1 });
    await db.run(`CREATE TABLE all_rows AS ${rows}`);
    await db.run(`CREATE TABLE extent AS SELECT max(${date}) AS last_day FROM all_rows`);
    await writeRawTable(context, `FROM (${rows}) WHERE ${date} < (SELECT max(${date}) FROM (${rows}))`);
    const { uri } = await train(context, { run: 'one' });
    predictor = await serve({
      model: uri,
      host: '127.0.0.1',
      port: 0,
      adminPort: 0,
      log: () => {},
      limits: { drainMs: 0 },
    });
    await predictor.ready;
    await using table = await ensureFeatures(context);
    const known = table.raw.columns.map(({ source }) => quoteIdentifier(source));
    columns = [...new Set(known)].join(', ');
  });
  afterAll(async () => {
    await predictor.stop();
    await db[Symbol.asyncDispose]();
    await rm(folder, { recursive: true });
  });

  /** @param which condition on store_id and product_id; @param daysBack of the newest row in all of the data */
  async function ask(which: string, daysBack: number): Promise<Prediction[]> {
    const given = await db.rows(
      `SELECT ${columns} FROM all_rows, extent
        WHERE ${which} AND ${date} BETWEEN last_day - ${daysBack + 40} AND last_day - ${daysBack}`,
    );
    const response = await fetch(`${predictor.url}/predict/history?features=true`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ rows: given }),
    });
    const answer: unknown = await response.json();
    expect([response.status, response.status === 200 ? '' : answer]).toEqual([200, '']);
    return answer as Prediction[];
  }

  async function expectSame(answer: readonly Prediction[]): Promise<void> {
    await using table = await ensureFeatures(context, { rawVersion: 'newest' });
    const batch = await db.rows<Record<string, number | string | null>>(`SELECT * FROM ${table.relation}`);
    const expected = new Map(batch.map((row) => [keyOf(row), row]));
    const storage = openStorage(pathToFileURL(folder).href);
    await using scorer = await loadScorer(storage, await requireManifest(storage, 'default', 'retail', 'v1'));
    const matrix = new Float32Array(answer.length * table.features.length);
    const differing = new Set<string>();
    for (const [index, { features, ...prediction }] of answer.entries()) {
      const row = expected.get(keyOf(prediction));
      for (const [column, name] of table.features.entries()) {
        const [ours, theirs] = [features[name] ?? null, (row?.[name] ?? null) as number | null];
        const same =
          ours === null || theirs === null ? ours === theirs : Math.abs(ours - theirs) <= FEATURE_TOLERANCE;
        if (row === undefined || !same) differing.add(name);
        matrix[index * table.features.length + column] = theirs ?? Number.NaN;
      }
    }
    expect([...differing]).toEqual([]);
    const scores = await scorer.score(matrix, answer.length);
    const apart = answer.map(({ stockout_risk_score }, i) =>
      Math.abs(stockout_risk_score - (scores[i] ?? 2)),
    );
    expect(Math.max(...apart)).toBeLessThanOrEqual(SCORE_TOLERANCE);
  }

  it('features and scores as of the snapshot are those of the table, whichever series are given', async () => {
    const some = await ask('hash(store_id, product_id) % 3 = 0', 1);
    expect(some.length).toBeGreaterThan(5);
    await expectSame(some);
    const [one] = some;
    const alone = await ask(`store_id = '${one?.store_id}' AND product_id = '${one?.product_id}'`, 1);
    expect(alone).toEqual([one]);
  });

  it('there are regions to be compared where the data has them', async () => {
    const told = (await ask('TRUE', 1)).map(({ features }) => features['region_product_stockout_rate']);
    expect(told.some((rate) => typeof rate === 'number' && rate > 0)).toBe(spec?.data !== undefined);
  });

  it('a day later they are, too, where all rows of the day are given', async () => {
    await writeRawTable(context, `FROM (${rows}) WHERE ${date} = (SELECT max(${date}) FROM (${rows}))`);
    const answer = await ask('TRUE', 0);
    const newest = answer
      .map((one) => one.date)
      .toSorted()
      .at(-1);
    await expectSame(answer.filter((one) => one.date === newest));
  });
});

function keyOf(row: { store_id?: unknown; product_id?: unknown; date?: unknown }): string {
  return `${String(row.store_id)} ${String(row.product_id)} ${String(row.date)}`;
}
