import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Calibration, Manifest } from '@stockout/contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import type { PipelineContext } from '../../../pipeline/src/context.ts';
import { openSpark } from '../../../pipeline/src/engines/spark/connect/session.ts';
import { makeSparkFeatures } from '../../../pipeline/src/engines/spark/features.ts';
import { stageFeatures } from '../../../pipeline/src/engines/spark/stage.ts';
import { ensureFeatures, features } from '../../../pipeline/src/features.ts';
import { ingest } from '../../../pipeline/src/ingest/ingest.ts';
import { score } from '../../../pipeline/src/score/score.ts';
import { buildJob } from '../../../pipeline/src/score/scoring.test-support.ts';
import { smallModel } from '../../../pipeline/src/train/model.test-support.ts';
import { SAWTOOTH, writeRawTable } from '../../../pipeline/src/train/raw-table.test-support.ts';
import { train } from '../../../pipeline/src/train/train.ts';
import { requireManifest } from '../../../pipeline/src/versions/manifest.ts';
import { loadScorer } from '../../../pipeline/src/xgboost/scorer.ts';
import { type Workspace, testDuckDB, testWorkspaces } from '../../../pipeline/src/workspace.test-support.ts';
import { sparkConnectUrl } from './connect-url.ts';

const SPARK = { type: 'Spark', connectUrl: sparkConnectUrl() } as const;
const DUCKDB = { type: 'DuckDB' } as const;
const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);

type Engine = typeof SPARK | typeof DUCKDB;
const withEngine = (
  context: PipelineContext,
  engine: Engine,
  calibration = 'None' as const,
): PipelineContext => ({
  ...context,
  model: smallModel({
    training: { engine, calibration, split: { strategy: 'Time', testDays: 14, testFraction: '0.25' } },
  }),
});
const jobOf = (
  engine: Engine,
  table: string,
  mode: 'Overwrite' | 'Append' | 'ReplaceWindow' = 'Overwrite',
  lastDays = 9,
) => buildJob({ engine, output: { table, mode }, input: { lastDays } });

async function failureOf(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail('it did not fail'),
    (error: Error) => error,
  );
}

describe('a model whose engine is Spark', () => {
  let world: Workspace;
  let context: PipelineContext;
  let version: string;
  beforeAll(async () => {
    world = await createWorkspace();
    context = withEngine(world.context, SPARK);
    await ingest(context, [await world.parquet('raw.parquet', SAWTOOTH)]);
    version = (await train(context, { run: 'a' })).version;
  });

  test('has its features made once from the same data, by whoever asks', async () => {
    const first = await features(context);
    expect(await features(context)).toMatchObject({ tableVersion: first.tableVersion, rows: first.rows });
    expect((await world.snapshot('features')).version).toBe(first.tableVersion);
  });

  test('is trained on the rows that DuckDB would have given, to the same figures', async () => {
    const there = await requireManifest(world.storage, 'default', 'retail', version);
    const here = await train(withEngine(world.context, DUCKDB), { run: 'b' });
    const local = await requireManifest(world.storage, 'default', 'retail', here.version);
    expect(there.data).toEqual(local.data);
    for (const [name, value] of Object.entries(there.metrics)) {
      expect(value, name).toBeCloseTo(local.metrics[name as keyof Manifest['metrics']] as number, 3);
    }
  });

  test('scores as the flat trees do, within 1e-6, and the same rows are at risk', async () => {
    const options = { version, run: 'same' };
    const there = await score(context, jobOf(SPARK, 'by_spark'), options);
    const here = await score(
      withEngine(world.context, DUCKDB),
      { ...jobOf(DUCKDB, 'by_duckdb'), metadata: { name: 'here', namespace: 'default' } },
      options,
    );
    expect([there.rows, there.atRisk]).toEqual([here.rows, here.atRisk]);
    expect(there.atRisk).toBeGreaterThan(0);
    await compareTables(world, 'by_spark', 'by_duckdb');
  });

  test.each<[string, Calibration]>([
    ['Platt', { method: 'Platt', slope: 0.8, intercept: -0.3 }],
    ['Isotonic', { method: 'Isotonic', scores: [0.05, 0.2, 0.5, 0.9], risks: [0.01, 0.1, 0.55, 0.97] }],
  ])('with %s calibration too', async (name, calibration) => {
    const manifest = await requireManifest(world.storage, 'default', 'retail', version);
    const calibrated = `v9${name.length}`;
    const folder = 'models/default/retail';
    await world.storage.put(
      `${folder}/${calibrated}/model.ubj`,
      await world.storage.read(`${folder}/${version}/model.ubj`),
    );
    await world.storage.put(
      `${folder}/${calibrated}/manifest.json`,
      JSON.stringify({ ...manifest, version: calibrated, calibration }),
    );
    await score(context, jobOf(SPARK, 'by_spark'), { version: calibrated, run: name });
    const here = { ...jobOf(DUCKDB, 'by_duckdb'), metadata: { name: 'here', namespace: 'default' } };
    await score(withEngine(world.context, DUCKDB), here, { version: calibrated, run: name, loadScorer });
    await compareTables(world, 'by_spark', 'by_duckdb');
  });

  test('commits a run once, however often it is tried', async () => {
    const job = jobOf(SPARK, 'once', 'Append');
    const first = await score(context, job, { version, run: 'r1' });
    // As after a pod that died between its commit and its result.
    await world.storage.delete('runs/default/nightly/r1/result.json');
    expect(await score(context, job, { version, run: 'r1' })).toMatchObject({
      tableVersion: first.tableVersion,
      rows: first.rows,
    });
    expect(await world.query('once', 'SELECT count(*) AS n FROM {table}')).toEqual([{ n: first.rows }]);
    await score(context, job, { version, run: 'r2' });
    expect(await world.query('once', 'SELECT count(*) AS n FROM {table}')).toEqual([{ n: 2 * first.rows }]);
  });

  test('replaces the days of its window and no others', async () => {
    const wide = await score(context, jobOf(SPARK, 'window', 'Overwrite', 9), { version, run: 'w1' });
    const narrow = await score(context, jobOf(SPARK, 'window', 'ReplaceWindow', 2), { version, run: 'w2' });
    const [seen] = await world.query<Record<string, number>>(
      'window',
      'SELECT count(*) AS n, count(DISTINCT scored_at) AS runs FROM {table}',
    );
    expect(seen).toEqual({ n: wide.rows, runs: 2 });
    expect(narrow.rows).toBeLessThan(wide.rows);
  });

  test('says it when the predictions table has other columns, and leaves it as it was', async () => {
    await writeRawTable(
      {
        ...context,
        model: {
          ...context.model,
          spec: { ...context.model.spec, data: { ...context.model.spec.data, rawTable: 'other' } },
        },
      },
      "SELECT 'x' AS stockout_risk_score",
    );
    const error = await failureOf(score(context, jobOf(SPARK, 'other', 'Append'), { version, run: 'o' }));
    expect(error.message).toMatch(/This means: the table has other columns than when it was planned/);
    expect((await world.snapshot('other')).version).toBe(0);
  });

  test('what does not fit on the disk is left on the cluster: a sample of whole series, and it is stated', async () => {
    await using spark = await openSpark(SPARK.connectUrl);
    const source = { rawTable: 'raw', rawVersion: undefined, featuresTable: 'features' };
    const table = await makeSparkFeatures(context, spark, source);
    await using all = await stageFeatures(context, spark, table);
    await using some = await stageFeatures(context, spark, table, table.rows * 50);
    expect([all.rows, all.share]).toEqual([table.rows, 1]);
    expect(some.share).toBeGreaterThan(0.4);
    expect(some.share).toBeLessThan(0.7);
    const sampled = await daysOfSeries(some.relation);
    expect(sampled.length).toBeGreaterThan(0);
    expect(sampled.length).toBeLessThan((await daysOfSeries(all.relation)).length);
    for (const { days } of sampled) expect([40, 60]).toContain(days);
  });
});

describe('rows and tables that cannot be used', () => {
  test('rows that nobody has checked are looked at on the cluster', async () => {
    const world = await createWorkspace();
    const context = withEngine(world.context, SPARK);
    await writeRawTable(
      context,
      `${SAWTOOTH} UNION ALL SELECT * FROM (${SAWTOOTH}) WHERE store_id = 'S1' AND product_id = 'P1' AND date = DATE '2025-01-01'`,
    );
    const error = await failureOf(features(context));
    expect(error.message).toMatch(/table raw has rows that cannot be used: duplicate: .* \(1 rows\)/);
    await expect(world.snapshot('features')).rejects.toThrow(/there is no table/);
  });

  test('a raw table that is not there is told with where it was looked for', async () => {
    const { context } = await createWorkspace();
    const error = await failureOf(features(withEngine(context, SPARK)));
    expect(error.message).toMatch(
      /finds no Delta table at file:\/\/\/.*raw: bring data in with `stockout ingest`/,
    );
  });

  test('a table whose files are deleted under its reader is told, and nothing half-written is seen', async () => {
    const world = await createWorkspace();
    const context = withEngine(world.context, SPARK);
    await ingest(context, [await world.parquet('raw.parquet', SAWTOOTH)]);
    for (const { key } of await world.storage.list('raw/')) {
      if (key.endsWith('.parquet')) await rm(join(world.folder, 'storage', key));
    }
    const error = await failureOf(ensureFeatures(context, { reads: false }));
    expect(error.message).toMatch(/This means: files of the table were deleted while it was read/);
    await expect(world.snapshot('features')).rejects.toThrow(/there is no table/);
  });
});

function daysOfSeries(relation: string): Promise<{ days: number }[]> {
  return duckdb.db.rows(`SELECT count(*) AS days FROM ${relation} GROUP BY store_id, product_id`);
}

async function compareTables(world: Workspace, mine: string, theirs: string): Promise<void> {
  const read = (table: string) =>
    world.query<Record<string, unknown> & { stockout_risk_score: number }>(
      table,
      'SELECT * EXCLUDE (scored_at), typeof(scored_at) AS type FROM {table} ORDER BY store_id, product_id, date',
    );
  const [a, b] = [await read(mine), await read(theirs)];
  const rest = (rows: typeof a) => rows.map((row) => ({ ...row, stockout_risk_score: 0 }));
  expect(rest(a)).toEqual(rest(b));
  const apart = a.map((row, i) =>
    Math.abs(row.stockout_risk_score - (b[i]?.stockout_risk_score ?? Number.NaN)),
  );
  expect(Math.max(...apart)).toBeLessThan(1e-6);
}
