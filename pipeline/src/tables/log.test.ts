import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { commitKey, latestOf, listLogUntil, logListing, newestOf, oldestReadable } from './log.ts';
import { writeLog } from './long-log.test-support.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);

test('a listing may have more versions than a call takes arguments', async () => {
  const { locate } = await createWorkspace();
  const keys = Array.from({ length: 300_000 }, (_, i) => ({ key: commitKey(locate('t'), 50 + i) }));
  const checkpoints = keys
    .filter((_, i) => i % 2 === 0)
    .map(({ key }) => ({ key: key.replace('.json', '.checkpoint.parquet') }));
  const log = logListing(locate('t'), [...keys, ...checkpoints]);
  expect([log.commits.size, log.checkpoints.size]).toEqual([300_000, 150_000]);
  expect([latestOf(log), oldestReadable(log)]).toEqual([300_049, 50]);
  expect(newestOf(log.checkpoints.keys(), 1001)).toBe(1000);
  expect(newestOf([])).toBe(-1);
});

test('of a log only the old part is listed, with its hidden checksums', async () => {
  const workspace = await createWorkspace();
  await writeLog(duckdb.db, workspace, { last: 700 });
  const { storage, folder, locate } = workspace;
  const now = Date.now();
  for (let version = 0; version < 150; version++) {
    const key = commitKey(locate('t'), version);
    await utimes(join(folder, 'storage', key), now / 1000 - 1000, now / 1000 - 1000);
  }
  const hidden = [0, 1, 699].map((version) => `t/_delta_log/.${String(version).padStart(20, '0')}.json.crc`);
  for (const key of hidden) await storage.put(key, '');
  const files = await listLogUntil(locate('t'), now - 500_000);
  const commits = files.filter(({ key }) => key.endsWith('.json'));
  expect(commits.slice(0, 150).every(({ modifiedAt }) => modifiedAt.getTime() < now - 500_000)).toBe(true);
  expect(commits).toHaveLength(400);
  expect(files.slice(0, 3).map(({ key }) => key)).toEqual(hidden);
  expect(await listLogUntil(locate('t'), now - 2_000_000)).toHaveLength(100);
  expect(await listLogUntil(locate('t'), now + 1000)).toHaveLength(704);
  expect(await listLogUntil(locate('none'), now)).toEqual([]);
});
