import { link } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { AddFile } from '../../../pipeline/src/tables/actions.ts';
import { type WrittenFiles, writeDataFiles } from '../../../pipeline/src/tables/data-files.ts';
import type { TableLocation } from '../../../pipeline/src/tables/log.ts';
import { commit } from '../../../pipeline/src/tables/table.ts';
import { pathOf } from '../../tables/delta-rs.ts';
import { snapshotOf, tableIn } from '../../tables/table-world.ts';
import { temporaryFolders } from '../../tables/temporary-folders.ts';
import { expectSameRows, testNeighbours, writeOurs } from './delta-neighbours.ts';
import { ourRows } from './delta-rows.ts';
import { filesBySpark, runOnSpark } from './delta-spark.ts';
import { TYPES, selectBy } from './delta-value-types.ts';

// Values, places and sizes that are easily read wrong: the same by all three, whoever has written them.
const temporaryFolder = temporaryFolders();
const neighbours = testNeighbours();

/** All but naive timestamps, which our writer brings into no table. */
const OURS = TYPES.filter(({ duckdb }) => duckdb !== undefined);

test('the least and the greatest of each type are read alike whoever has written them, and are the same', async () => {
  const { db, spark, deltaRs } = neighbours;
  const folder = await temporaryFolder();
  const tables = ['spark', 'spark-micros', 'delta-rs', 'ours'].map((name) => tableIn(folder, name));
  const [theirs, micros, others, ours] = tables as [
    TableLocation,
    TableLocation,
    TableLocation,
    TableLocation,
  ];
  const create = `CREATE TABLE {t} USING delta AS ${selectBy.spark(TYPES)}`;
  await runOnSpark(spark, theirs, create);
  await runOnSpark(spark, micros, `SET ${INSTANTS_AS} = TIMESTAMP_MICROS`, create, `RESET ${INSTANTS_AS}`);
  await deltaRs.append(others, selectBy.deltaRs(TYPES));
  await writeOurs(neighbours, ours, selectBy.us(OURS));
  // delta-rs 1.6 reads Spark's usual INT96 as nanoseconds, of which 64 bits hold the years 1678 to 2262 only.
  await expectSameRows(neighbours, theirs, { by: ['Spark'] });
  for (const table of [micros, others, ours]) await expectSameRows(neighbours, table);

  const { columns, rows } = await ourRows(db, theirs);
  expect(columns).toEqual(TYPES.map(({ delta }, i) => `c${i}: ${delta}`));
  for (const table of [micros, others]) expect(sorted((await ourRows(db, table)).rows)).toEqual(sorted(rows));
  const places = OURS.map((type) => TYPES.indexOf(type));
  const ofOurs = rows.map((row) => places.map((i) => row[i]));
  expect(sorted((await ourRows(db, ours)).rows)).toEqual(sorted(ofOurs));
});

test('we append to the instants, days, decimals and numbers of both', async () => {
  const { spark, deltaRs } = neighbours;
  const folder = await temporaryFolder();
  const [theirs, others] = [tableIn(folder, 'spark'), tableIn(folder, 'delta-rs')];
  await runOnSpark(spark, theirs, `CREATE TABLE {t} USING delta AS ${selectBy.spark(OURS)}`);
  await deltaRs.append(others, selectBy.deltaRs(OURS));
  await writeOurs(neighbours, theirs, selectBy.us(OURS));
  await writeOurs(neighbours, others, selectBy.us(OURS));
  await expectSameRows(neighbours, theirs, { first: 1, by: ['Spark'] });
  await expectSameRows(neighbours, others, { first: 1 });
});

const INSTANTS_AS = 'spark.sql.parquet.outputTimestampType';

function sorted(rows: readonly unknown[]): string[] {
  return rows.map((row) => JSON.stringify(row)).toSorted();
}

test('a table without rows has its columns, by whoever has made it, and takes rows of us', async () => {
  const { db, spark, deltaRs } = neighbours;
  const folder = await temporaryFolder();
  const [theirs, others, ours, emptied] = ['spark', 'delta-rs', 'ours', 'emptied'].map((name) =>
    tableIn(folder, name),
  ) as [TableLocation, TableLocation, TableLocation, TableLocation];
  await runOnSpark(spark, theirs, 'CREATE TABLE {t} (a INT, b STRING) USING delta');
  await deltaRs.create(others, "select arrow_cast(1, 'Int32') as a, 'x' as b");
  await writeOurs(neighbours, ours, "SELECT 1 AS a, 'x' AS b WHERE false");
  await writeOurs(neighbours, emptied, "SELECT 1 AS a, 'x' AS b");
  await runOnSpark(spark, emptied, 'DELETE FROM {t}');
  for (const table of [theirs, others, ours, emptied]) {
    expect(await ourRows(db, table)).toEqual({ columns: ['a: integer', 'b: string'], rows: [] });
    await writeOurs(neighbours, table, "SELECT 2 AS a, 'first' AS b");
    await expectSameRows(neighbours, table);
  }
});

test('a table of 10,000 files is read alike, from its commit and from a checkpoint', async () => {
  const { db } = neighbours;
  const table = tableIn(await temporaryFolder());
  const { fields, adds } = await linkedFiles(table, 10_000);
  await commit(db, table, async () => ({ operation: 'WRITE', operationParameters: {}, fields, adds }));
  await expectSameRows(neighbours, table, { by: ['delta-rs'] });
  // To read them all takes Spark half a minute: it does so once, from the checkpoint.
  expect(await filesBySpark(neighbours.spark, table)).toBe(10_000);
  for (let n = 0; n < 10; n++) await writeOurs(neighbours, table, `SELECT ${n} AS a`);
  const { version, files } = await snapshotOf(db, table);
  expect([version, files.size]).toEqual([10, 10_010]);
  await expectSameRows(neighbours, table, { first: version });
});

/** So many files to the table, of which a hundred are on the disk, each under many names. */
async function linkedFiles(
  table: TableLocation,
  count: number,
): Promise<Pick<WrittenFiles, 'fields' | 'adds'>> {
  const real: WrittenFiles[] = [];
  for (let n = 0; n < 100; n++) real.push(await writeDataFiles(neighbours.db, table, `SELECT ${n} AS a`));
  const [{ fields } = { fields: [] }] = real;
  const folder = pathOf(table);
  const adds: AddFile[] = [];
  for (const add of real.flatMap((written) => written.adds)) {
    for (let copy = 0; copy < count / 100; copy++) {
      const path = `${copy}-${add.path}`;
      await link(join(folder, add.path), join(folder, path));
      adds.push({ ...add, path });
    }
  }
  return { fields, adds };
}
