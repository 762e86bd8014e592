import { type DuckDB, openDuckDB } from '@stockout/features';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readCheckpoint } from '../../pipeline/src/tables/read-checkpoint.ts';
import { type TableLocation, listLog, readCommit } from '../../pipeline/src/tables/log.ts';
import { emptyState, replay } from '../../pipeline/src/tables/replay.ts';
import { DeltaRs } from './delta-rs.ts';
import { expectVacuumLeavesTheTableAlone } from './expect-vacuum.ts';
import { runProgram } from './run-program.ts';
import { rowsOf, snapshotOf, tableIn } from './table-world.ts';
import { temporaryFolders } from './temporary-folders.ts';

const WRITERS = 4;
const COMMITS = 250;
const temporaryFolder = temporaryFolders();

let db: DuckDB;
let table: TableLocation;
beforeAll(async () => {
  db = await openDuckDB({ threads: 1 });
  const folder = await temporaryFolder();
  table = tableIn(folder);
  const writers = Array.from({ length: WRITERS }, (_, writer) =>
    runProgram('./writer.ts', folder, String(writer), String(COMMITS)),
  );
  for (const ended of await Promise.all(writers)) expect(ended).toMatchObject({ code: 0, stderr: '' });
});
afterAll(() => db[Symbol.asyncDispose]());

test('of 4 writers with 250 commits each nothing is lost, nothing is there twice, and each kept its order', async () => {
  const { version, transactions } = await snapshotOf(db, table);
  expect(version).toBe(WRITERS * COMMITS - 1);
  const rows = await rowsOf(db, table, 'SELECT count(*) AS n, count(DISTINCT (writer, n)) AS distinct_rows');
  expect(rows).toEqual([{ n: WRITERS * COMMITS, distinct_rows: WRITERS * COMMITS }]);
  expect([...transactions.values()].map((txn) => txn.version)).toEqual(Array(WRITERS).fill(COMMITS - 1));
});

test('each of their 99 checkpoints says what the commits before it say', async () => {
  const { checkpoints } = await listLog(table);
  expect(checkpoints.size).toBe(99);
  let state = emptyState();
  for (let version = 0; version < WRITERS * COMMITS; version++) {
    state = replay(state, await readCommit(table, version));
    const keys = checkpoints.get(version);
    if (keys === undefined) continue;
    const read = replay(emptyState(), await readCheckpoint(db, table, keys));
    expect([...read.files.keys()].toSorted()).toEqual([...state.files.keys()].toSorted());
    expect(read.transactions).toEqual(state.transactions);
    expect([read.protocol, read.metadata]).toMatchObject([state.protocol, { id: state.metadata?.id }]);
  }
});

test('delta-rs reads all of their 1,000 versions', async () => {
  const deltaRs = await DeltaRs.install();
  const versions = await deltaRs.read(table, 'n', { every: 111 });
  expect(versions.map(({ logged }) => logged)).toEqual(versions.map(({ version }) => version + 1));
  const read = versions.filter(({ n }) => n !== undefined);
  expect(read.map(({ n }) => n)).toEqual(read.map(({ version }) => version + 1));
  expect(read.at(-1)).toMatchObject({ version: 999, total: (WRITERS * COMMITS * (COMMITS - 1)) / 2 });
});

test('they leave no file behind that the table does not have', async () => {
  await expectVacuumLeavesTheTableAlone(db, table);
});
