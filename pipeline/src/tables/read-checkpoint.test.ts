import { StockoutError } from '@stockout/contracts';
import { quoteLiteral } from '@stockout/features';
import { describe, expect, test } from 'vitest';
import { type Workspace, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { countRows } from './relation.ts';
import { readCheckpoint } from './read-checkpoint.ts';
import { loadSnapshot, transactionVersion } from './snapshot.ts';
import { boundsOf } from './stats.ts';
import { tableWriters } from './table.test-support.ts';
import { v2Checkpoint } from './v2-checkpoint.test-support.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);
const { append, overwrite } = tableWriters(duckdb);

/** Versions 0 to 3: files, tombstones and a transaction. */
async function createTable(): Promise<Workspace> {
  const workspace = await createWorkspace();
  await append(workspace, 't', 'SELECT 1 AS a');
  await overwrite(workspace, 't', 'SELECT 2 AS a', [{ appId: 'x', version: 7 }]);
  for (const a of [3, 4]) await append(workspace, 't', `SELECT ${a} AS a`);
  return workspace;
}

describe('a checkpoint of the second spec', () => {
  test.each([
    ['json', true],
    ['json', false],
    ['parquet', true],
    ['parquet', false],
    ['classic', true],
    ['classic', false],
  ] as const)('is read (named as %s, with sidecars: %s)', async (name, sidecars) => {
    const workspace = await createTable();
    const { version: _, ...before } = await workspace.snapshot('t');
    await v2Checkpoint(duckdb.db, workspace, name, { sidecars });
    const after = await loadSnapshot(duckdb.db, workspace.locate('t'));
    expect([...after.files.keys()].toSorted()).toEqual([...before.files.keys()].toSorted());
    expect([...after.tombstones.keys()]).toEqual([...before.tombstones.keys()]);
    expect(transactionVersion(after, 'x')).toBe(7);
    expect(await workspace.query('t', 'FROM {table} ORDER BY a')).toEqual([2, 3, 4].map((a) => ({ a })));
    await append(workspace, 't', 'SELECT 5 AS a');
    expect(await workspace.query('t', 'SELECT count(*) AS n FROM {table}')).toEqual([{ n: 4 }]);
  });

  test('of which a sidecar is missing, or a half of the file, is told by its name', async () => {
    const workspace = await createTable();
    const { key, sidecars } = await v2Checkpoint(duckdb.db, workspace, 'json');
    await workspace.storage.delete(sidecars[1] ?? '');
    await expect(workspace.snapshot('t')).rejects.toThrow(StockoutError);
    await expect(workspace.snapshot('t')).rejects.toThrow(`${key} of ${workspace.storage.uri} is damaged`);
    await expect(workspace.snapshot('t')).rejects.toThrow(sidecars[1]);
    await workspace.storage.put(key, (await workspace.storage.read(key)).subarray(0, -10));
    await expect(workspace.snapshot('t')).rejects.toThrow(`${key} of ${workspace.storage.uri} is damaged`);
  });

  test('may name a sidecar by its whole path', async () => {
    const workspace = await createTable();
    const { key, sidecars } = await v2Checkpoint(duckdb.db, workspace, 'json');
    const text = Buffer.from(await workspace.storage.read(key)).toString('utf8');
    const names = sidecars.map((sidecar) => sidecar.split('/').at(-1) ?? '');
    const whole = names.reduce(
      (all, name) => all.replace(name, `${workspace.storage.uri}/t/_delta_log/_sidecars/${name}`),
      text,
    );
    await workspace.storage.put(key, whole);
    const actions = await readCheckpoint(duckdb.db, workspace.locate('t'), [key]);
    expect(actions.filter(({ add }) => add)).toHaveLength(3);
  });
});

test('statistics that a checkpoint has as columns are those of a commit', async () => {
  const workspace = await createWorkspace();
  for (let day = 1; day <= 9; day++)
    await append(workspace, 't', `SELECT DATE '2025-01-0${day}' AS date, ${day} AS a`);
  const before = await workspace.snapshot('t');
  const { key } = await v2Checkpoint(duckdb.db, workspace, 'classic', { sidecars: false });
  await using file = await workspace.storage.localFile(key);
  const parsed = `from_json(add.stats, '{"numRecords": "BIGINT", "minValues": {"date": "DATE", "a": "BIGINT", "none": "BIGINT"},
    "maxValues": {"date": "DATE", "a": "BIGINT"}}')`;
  const add = `CASE WHEN add IS NOT NULL THEN struct_pack(path := add.path, "partitionValues" := add."partitionValues",
    size := add.size, "modificationTime" := add."modificationTime", "dataChange" := false, stats_parsed := ${parsed}) END`;
  const path = await workspace.parquet(
    'parsed',
    `SELECT * REPLACE (${add} AS add) FROM read_parquet(${quoteLiteral(file.path)})`,
  );
  await workspace.storage.put(key, { file: path });
  const after = await workspace.snapshot('t');
  expect(after.files.size).toBe(9);
  for (const [name, { stats }] of after.files) {
    for (const column of ['date', 'a', 'none'])
      expect(boundsOf(stats, column)).toEqual(boundsOf(before.files.get(name)?.stats, column));
  }
  expect(await countRows(duckdb.db, workspace.locate('t'), after)).toBe(9);
});
