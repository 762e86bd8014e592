import { spawnSync } from 'node:child_process';
import { cp } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { ingest } from '../ingest/ingest.ts';
import { type Workspace, rawRows, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { score } from './score.ts';
import { buildJob, loadSalesScorer, putVersion } from './scoring.test-support.ts';

const createWorkspace = testWorkspaces(testDuckDB());
const CHILD = fileURLToPath(new URL('./kill.test-support.ts', import.meta.url));

test('a run that is killed before any of its changes to the storage is completed by the next try, in one commit', async () => {
  const prepared = await workspaceWithPredictions();
  let steps = 0;
  for (let finished = false; !finished;) {
    const workspace = await createWorkspace();
    await cp(join(prepared.folder, 'storage'), join(workspace.folder, 'storage'), { recursive: true });
    steps++;
    const child = spawnSync(process.execPath, [CHILD, workspace.storage.uri, String(steps)], {
      encoding: 'utf8',
    });
    finished = child.status === 0;
    expect([child.status, child.signal, child.stderr]).toEqual(
      finished ? [0, null, ''] : [null, 'SIGKILL', ''],
    );
    await expectOneCommit(workspace);
  }
  // plan, features (data and commit), predictions (data), shard, kept rows, commit, result: and the one that it survived.
  expect(steps).toBe(9);
}, 60_000);

/** Two earlier commits, one of them with days that the window of the killed run cuts through. */
async function workspaceWithPredictions(): Promise<Workspace> {
  const workspace = await createWorkspace();
  await ingest(workspace.context, [await workspace.parquet('rows.parquet', rawRows())]);
  await putVersion(workspace.storage, 'v1');
  const job = buildJob({ input: { lastDays: 5 } });
  await score(workspace.context, job, { run: 'earlier', version: 'v1', loadScorer: loadSalesScorer });
  // As if the features had been made of older data: the killed run has to make its own.
  for (const { key } of await workspace.storage.list('features')) await workspace.storage.delete(key);
  return workspace;
}

async function expectOneCommit(workspace: Workspace): Promise<void> {
  const before = await workspace.snapshot('predictions');
  expect(await workspace.query('predictions', 'SELECT count(*) AS n FROM {table}')).toEqual([{ n: 10 }]);
  const job = buildJob({ output: { table: 'predictions', mode: 'ReplaceWindow' } });
  const options = { run: 'killed', version: 'v1', loadScorer: loadSalesScorer };
  const result = await score(workspace.context, job, options);
  expect(result).toMatchObject({ rows: 6, tableVersion: 1 });
  expect(await score(workspace.context, job, options)).toEqual(result);
  expect([0, 1]).toContain(before.version);
  const { version } = await workspace.snapshot('predictions');
  expect(version).toBe(1);
  const days =
    'SELECT date, count(*) AS n, count(DISTINCT scored_at) AS runs FROM {table} GROUP BY date ORDER BY date';
  const expected = [16, 17, 18, 19, 20].map((day) => ({ date: `2025-01-${day}`, n: 2, runs: 1 }));
  expect(await workspace.query('predictions', days)).toEqual(expected);
  expect(await workspace.query('predictions', 'SELECT DISTINCT scored_at FROM {table}')).toHaveLength(2);
}
