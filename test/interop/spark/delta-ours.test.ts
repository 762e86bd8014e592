import { join } from 'node:path';
import { expect, test } from 'vitest';
import { features } from '../../../pipeline/src/features.ts';
import { ingest } from '../../../pipeline/src/ingest/ingest.ts';
import { score } from '../../../pipeline/src/score/score.ts';
import { buildJob, loadSalesScorer, putVersion } from '../../../pipeline/src/score/scoring.test-support.ts';
import { listLog } from '../../../pipeline/src/tables/log.ts';
import { buildModel } from '../../../pipeline/src/train/model.test-support.ts';
import { rawRows } from '../../../pipeline/src/workspace.test-support.ts';
import { expectVacuumLeavesTheTableAlone } from '../../tables/expect-vacuum.ts';
import { age, appendOnce, snapshotOf, tableIn } from '../../tables/table-world.ts';
import { temporaryFolders } from '../../tables/temporary-folders.ts';
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
  const { storage } = tableIn(folder);
  const context = { model: buildModel(), storage };
  await putVersion(storage, 'v1');
  for (const [i, mode] of (['Append', 'Append', 'ReplaceWindow', 'Overwrite'] as const).entries()) {
    const file = join(folder, `${i}.parquet`);
    const bad = `SELECT * REPLACE (CASE WHEN day(date) = 3 THEN 7 ELSE stockout END AS stockout) FROM (${rawRows({ from: i * 20 })})`;
    await db.run(`COPY (${bad}) TO '${file}' (FORMAT parquet)`);
    await ingest(context, [file]);
    await features(context);
    const job = buildJob({ input: { lastDays: 25 }, output: { table: 'predictions', mode } });
    await score(context, job, { run: `run-${i}`, version: 'v1', loadScorer: loadSalesScorer });
  }
  for (const name of ['raw', 'raw_rejected', 'features', 'predictions']) {
    const table = tableIn(folder, name);
    expect((await snapshotOf(db, table)).version).toBeGreaterThanOrEqual(2);
    await expectSameRows(neighbours, table);
  }
});
