import { expect, test } from 'vitest';
import { listLog } from '../../../pipeline/src/tables/log.ts';
import { expectVacuumLeavesTheTableAlone } from '../../tables/expect-vacuum.ts';
import { age, appendOnce, snapshotOf, tableIn } from '../../tables/table-world.ts';
import { temporaryFolders } from '../../tables/temporary-folders.ts';
import { writeInEachMode } from '../../tables/write-in-each-mode.ts';
import { expectSameRows, testNeighbours, writeOurs } from './delta-neighbours.ts';
import { historyBySpark } from './delta-spark.ts';

// What we write, as Spark and delta-rs read it.
const temporaryFolder = temporaryFolders();
const neighbours = testNeighbours();

test('every version is read alike: appends, a new column, an overwrite with other columns, across a checkpoint', async () => {
  const { db, spark, deltaRs } = neighbours;
  const table = tableIn(await temporaryFolder());
  for (let n = 0; n < 6; n++) await appendOnce(db, table, 'a', n, `SELECT ${n} AS a FROM range(2)`);
  for (let n = 0; n < 6; n++) await appendOnce(db, table, 'b', n, `SELECT ${n} AS a, 'new' AS b`);
  await writeOurs(neighbours, table, 'SELECT 7 AS a, 1.5::DOUBLE AS c FROM range(5)', {
    replacesSchema: true,
  });
  await appendOnce(db, table, 'c', 0, 'SELECT 8 AS a, NULL::DOUBLE AS c');
  expect((await listLog(table)).checkpoints.has(10)).toBe(true);
  await expectSameRows(neighbours, table);
  const versions = Array.from({ length: 14 }, (_, i) => 13 - i);
  expect(await historyBySpark(spark, table)).toEqual(versions);
  expect(await deltaRs.history(table)).toEqual(versions);
});

test('every version that a cleaned log still has is read alike, and what vacuum leaves', async () => {
  const { db } = neighbours;
  const folder = await temporaryFolder();
  const table = tableIn(folder);
  for (let n = 0; n < 15; n++) await appendOnce(db, table, 'a', n, `SELECT ${n} AS a`);
  await age(folder, table, 31);
  for (let n = 15; n < 21; n++) await appendOnce(db, table, 'a', n, `SELECT ${n} AS a`);
  expect(Math.min(...(await listLog(table)).commits.keys())).toBe(10);
  await expectSameRows(neighbours, table, { first: 10, by: ['delta-rs'] });
  // Spark reads no version older than delta.deletedFileRetentionDuration, a week, whatever is there.
  await expectSameRows(neighbours, table, { first: 15, by: ['Spark'] });
  await writeOurs(neighbours, table, 'SELECT 7 AS a', { replacesSchema: true });
  await expectVacuumLeavesTheTableAlone(db, table);
  await expectSameRows(neighbours, table, { first: 21 });
});

test('every version of the tables that the product writes is read alike, in each output mode', async () => {
  const { db } = neighbours;
  const folder = await temporaryFolder();
  await writeInEachMode(db, folder);
  for (const name of ['raw', 'raw_rejected', 'features', 'predictions']) {
    const table = tableIn(folder, name);
    expect((await snapshotOf(db, table)).version).toBeGreaterThanOrEqual(2);
    await expectSameRows(neighbours, table);
  }
});
