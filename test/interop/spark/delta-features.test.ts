import { describe, expect, test } from 'vitest';
import { relationAt } from '../../../pipeline/src/engines/spark/tables.ts';
import { type TableLocation, listLog } from '../../../pipeline/src/tables/log.ts';
import { countRows } from '../../../pipeline/src/tables/relation.ts';
import { vacuumTable } from '../../../pipeline/src/tables/vacuum-table.ts';
import { rowsOf, snapshotOf, tableIn } from '../../tables/table-world.ts';
import { temporaryFolders } from '../../tables/temporary-folders.ts';
import { expectSameRows, testNeighbours, writeOurs } from './delta-neighbours.ts';
import { asSparkHasIt, historyBySpark, runOnSpark } from './delta-spark.ts';

// Tables that Spark makes with what Delta Lake has: read right, or refused by its name before a row is read.
const temporaryFolder = temporaryFolders();
const neighbours = testNeighbours();

interface Feature {
  /** As the protocol has it, and what more the table uses. */
  name: string;
  /** {t} is the table. Its columns a and b are what we try to append. */
  sql: string[];
  /** What refuses to read it; default: it is read. */
  unread?: RegExp;
  /** What refuses to write to it; default: it is written. */
  unwritten?: RegExp;
}

const AB = '(a INT, b STRING) USING delta';
const TEN = "INSERT INTO {t} SELECT /*+ REPARTITION(1) */ CAST(id AS INT), 'b' || id FROM range(10)";
const properties = (...of: string[]) =>
  `TBLPROPERTIES (${of.map((each) => `'delta.${each}'`).join(', ')})`.replaceAll(/=/g, "' = '");

/** Another column of the name of one that was dropped: older files know nothing of it. */
const GONE_AND_BACK = ['ALTER TABLE {t} DROP COLUMN gone', 'ALTER TABLE {t} ADD COLUMN gone STRING'];

const FEATURES: Feature[] = [
  { name: 'appendOnly', sql: [`CREATE TABLE {t} ${AB} ${properties('appendOnly=true')}`, TEN] },
  { name: 'NOT NULL', sql: ['CREATE TABLE {t} (a INT NOT NULL, b STRING) USING delta', TEN] },
  {
    name: 'checkConstraints',
    sql: [`CREATE TABLE {t} ${AB}`, TEN, 'ALTER TABLE {t} ADD CONSTRAINT positive CHECK (a >= 0)', TEN],
    unwritten: /CHECK constraints|checkConstraints/,
  },
  {
    name: 'generatedColumns',
    sql: [
      'CREATE TABLE {t} (a INT, b STRING, twice INT GENERATED ALWAYS AS (a * 2)) USING delta',
      TEN.replace('{t}', '{t} (a, b)'),
    ],
    unwritten: /generated columns|generatedColumns/,
  },
  {
    name: 'identityColumns',
    sql: [
      'CREATE TABLE {t} (a INT, b STRING, id BIGINT GENERATED ALWAYS AS IDENTITY) USING delta',
      TEN.replace('{t}', '{t} (a, b)'),
    ],
    unwritten: /identity columns|identityColumns/,
  },
  {
    name: 'allowColumnDefaults',
    sql: [
      `CREATE TABLE {t} (a INT, b STRING DEFAULT 'none') USING delta ${properties('feature.allowColumnDefaults=supported')}`,
      'INSERT INTO {t} (a) VALUES (1)',
    ],
    unwritten: /allowColumnDefaults/,
  },
  {
    name: 'changeDataFeed',
    sql: [
      `CREATE TABLE {t} ${AB} ${properties('enableChangeDataFeed=true')}`,
      TEN,
      "UPDATE {t} SET b = 'x' WHERE a < 3",
      'DELETE FROM {t} WHERE a = 9',
    ],
    unwritten: /change data feed|changeDataFeed/,
  },
  {
    name: 'inCommitTimestamp',
    sql: [`CREATE TABLE {t} ${AB} ${properties('enableInCommitTimestamps=true')}`, TEN],
    unwritten: /inCommitTimestamp/,
  },
  {
    name: 'rowTracking',
    sql: [
      `CREATE TABLE {t} ${AB} ${properties('enableRowTracking=true')}`,
      TEN,
      "UPDATE {t} SET b = 'x' WHERE a < 3",
      'OPTIMIZE {t}',
    ],
    unwritten: /rowTracking/,
  },
  {
    name: 'clustering',
    sql: [`CREATE TABLE {t} ${AB} CLUSTER BY (a)`, TEN, TEN, 'OPTIMIZE {t}'],
    unwritten: /clustering/,
  },
  {
    name: 'typeWidening',
    sql: [
      `CREATE TABLE {t} (a INT, b STRING, y TINYINT, s SMALLINT, f FLOAT, d DATE, m DECIMAL(5,2), i INT, l INT) USING delta ${properties('enableTypeWidening=true', 'feature.timestampNtz=supported')}`,
      "INSERT INTO {t} VALUES (1, 'x', -128, -32768, 0.1, DATE '1969-12-31', -9.99, 2147483647, -5), (2, null, null, null, null, null, null, null, null)",
      ...Object.entries({
        a: 'BIGINT',
        y: 'INT',
        s: 'DOUBLE',
        f: 'DOUBLE',
        d: 'TIMESTAMP_NTZ',
        m: 'DECIMAL(12,4)',
        i: 'DECIMAL(12,2)',
        l: 'DOUBLE',
      }).map(([column, type]) => `ALTER TABLE {t} ALTER COLUMN ${column} TYPE ${type}`),
      "INSERT INTO {t} VALUES (3000000000, 'y', 70000, 1.5, 0.1, TIMESTAMP_NTZ '2025-01-01 12:00:00.000001', -9.9999, 0.5, 2.5)",
    ],
    unwritten: /typeWidening/,
  },
  {
    name: 'variantType',
    sql: [
      'CREATE TABLE {t} (a INT, b STRING, v VARIANT) USING delta',
      `INSERT INTO {t} VALUES (1, 'x', parse_json('{"y": 1}'))`,
    ],
    unread: /variantType/,
    unwritten: /variantType/,
  },
  {
    name: 'deletionVectors',
    sql: [
      `CREATE TABLE {t} ${AB} ${properties('enableDeletionVectors=true')}`,
      TEN,
      'DELETE FROM {t} WHERE a % 4 = 1',
      "UPDATE {t} SET b = 'updated' WHERE a = 2",
      `MERGE INTO {t} t USING (SELECT CAST(id AS INT) AS a FROM range(7, 12)) s ON t.a = s.a
        WHEN MATCHED AND s.a = 7 THEN DELETE
        WHEN MATCHED THEN UPDATE SET b = 'merged'
        WHEN NOT MATCHED THEN INSERT (a, b) VALUES (s.a, 'inserted')`,
      'OPTIMIZE {t}',
      'DELETE FROM {t} WHERE a = 0',
    ],
    unwritten: /deletionVectors/,
  },
  {
    name: 'deletionVectors, partitioned',
    sql: [
      `CREATE TABLE {t} ${AB} PARTITIONED BY (b) ${properties('enableDeletionVectors=true')}`,
      "INSERT INTO {t} SELECT /*+ REPARTITION(1) */ CAST(id AS INT), 'part ' || id % 3 FROM range(30)",
      'DELETE FROM {t} WHERE a < 8',
      "DELETE FROM {t} WHERE b = 'part 2' AND a > 10",
    ],
    unwritten: /deletionVectors/,
  },
  {
    name: 'columnMapping by name, of nested columns too',
    sql: [
      `CREATE TABLE {t} (a INT, b STRING, \`c, d\` STRUCT<x: INT, \`y z\`: STRING>, gone INT, l ARRAY<STRUCT<q: INT>>) USING delta ${properties('columnMapping.mode=name')}`,
      "INSERT INTO {t} VALUES (1, 'x', named_struct('x', 1, 'y z', 'q'), 9, array(named_struct('q', 1))), (2, null, null, 8, null)",
      'ALTER TABLE {t} RENAME COLUMN b TO `b (renamed)`',
      'ALTER TABLE {t} RENAME COLUMN `c, d`.`y z` TO y',
      'ALTER TABLE {t} RENAME COLUMN l.element.q TO `q 2`',
      ...GONE_AND_BACK,
      "INSERT INTO {t} VALUES (4, 'z', named_struct('x', null, 'y', 'r'), array(null, named_struct('q 2', 2)), 'back')",
    ],
    unwritten: /columnMapping|column mapping/,
  },
  {
    name: 'columnMapping by id',
    sql: [
      `CREATE TABLE {t} ${AB.replace(')', ', gone INT)')} ${properties('columnMapping.mode=id')}`,
      "INSERT INTO {t} VALUES (1, 'x', 9), (2, null, 8)",
      'ALTER TABLE {t} RENAME COLUMN b TO `b (renamed)`',
      ...GONE_AND_BACK,
      "INSERT INTO {t} VALUES (4, 'z', 'back')",
    ],
    unwritten: /columnMapping|column mapping/,
  },
  {
    name: 'columnMapping by id of nested columns',
    sql: [
      `CREATE TABLE {t} (a INT, b STRUCT<x: INT>) USING delta ${properties('columnMapping.mode=id')}`,
      "INSERT INTO {t} VALUES (1, named_struct('x', 1))",
    ],
    unread: /columnMapping \(id\)/,
    unwritten: /columnMapping|column mapping/,
  },
  {
    name: 'columnMapping, of a table that has rows and partitions',
    sql: [
      `CREATE TABLE {t} ${AB} PARTITIONED BY (b)`,
      TEN,
      `ALTER TABLE {t} SET ${properties('columnMapping.mode=name')}`,
      'ALTER TABLE {t} RENAME COLUMN b TO `=b`',
      "INSERT INTO {t} VALUES (11, 'new'), (12, null)",
    ],
    unwritten: /columnMapping|column mapping/,
  },
  {
    name: 'columnMapping and deletionVectors',
    sql: [
      `CREATE TABLE {t} ${AB} ${properties('columnMapping.mode=name', 'enableDeletionVectors=true')}`,
      TEN,
      'ALTER TABLE {t} RENAME COLUMN a TO `row index`',
      'DELETE FROM {t} WHERE `row index` IN (0, 3, 9)',
    ],
    unwritten: /columnMapping|deletionVectors/,
  },
];

describe.each(FEATURES)('a table that Spark makes with $name', ({ sql, unread, unwritten }) => {
  test(`is ${unread ? 'refused' : 'read'}, and ${unwritten ? 'refused to be written' : 'written'}`, async () => {
    const { db, spark } = neighbours;
    const table = tableIn(await temporaryFolder());
    await runOnSpark(spark, table, ...sql);
    if (unread) await expect(snapshotOf(db, table)).rejects.toThrow(unread);
    else await expectSparksRows(table);
    const append = writeOurs(neighbours, table, "SELECT 100 AS a, 'ours' AS b");
    if (unwritten) {
      await expect(append).rejects.toThrow(unwritten);
      await expectNothingDone(table, unwritten);
    } else {
      await append;
      await expectSparksRows(table);
    }
  });
});

test('of a file of which many rows were deleted, here and there and in a piece, the others are read', async () => {
  const { db, spark } = neighbours;
  const table = tableIn(await temporaryFolder());
  await runOnSpark(
    spark,
    table,
    `CREATE TABLE {t} (a INT) USING delta ${properties('enableDeletionVectors=true')}`,
    'INSERT INTO {t} SELECT CAST(id AS INT) FROM range(0, 200000, 1, 1)',
    'DELETE FROM {t} WHERE a % 3 = 0 OR a BETWEEN 70000 AND 140000',
    'DELETE FROM {t} WHERE a IN (1, 199999) OR a BETWEEN 150001 AND 150100',
  );
  const select =
    'SELECT count(*) AS n, CAST(sum(a) AS BIGINT) AS total, CAST(sum(a * (a % 1000)) AS BIGINT) AS mixed';
  for (const version of [1, 2, 3]) {
    const theirs = await spark.rows(`${select} FROM ${relationAt(asSparkHasIt(table), version)}`);
    expect(await rowsOf(db, table, select, version)).toEqual(theirs);
  }
});

async function expectSparksRows(table: TableLocation): Promise<void> {
  const { db } = neighbours;
  await expectSameRows(neighbours, table, { by: ['Spark'] });
  const snapshot = await snapshotOf(db, table);
  const [counted] = await rowsOf(db, table, 'SELECT count(*) AS n');
  expect({ n: await countRows(db, table, snapshot) }).toEqual(counted);
}

/** After a write that was refused: no version more, and all files there, which a vacuum of ours would not remove either. */
async function expectNothingDone(table: TableLocation, why: RegExp): Promise<void> {
  const { db, spark } = neighbours;
  const files = async () => (await table.storage.list(table.path)).map(({ key }) => key);
  const before = await files();
  const vacuum = vacuumTable(db, table, { now: Date.now() + 1000, retention: 0, dryRun: false });
  await expect(vacuum).rejects.toThrow(why);
  expect(await files()).toEqual(before);
  const [newest] = await historyBySpark(spark, table);
  expect(Math.max(...(await listLog(table)).commits.keys())).toBe(newest);
}
