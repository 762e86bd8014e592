import { join } from 'node:path';
import { expect, test } from 'vitest';
import { features } from '../../../pipeline/src/features.ts';
import { ingest } from '../../../pipeline/src/ingest/ingest.ts';
import { type TableLocation, listLog } from '../../../pipeline/src/tables/log.ts';
import { buildModel } from '../../../pipeline/src/train/model.test-support.ts';
import { rowsOf, snapshotOf, tableIn } from '../../tables/table-world.ts';
import { temporaryFolders } from '../../tables/temporary-folders.ts';
import {
  expectSameRows,
  expectVacuumLeavesWhatIsNeeded,
  testNeighbours,
  writeOurs,
} from './delta-neighbours.ts';
import { runOnSpark } from './delta-spark.ts';

// Spark and delta-rs work on a table that is ours, in turns with us.
const temporaryFolder = temporaryFolders();
const neighbours = testNeighbours();

type Step = (table: TableLocation) => Promise<void>;

function onSpark(...sql: string[]): Step {
  return (table) => runOnSpark(neighbours.spark, table, ...sql);
}

interface Writer {
  name: string;
  /** Each a commit or more. */
  steps: Step[];
  /** A commit, and a checkpoint of its version. */
  checkpoint: Step;
  /** Of everything that the newest version does not need. */
  vacuum: Step;
}

const SPARK: Writer = {
  name: 'Spark',
  steps: [
    onSpark("INSERT INTO {t} SELECT CAST(id AS INT), 'theirs' FROM range(100, 104)"),
    onSpark('OPTIMIZE {t}'),
    onSpark('DELETE FROM {t} WHERE a = 1'),
    onSpark("UPDATE {t} SET b = 'changed' WHERE a = 2"),
    onSpark(
      "MERGE INTO {t} t USING (SELECT 3 AS a) s ON t.a = s.a WHEN MATCHED THEN UPDATE SET b = 'merged'",
    ),
  ],
  checkpoint: onSpark(
    "ALTER TABLE {t} SET TBLPROPERTIES ('delta.checkpointInterval' = '1')",
    'DELETE FROM {t} WHERE a = 4',
  ),
  vacuum: onSpark(
    'SET spark.databricks.delta.retentionDurationCheck.enabled = false',
    'VACUUM {t} RETAIN 0 HOURS',
  ),
};

const DELTA_RS: Writer = {
  name: 'delta-rs',
  steps: [
    (table) =>
      neighbours.deltaRs.append(
        table,
        "select arrow_cast(value, 'Int32') as a, 'theirs' as b from generate_series(100, 103)",
      ),
    (table) => neighbours.deltaRs.compact(table),
    (table) => neighbours.deltaRs.delete(table, 'a = 1'),
  ],
  checkpoint: async (table) => {
    await neighbours.deltaRs.delete(table, 'a = 4');
    await neighbours.deltaRs.checkpoint(table);
  },
  vacuum: (table) => neighbours.deltaRs.vacuum(table),
};

test.each([SPARK, DELTA_RS])(
  '$name appends, compacts, deletes, checkpoints and vacuums beside us, and all read the same',
  async ({ steps, checkpoint, vacuum }) => {
    const { db } = neighbours;
    const table = tableIn(await temporaryFolder());
    const append = (a: number) => writeOurs(neighbours, table, `SELECT ${a} AS a, 'ours' AS b FROM range(2)`);
    for (const a of [0, 1, 2, 3, 4]) await append(a);
    for (const step of steps) {
      await step(table);
      await append(10);
    }
    await checkpoint(table);
    const { version } = await snapshotOf(db, table);
    expect((await listLog(table)).checkpoints.has(version)).toBe(true);
    await expectSameRows(neighbours, table);

    const select = 'SELECT a, b';
    const before = await rowsOf(db, table, select);
    expect(before.length).toBe(4 + 2 * (5 + steps.length) - 4);
    await vacuum(table);
    expect((await rowsOf(db, table, select)).toSorted(byText)).toEqual(before.toSorted(byText));
    await append(11);
    await expectSameRows(neighbours, table, { first: version });
    await expectVacuumLeavesWhatIsNeeded(neighbours, table);
    await expectSameRows(neighbours, table, { first: (await snapshotOf(db, table)).version });
  },
);

test('ingest goes into a table that Spark made with types of its own, and all read what both wrote', async () => {
  const { db, spark } = neighbours;
  const folder = await temporaryFolder();
  const table = tableIn(folder, 'raw');
  await runOnSpark(
    spark,
    table,
    `CREATE TABLE {t} (store_id BIGINT NOT NULL, product_id STRING, date TIMESTAMP_NTZ, stockout TINYINT, price DECIMAL(10,2),
      tags ARRAY<STRING>) USING delta`,
    "INSERT INTO {t} VALUES (7, 'P1', TIMESTAMP_NTZ '2025-01-01 00:00:00', 0, 1.5, array('a'))",
  );
  const rows = `SELECT '7' AS store_id, 'P1' AS product_id, DATE '2025-01-01' + CAST(d AS INTEGER) AS date, 1 AS stockout, 9.99 AS price FROM range(3) t(d)`;
  await db.run(`COPY (${rows}) TO '${folder}/rows.parquet' (FORMAT parquet)`);
  const context = { model: buildModel(), storage: table.storage };
  // The first of its days is there already.
  expect(await ingest(context, [join(folder, 'rows.parquet')])).toMatchObject({ rows: 2, rejected: 1 });
  await runOnSpark(
    spark,
    table,
    "INSERT INTO {t} VALUES (7, 'P1', TIMESTAMP_NTZ '2025-01-09 00:00:00', 0, 1.25, null)",
  );
  await expectSameRows(neighbours, table);
  expect(await features(context)).toMatchObject({ rows: 4 });
});

function byText(one: object, other: object): number {
  return JSON.stringify(one) < JSON.stringify(other) ? -1 : 1;
}
