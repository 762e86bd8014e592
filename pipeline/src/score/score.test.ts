import { InputError } from '@stockout/contracts';
import { beforeEach, describe, expect, test } from 'vitest';
import { ingest } from '../ingest/ingest.ts';
import { type Workspace, rawRows, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import type { Scorer } from '../xgboost/scorer.ts';
import { type ScoreOptions, score } from './score.ts';
import { buildJob, loadSalesScorer, putVersion } from './scoring.test-support.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);
const OPTIONS: ScoreOptions = { run: 'run-1', version: 'v1', loadScorer: loadSalesScorer };
const KEYS =
  'SELECT store_id, product_id, date, stockout_risk_score, stockout_risk_label FROM {table} ORDER BY ALL';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await createWorkspace();
  await ingest(workspace.context, [await workspace.parquet('rows.parquet', rawRows())]);
  await putVersion(workspace.storage, 'v1');
});

test('the last days of every series are scored, the newest included, with the columns that people rely on', async () => {
  const result = await score(workspace.context, buildJob(), OPTIONS);
  const expected = await workspace.query<{ stockout_risk_label: number }>(
    'raw',
    `SELECT store_id, product_id, date, CAST(CAST(daily_sales / 10 AS FLOAT) AS DOUBLE) AS stockout_risk_score,
      CAST(daily_sales >= 5 AS INTEGER) AS stockout_risk_label FROM {table} WHERE date >= '2025-01-18' ORDER BY ALL`,
  );
  expect(await workspace.query('predictions', KEYS)).toEqual(expected);
  const atRisk = expected.filter((row) => row.stockout_risk_label === 1).length;
  expect(result).toMatchObject({
    kind: 'score',
    run: 'run-1',
    version: 'v1',
    rows: 6,
    atRisk,
    tableVersion: 0,
  });
  const types = await workspace.query('predictions', 'DESCRIBE SELECT * FROM {table}');
  expect(types.map((column) => [column['column_name'], column['column_type']])).toEqual([
    ['store_id', 'VARCHAR'],
    ['product_id', 'VARCHAR'],
    ['date', 'DATE'],
    ['stockout_risk_score', 'DOUBLE'],
    ['stockout_risk_label', 'INTEGER'],
    ['model_version', 'VARCHAR'],
    ['scored_at', 'TIMESTAMP WITH TIME ZONE'],
  ]);
});

test('without lastDays all days are scored', async () => {
  expect(await score(workspace.context, buildJob({ input: {} }), OPTIONS)).toMatchObject({ rows: 40 });
});

describe('a run', () => {
  test('done again gives the same result and commits nothing, even when data and version have moved on', async () => {
    const first = await score(workspace.context, buildJob(), OPTIONS);
    await ingest(workspace.context, [
      await workspace.parquet('late.parquet', rawRows({ from: 20, days: 2 })),
    ]);
    await putVersion(workspace.storage, 'v2');
    expect(await score(workspace.context, buildJob(), { ...OPTIONS, version: 'v2' })).toEqual(first);
    expect((await workspace.snapshot('predictions')).version).toBe(0);
    const next = await score(workspace.context, buildJob(), { ...OPTIONS, run: 'run-2', version: 'v2' });
    expect(next).toMatchObject({ version: 'v2', tableVersion: 1 });
    expect(await workspace.query('predictions', 'SELECT max(date) AS day FROM {table}')).toEqual([
      { day: '2025-01-22' },
    ]);
  });

  test('started three times at once commits once', async () => {
    const job = buildJob({ output: { table: 'predictions', mode: 'Append' } });
    const results = await Promise.all([1, 2, 3].map(() => score(workspace.context, job, OPTIONS)));
    expect(new Set(results.map(({ tableVersion }) => tableVersion))).toEqual(new Set([0]));
    const { files, version } = await workspace.snapshot('predictions');
    expect(version).toBe(0);
    expect(await workspace.query('predictions', 'SELECT count(*) AS n FROM {table}')).toEqual([{ n: 6 }]);
    const stored = (await workspace.storage.list('predictions')).filter(({ key }) =>
      key.endsWith('.parquet'),
    );
    expect(stored).toHaveLength(files.size);
  });

  test('that was committed and lost its result before it was written finds it in the table', async () => {
    const first = await score(workspace.context, buildJob(), OPTIONS);
    for (const run of ['run-2', 'run-3']) await score(workspace.context, buildJob(), { ...OPTIONS, run });
    await workspace.storage.delete('runs/default/nightly/run-1/result.json');
    expect(await score(workspace.context, buildJob(), OPTIONS)).toEqual(first);
    expect((await workspace.snapshot('predictions')).version).toBe(2);
  });

  test('whose store loses answers still commits once, with files that are there', async () => {
    const { storage } = workspace;
    const putIfAbsent = storage.putIfAbsent.bind(storage);
    storage.putIfAbsent = async (key, content) => {
      await putIfAbsent(key, content);
      return false;
    };
    expect(await score(workspace.context, buildJob(), OPTIONS)).toMatchObject({ rows: 6, tableVersion: 0 });
    expect(await workspace.query('predictions', 'SELECT count(*) AS n FROM {table}')).toEqual([{ n: 6 }]);
  });

  test('taken up after its files were removed says so, and commits nothing', async () => {
    const { storage } = workspace;
    const putIfAbsent = storage.putIfAbsent.bind(storage);
    storage.putIfAbsent = (key, content) =>
      key.startsWith('predictions/_delta_log')
        ? Promise.reject(new Error('killed'))
        : putIfAbsent(key, content);
    await expect(score(workspace.context, buildJob(), OPTIONS)).rejects.toThrow('killed');
    storage.putIfAbsent = putIfAbsent;
    for (const { key } of await storage.list('predictions')) await storage.delete(key);
    await expect(score(workspace.context, buildJob(), OPTIONS)).rejects.toThrow(
      'under the name of another run',
    );
    expect(await storage.list('predictions')).toEqual([]);
    const again = await score(workspace.context, buildJob(), { ...OPTIONS, run: 'run-2' });
    expect(again).toMatchObject({ rows: 6, tableVersion: 0 });
  });

  test('whose plan is damaged says which file it is', async () => {
    await workspace.storage.put('runs/default/nightly/run-1/plan.json', '{"formatVersion": 2}');
    await expect(score(workspace.context, buildJob(), OPTIONS)).rejects.toThrow(
      'runs/default/nightly/run-1/plan.json in file://',
    );
  });

  test('without a name is a run of its own each time', async () => {
    const options = { version: 'v1', loadScorer: loadSalesScorer };
    await score(workspace.context, buildJob(), options);
    expect(await score(workspace.context, buildJob(), options)).toMatchObject({ tableVersion: 1 });
  });
});

describe('the output', () => {
  test('Overwrite holds the last run alone', async () => {
    await scoreInto('Overwrite', 'a', 3);
    await scoreInto('Overwrite', 'b', 1);
    expect(await days()).toEqual([{ day: 20, n: 2 }]);
  });

  test('Append holds all runs', async () => {
    await scoreInto('Append', 'a', 2);
    await scoreInto('Append', 'b', 1);
    expect(await days()).toEqual([
      { day: 19, n: 2 },
      { day: 20, n: 4 },
    ]);
  });

  test('ReplaceWindow replaces the days that are scored and keeps the others, also within a file', async () => {
    await scoreInto('Append', 'a', 4);
    await scoreInto('ReplaceWindow', 'b', 2);
    expect(await days()).toEqual([17, 18, 19, 20].map((day) => ({ day, n: 2 })));
    await putVersion(workspace.storage, 'v2');
    await score(
      workspace.context,
      buildJob({ input: { lastDays: 2 }, output: { table: 'predictions', mode: 'ReplaceWindow' } }),
      { ...OPTIONS, run: 'c', version: 'v2' },
    );
    const versions =
      'SELECT model_version, count(*) AS n, min(date) AS first FROM {table} GROUP BY ALL ORDER BY ALL';
    expect(await workspace.query('predictions', versions)).toEqual([
      { model_version: 'v1', n: 4, first: '2025-01-17' },
      { model_version: 'v2', n: 4, first: '2025-01-19' },
    ]);
  });

  test('may not be a table that the run reads', async () => {
    for (const table of ['raw', 'features']) {
      const job = buildJob({ output: { table, mode: 'Append' } });
      await expect(score(workspace.context, job, OPTIONS)).rejects.toThrow(
        `spec.output.table is ${table}, which the run reads`,
      );
    }
  });
});

function scoreInto(mode: 'Overwrite' | 'Append' | 'ReplaceWindow', run: string, lastDays: number) {
  const job = buildJob({ input: { lastDays }, output: { table: 'predictions', mode } });
  return score(workspace.context, job, { ...OPTIONS, run });
}

function days() {
  const sql =
    'SELECT CAST(day(date) AS INTEGER) AS day, count(*) AS n FROM {table} GROUP BY ALL ORDER BY ALL';
  return workspace.query('predictions', sql);
}

describe('the version', () => {
  const { run, loadScorer } = OPTIONS;
  const options = { run, loadScorer };

  test('is by default the newest that has passed its gates', async () => {
    await putVersion(workspace.storage, 'v2');
    await putVersion(workspace.storage, 'v3', false);
    expect(await score(workspace.context, buildJob(), options)).toMatchObject({ version: 'v2' });
  });

  test("is the job's where it names one, though it has not passed", async () => {
    await putVersion(workspace.storage, 'v3', false);
    expect(await score(workspace.context, buildJob({ version: 'v3' }), options)).toMatchObject({
      version: 'v3',
    });
  });

  test('that does not exist is told with those that do, and the run stays free', async () => {
    const missing = score(workspace.context, buildJob({ version: 'v9' }), options);
    await expect(missing).rejects.toThrow(InputError);
    await expect(missing).rejects.toThrow('retail has no version v9');
    expect(await workspace.storage.list('runs')).toEqual([]);
  });

  test('that needs a feature which the data lacks is refused by the name of the feature', async () => {
    const fewer = await workspace.parquet('few.parquet', `SELECT * EXCLUDE price FROM (${rawRows()})`);
    workspace.context.model.spec.data.rawTable = 'other';
    await ingest(workspace.context, [fewer]);
    workspace.context.model.spec.data.rawTable = 'raw';
    const job = buildJob({ input: { table: 'other' } });
    await expect(score(workspace.context, job, OPTIONS)).rejects.toThrow(
      'v1 needs price, which version 0 of table other',
    );
  });

  test('whose scores are no probabilities is refused, and nothing is committed', async () => {
    await expect(
      score(workspace.context, buildJob(), { ...OPTIONS, loadScorer: loadBrokenScorer }),
    ).rejects.toThrow('v1 gave 6 scores that are not between 0 and 1');
    expect(await workspace.storage.list('predictions')).toEqual([]);
  });
});

async function loadBrokenScorer(): Promise<Scorer> {
  return { ...(await loadSalesScorer()), score: scoreNothing };
}

async function scoreNothing(_: Float32Array, rows: number): Promise<Float32Array> {
  return new Float32Array(rows).fill(Number.NaN);
}
