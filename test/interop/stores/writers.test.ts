import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { openDuckDB } from '@stockout/features';
import { openStorage } from '@stockout/storage';
import { expect, test } from 'vitest';
import { rowsOf, snapshotOf } from '../../tables/table-world.ts';
import { expectVacuumLeavesTheTableAlone } from '../../tables/expect-vacuum.ts';
import { describeStores } from './both-stores.ts';
import { FaultyProxy } from './faulty-proxy.ts';
import { run } from './running.ts';
import type { Store } from './store.ts';

const WRITER = fileURLToPath(new URL('./writer.ts', import.meta.url));

function everyWrite(n: number): (method: string) => boolean {
  let writes = 0;
  return (method) => method === 'PUT' && ++writes % n === 0;
}

/** Writers as processes of their own, in one table. */
async function race(store: Store, folder: string, writers: number, commits: number, origin = store.origin) {
  const args = (writer: number) => [WRITER, store.uri(folder), String(writer), String(commits)];
  const all = Array.from({ length: writers }, (_, writer) =>
    run(process.execPath, args(writer), { env: store.environment(origin) }),
  );
  await Promise.all(all);
}

async function expectNothingLost(
  store: Store,
  folder: string,
  writers: number,
  commits: number,
): Promise<void> {
  const table = { storage: openStorage(store.uri(folder)), path: 't', name: 't' };
  await using db = await openDuckDB({ threads: 2 });
  const { version, transactions } = await snapshotOf(db, table);
  expect(version).toBe(writers * commits - 1);
  const rows = await rowsOf(db, table, 'SELECT count(*) AS n, count(DISTINCT (writer, n)) AS distinct_rows');
  expect(rows).toEqual([{ n: writers * commits, distinct_rows: writers * commits }]);
  expect([...transactions.values()].map((txn) => txn.version)).toEqual(Array(writers).fill(commits - 1));
  await expectVacuumLeavesTheTableAlone(db, table);
}

describeStores('a Delta table', (store) => {
  test('of 4 writers with 250 commits each nothing is lost, nothing is there twice, and each kept its order', async () => {
    await race(store(), 'raced', 4, 250);
    await expectNothingLost(store(), 'raced', 4, 250);
  }, 600_000);

  test('nor where one write in five is done and answered by an error or a cut, or is refused at first', async () => {
    const proxy = await FaultyProxy.start(store().origin);
    proxy.inject({ after: 'fail' }, everyWrite(11), Infinity);
    proxy.inject({ after: 'cut' }, everyWrite(13), Infinity);
    proxy.inject({ status: 503, body: '<Error><Code>SlowDown</Code></Error>' }, everyWrite(17), Infinity);
    await race(store(), 'faulty', 2, 40, proxy.origin);
    await proxy.stop();
    await expectNothingLost(store(), 'faulty', 2, 40);
  });
});
