import { InputError } from '@stockout/contracts';
import { expect, test } from 'vitest';
import { features } from './features.ts';
import { ingest } from './ingest/ingest.ts';
import { score } from './score/score.ts';
import { buildJob, loadSalesScorer, putVersion } from './score/scoring.test-support.ts';
import { age, tableWriters } from './tables/table.test-support.ts';
import { vacuum } from './vacuum.ts';
import { type Workspace, rawRows, testDuckDB, testWorkspaces } from './workspace.test-support.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);
const { append, overwrite } = tableWriters(duckdb);

/** Two versions of features and predictions, the first of each older than the retention; rejected rows too. */
async function workspaceWithHistory(): Promise<Workspace> {
  const workspace = await createWorkspace();
  const { context, parquet } = workspace;
  await putVersion(workspace.storage, 'v1');
  const bad = `SELECT * REPLACE (CASE WHEN day(date) = 3 THEN 7 ELSE stockout END AS stockout) FROM (${rawRows()})`;
  await ingest(context, [await parquet('rows.parquet', bad)]);
  await scoreAs(workspace, 'first');
  await age(workspace, '', 30);
  await ingest(context, [await parquet('late.parquet', rawRows({ from: 20, days: 1 }))]);
  await scoreAs(workspace, 'second');
  await age(workspace, '', 8);
  return workspace;
}

function scoreAs({ context }: Workspace, run: string) {
  return score(context, buildJob(), { run, version: 'v1', loadScorer: loadSalesScorer });
}

test('of all tables that the storage knows of for the model what is not needed goes, and they read as before', async () => {
  const workspace = await workspaceWithHistory();
  const dry = await vacuum(workspace.context, { dryRun: true });
  expect(dry.tables.map(({ table, files }) => [table, files])).toEqual([
    ['raw', 0],
    ['raw_rejected', 0],
    ['features', 1],
    ['predictions', 1],
    ['runs/default', 0],
    ['models/default/retail', 0],
  ]);
  const rows = await workspace.query('predictions', 'FROM {table} ORDER BY ALL');
  expect(await vacuum(workspace.context)).toEqual(dry);
  expect(await vacuum(workspace.context)).toMatchObject({ files: 0, bytes: 0 });
  expect(await workspace.query('predictions', 'FROM {table} ORDER BY ALL')).toEqual(rows);
  expect(await features(workspace.context)).toMatchObject({ rows: 40, tableVersion: 1 });
  expect(await features(workspace.context, { dataVersion: 0 })).toMatchObject({ rows: 38 });
});

test('jobs that have not run yet are known by their manifests, with the features of their own input', async () => {
  const { context } = await createWorkspace();
  const jobs = [buildJob({ input: { table: 'other' }, output: { table: 'theirs', mode: 'Append' } })];
  const { tables } = await vacuum(context, { jobs });
  expect(tables.map(({ table }) => table)).toEqual([
    'raw',
    'other',
    'raw_rejected',
    'other_rejected',
    'features',
    'other_features',
    'theirs',
    'runs/default',
    'models/default/retail',
  ]);
});

test('a retention shorter than a Job may run is refused, unless it is said that nothing runs', async () => {
  const workspace = await workspaceWithHistory();
  await expect(vacuum(workspace.context, { retentionHours: 1 })).rejects.toThrow(InputError);
  await expect(vacuum(workspace.context, { retentionHours: 1 })).rejects.toThrow(
    'a retention of 1 hours is shorter than a Job may run (168)',
  );
  const allowed = { retentionHours: 0, allowShortRetention: true };
  expect(await vacuum(workspace.context, allowed)).toMatchObject({ files: 2 });
});

test('the version of the raw table that the spec trains on stays, however old', async () => {
  const workspace = await createWorkspace();
  await append(workspace, 'raw', rawRows());
  await overwrite(workspace, 'raw', rawRows({ days: 30 }));
  await age(workspace, '', 8);
  workspace.context.model.spec.data.version = 0;
  expect(await vacuum(workspace.context)).toMatchObject({ files: 0 });
  expect(await features(workspace.context)).toMatchObject({ rows: 40 });
  delete workspace.context.model.spec.data.version;
  expect(await vacuum(workspace.context)).toMatchObject({ files: 1 });
});
