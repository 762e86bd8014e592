import { expect, test } from 'vitest';
import { LAST_CHECKPOINT, commitKey, keyIn } from '../../../pipeline/src/tables/log.ts';
import { snapshotOf, tableIn } from '../../tables/table-world.ts';
import { temporaryFolders } from '../../tables/temporary-folders.ts';
import { expectSameRows, testNeighbours, writeOurs } from './delta-neighbours.ts';
import { runOnSpark } from './delta-spark.ts';

const temporaryFolder = temporaryFolders();
const neighbours = testNeighbours();

/** Spark's settings: a part of a checkpoint, or a sidecar, has at most two files of the table. */
const PARTS = 'spark.databricks.delta.checkpoint.partSize';
const TOP_LEVEL = 'spark.databricks.delta.checkpointV2.topLevelFileFormat';

/** The settings, what a checkpoint's files are called, and what refuses us as a writer. */
const KINDS: [kind: string, policy: string, settings: string[], files: RegExp, unwritten?: RegExp][] = [
  ['in parts', 'classic', [], /\d{20}\.checkpoint\.\d{10}\.\d{10}\.parquet$/],
  [
    'of version 2 in JSON',
    'v2',
    [`SET ${TOP_LEVEL} = json`],
    /\d{20}\.checkpoint\.[\da-f-]{36}\.json$/,
    /v2Checkpoint/,
  ],
  [
    'of version 2 in Parquet',
    'v2',
    [`SET ${TOP_LEVEL} = parquet`],
    /\d{20}\.checkpoint\.[\da-f-]{36}\.parquet$/,
    /v2Checkpoint/,
  ],
];

test.each(KINDS)(
  'a table whose log begins with a checkpoint %s of Spark is read',
  async (_, policy, settings, files, unwritten) => {
    const { db, spark } = neighbours;
    const table = tableIn(await temporaryFolder());
    await runOnSpark(
      spark,
      table,
      `SET ${PARTS} = 2`,
      ...settings,
      `CREATE TABLE {t} (a INT, b STRING) USING delta
      TBLPROPERTIES ('delta.checkpointPolicy' = '${policy}', 'delta.checkpointInterval' = '5')`,
      ...['1', '2', '3', '4'].map((a) => `INSERT INTO {t} VALUES (${a}, 'before')`),
      'DELETE FROM {t} WHERE a = 2',
      "INSERT INTO {t} VALUES (9, 'after')",
    );
    await expectSameRows(neighbours, table, { by: ['Spark'] });
    const names = (await table.storage.list(keyIn(table, '_delta_log'))).map(({ key }) => key);
    expect(names.filter((name) => files.test(name)).length).toBeGreaterThan(policy === 'classic' ? 1 : 0);

    // As a cleaned log: nothing but the checkpoint says what is in the table.
    for (const version of [0, 1, 2, 3, 4]) await table.storage.delete(commitKey(table, version));
    await expectSameRows(neighbours, table, { first: 5, by: ['Spark'] });
    await table.storage.delete(keyIn(table, LAST_CHECKPOINT));
    await expectSameRows(neighbours, table, { first: 5, by: ['Spark'] });

    const append = writeOurs(neighbours, table, "SELECT 100 AS a, 'ours' AS b");
    if (unwritten) await expect(append).rejects.toThrow(unwritten);
    else await append;
    await expectSameRows(neighbours, table, { first: (await snapshotOf(db, table)).version, by: ['Spark'] });
  },
);
