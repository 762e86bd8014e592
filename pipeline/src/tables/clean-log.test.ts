import { InputError } from '@stockout/contracts';
import { expect, test } from 'vitest';
import { type Workspace, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { cleanLog } from './clean-log.ts';
import { intervalMilliseconds } from './interval.ts';
import { commit } from './table.ts';
import { EMPTY, INTEGER_A, age, foreignTable, metadata, tableWriters } from './table.test-support.ts';
import { v2Checkpoint } from './v2-checkpoint.test-support.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);
const { append } = tableWriters(duckdb);

async function appendTimes(workspace: Workspace, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await append(workspace, 't', 'SELECT 1 AS a');
}

async function log({ storage }: Workspace): Promise<string[]> {
  const names = (await storage.list('t/_delta_log')).map(({ key }) => key.slice('t/_delta_log/'.length));
  return names.map((name) => name.replace(/^0+(?=\d)/, ''));
}

test('a checkpoint takes the log of more than 30 days ago with it, up to the checkpoint before that', async () => {
  const workspace = await createWorkspace();
  await appendTimes(workspace, 23);
  await age(workspace, 't', 31);
  await appendTimes(workspace, 8);
  const kept = (await log(workspace)).filter((name) => name.endsWith('.json')).map((name) => parseInt(name));
  expect(kept).toEqual([20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30]);
  expect((await log(workspace)).filter((name) => name.endsWith('.parquet'))).toEqual([
    '20.checkpoint.parquet',
    '30.checkpoint.parquet',
  ]);
  for (const version of [20, 22, 30]) {
    const rows = await workspace.query('t', 'SELECT count(*) AS n FROM {table}', version);
    expect(rows).toEqual([{ n: version + 1 }]);
  }
  await expect(workspace.snapshot('t', 19)).rejects.toThrow('its log goes from 20 to 30');
});

test('a version that is pinned stays readable, and so does all that is younger', async () => {
  const workspace = await createWorkspace();
  await appendTimes(workspace, 29);
  await age(workspace, 't', 31);
  const written = { fields: [INTEGER_A], adds: [], pinned: 12 };
  await appendTimes(workspace, 1);
  await commit(duckdb.db, workspace.locate('t'), async () => ({ ...EMPTY, ...written }));
  expect(parseInt((await log(workspace))[0] ?? '')).toBe(10);
  expect(await workspace.query('t', 'SELECT count(*) AS n FROM {table}', 12)).toEqual([{ n: 13 }]);
});

test('a version whose log is gone is told with the versions that are left and how to keep one', async () => {
  const workspace = await createWorkspace();
  await appendTimes(workspace, 20);
  await age(workspace, 't', 31);
  await appendTimes(workspace, 1);
  const gone = workspace.snapshot('t', 3);
  await expect(gone).rejects.toThrow(InputError);
  await expect(gone).rejects.toThrow(
    'version 3 of table t cannot be read: its log goes from 10 to 20. Older commits were removed when they were older ' +
      'than delta.logRetentionDuration (30 days, unless the table says otherwise). Name 10 or a newer one',
  );
});

test('a log within the retention is left alone', async () => {
  const workspace = await createWorkspace();
  await appendTimes(workspace, 15);
  await age(workspace, 't', 29);
  await appendTimes(workspace, 6);
  expect(await log(workspace)).toHaveLength(21 + 2 + 1);
});

test('sidecars go with the last checkpoint that names them, and not while one may still be written', async () => {
  const workspace = await createWorkspace();
  await appendTimes(workspace, 9);
  const first = await v2Checkpoint(duckdb.db, workspace, 'json');
  await appendTimes(workspace, 2);
  const second = await v2Checkpoint(duckdb.db, workspace, 'parquet');
  await workspace.storage.put('t/_delta_log/_sidecars/stranded.parquet', '');
  await age(workspace, 't', 31);
  await workspace.storage.put('t/_delta_log/_sidecars/of-a-writer.parquet', '');
  await appendTimes(workspace, 10);
  const kept = (await workspace.storage.list('t/_delta_log')).map(({ key }) => key);
  for (const key of [...first.sidecars, first.key, 't/_delta_log/_sidecars/stranded.parquet'])
    expect(kept).not.toContain(key);
  for (const key of [...second.sidecars, second.key, 't/_delta_log/_sidecars/of-a-writer.parquet'])
    expect(kept).toContain(key);
  expect(await workspace.query('t', 'SELECT count(*) AS n FROM {table}', 10)).toEqual([{ n: 11 }]);
});

test('a damaged checkpoint does not take the commits with it that could replace it', async () => {
  const workspace = await createWorkspace();
  await appendTimes(workspace, 20);
  const { metadata: ofTable } = await workspace.snapshot('t');
  await workspace.storage.put('t/_delta_log/00000000000000000010.checkpoint.parquet', 'damaged');
  await age(workspace, 't', 31);
  const cleaned = cleanLog(duckdb.db, workspace.locate('t'), ofTable, { now: Date.now() });
  await expect(cleaned).rejects.toThrow('damaged');
  expect((await log(workspace)).filter((name) => name.endsWith('.json'))).toHaveLength(20);
});

test.each([
  ['cleans up never', { 'delta.enableExpiredLogCleanup': 'false' }],
  ['keeps it longer', { 'delta.logRetentionDuration': 'interval 60 days' }],
  ['says it in words that are not understood', { 'delta.logRetentionDuration': 'as long as needed' }],
])('the log of a table that %s stays', async (_, configuration) => {
  const workspace = await createWorkspace();
  const protocol = { minReaderVersion: 1, minWriterVersion: 2 };
  await foreignTable(workspace, [{ protocol }, { metaData: metadata({ configuration }) }]);
  await appendTimes(workspace, 12);
  await age(workspace, 't', 31);
  await appendTimes(workspace, 8);
  expect((await log(workspace)).filter((name) => name.endsWith('.json'))).toHaveLength(21);
});

test.each([
  ['interval 30 days', 30 * 86_400_000],
  ['INTERVAL 1 WEEK', 7 * 86_400_000],
  ['12 hours', 12 * 3_600_000],
  ['interval 1 month', undefined],
  ['a while', undefined],
])('%j is read as %s milliseconds', (text, milliseconds) => {
  expect(intervalMilliseconds(text)).toBe(milliseconds);
});
