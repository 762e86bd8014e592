import { join } from 'node:path';
import { type DuckDB, openDuckDB } from '@stockout/features';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { features } from '../../pipeline/src/features.ts';
import { ingest } from '../../pipeline/src/ingest/ingest.ts';
import { writeDataFiles } from '../../pipeline/src/tables/data-files.ts';
import { type TableLocation, listLog } from '../../pipeline/src/tables/log.ts';
import { countRows } from '../../pipeline/src/tables/relation.ts';
import { type Draft, commit } from '../../pipeline/src/tables/table.ts';
import { buildModel } from '../../pipeline/src/train/model.test-support.ts';
import { DeltaRs } from './delta-rs.ts';
import { expectVacuumLeavesTheTableAlone } from './expect-vacuum.ts';
import { age, appendOnce, rowsOf, snapshotOf, tableIn } from './table-world.ts';
import { temporaryFolders } from './temporary-folders.ts';
import { writeInEachMode } from './write-in-each-mode.ts';

const temporaryFolder = temporaryFolders();

let db: DuckDB;
let deltaRs: DeltaRs;
beforeAll(async () => {
  db = await openDuckDB({ threads: 1 });
  deltaRs = await DeltaRs.install();
});
afterAll(() => db[Symbol.asyncDispose]());

/** What delta-rs makes of every version is what we make of it: its rows by the log, and of every so many by reading them. */
async function expectSameVersions(
  table: TableLocation,
  expression: string,
  { first = 0, every = 1 } = {},
): Promise<void> {
  const select = `SELECT count(*) AS n, CAST(sum(${expression}) AS BIGINT) AS total`;
  const { version: newest } = await snapshotOf(db, table);
  const ours: object[] = [];
  for (let version = first; version <= newest; version++) {
    const logged = await countRows(db, table, await snapshotOf(db, table, version));
    const read = version % every === 0 || version === newest;
    ours.push({ version, logged, ...(read ? (await rowsOf(db, table, select, version))[0] : {}) });
  }
  expect(await deltaRs.read(table, expression, { first, every })).toEqual(ours);
}

async function write(table: TableLocation, select: string, how: Partial<Draft> = {}): Promise<void> {
  const written = await writeDataFiles(db, table, select);
  await commit(db, table, async ({ files }) => {
    const removes = how.replacesSchema ? [...files.values()] : [];
    return { operation: 'WRITE', operationParameters: {}, ...written, removes, ...how };
  });
}

test('delta-rs reads every version: appends, a new column, an overwrite with other columns, across checkpoints', async () => {
  const table = tableIn(await temporaryFolder());
  for (let n = 0; n < 12; n++) await appendOnce(db, table, 'a', n, `SELECT ${n} AS a`);
  for (let n = 0; n < 9; n++) await appendOnce(db, table, 'b', n, `SELECT ${n} AS a, 'new' AS b`);
  await write(table, 'SELECT 7 AS a, 1.5::DOUBLE AS c FROM range(5)', { replacesSchema: true });
  await appendOnce(db, table, 'c', 0, 'SELECT 8 AS a, NULL::DOUBLE AS c');
  await expectSameVersions(table, 'a');
});

test('delta-rs reads every version that a cleaned log still has, and what vacuum left', async () => {
  const folder = await temporaryFolder();
  const table = tableIn(folder);
  for (let n = 0; n < 15; n++) await appendOnce(db, table, 'a', n, `SELECT ${n} AS a`);
  await age(folder, table, 31);
  for (let n = 15; n < 25; n++) await appendOnce(db, table, 'a', n, `SELECT ${n} AS a`);
  expect(Math.min(...(await listLog(table)).commits.keys())).toBe(10);
  await expectSameVersions(table, 'a', { first: 10 });
  await write(table, 'SELECT 7 AS a', { replacesSchema: true });
  await expectVacuumLeavesTheTableAlone(db, table);
  expect((await deltaRs.read(table, 'a', { first: 25 })).at(-1)).toMatchObject({ n: 1, total: 7 });
});

test('delta-rs reads every version of the tables that the product writes, in each output mode', async () => {
  const folder = await temporaryFolder();
  await writeInEachMode(db, folder);
  await expectSameVersions(tableIn(folder, 'raw'), 'inventory');
  await expectSameVersions(tableIn(folder, 'raw_rejected'), 'row_number');
  await expectSameVersions(tableIn(folder, 'features'), 'sales_roll7_sum');
  await expectSameVersions(tableIn(folder, 'predictions'), 'stockout_risk_label');
});

test('ingest goes into a table that delta-rs made of whole numbers and lists, and delta-rs reads what both wrote', async () => {
  const folder = await temporaryFolder();
  const table = tableIn(folder, 'raw');
  // The columns of literals may not be null, those of values may.
  const theirs = `select * from (values (7, arrow_cast(2, 'Int16'), date '2025-01-01', arrow_cast(0, 'Int8'), arrow_cast(1.5, 'Float32'),
    make_array(1, 2))) as t(store_id, product_id, date, stockout, price, tags)`;
  await deltaRs.append(table, 1, theirs);
  const context = { model: buildModel(), storage: table.storage };
  const kept = `1::UINTEGER AS u, 1.25::DECIMAL(30, 2) AS decimal, true AS yes, TIMESTAMPTZ '2025-01-31 12:00:00+00' AS at, '\\xFF'::BLOB AS bytes`;
  const rows = `SELECT 7 AS store_id, 2 AS product_id, DATE '2025-01-01' + CAST(d AS INTEGER) AS date, 1 AS stockout, 9.99 AS price, ${kept} FROM range(3) t(d)`;
  await db.run(`COPY (${rows}) TO '${folder}/rows.parquet' (FORMAT parquet)`);
  expect(await ingest(context, [join(folder, 'rows.parquet')])).toMatchObject({ rows: 2, rejected: 1 });
  await expectSameVersions(table, 'store_id * product_id + stockout');
  expect((await deltaRs.read(table, 'price * 100')).at(-1)).toMatchObject({ n: 3, total: 150 + 999 + 999 });
  expect((await deltaRs.read(table, 'decimal * 100 + u', { first: 1 })).at(-1)).toMatchObject({ total: 252 });
  expect(await features(context)).toMatchObject({ rows: 3 });
});

test('delta-rs appends 60 times while we write 75 times, nothing is lost, and each reads what both wrote', async () => {
  const table = tableIn(await temporaryFolder());
  await appendOnce(db, table, 'ours', 0, 'SELECT 0 AS a, 0 AS writer');
  const theirs = deltaRs.append(table, 60, 'select cast({i} as int) as a, cast(1 as int) as writer');
  for (let n = 1; n < 75; n++) await appendOnce(db, table, 'ours', n, `SELECT ${n} AS a, 0 AS writer`);
  await theirs;
  const select = 'SELECT count(*) AS n, count(DISTINCT (writer, a)) AS distinct_rows';
  expect(await rowsOf(db, table, select)).toEqual([{ n: 135, distinct_rows: 135 }]);
  expect((await snapshotOf(db, table)).version).toBe(134);
  await expectSameVersions(table, 'a', { every: 10 });
  // Its checkpoint is as good to us as ours are to it.
  await deltaRs.append(table, 1, 'select cast(1000 as int) as a, cast(1 as int) as writer');
  await deltaRs.change(table, 'checkpoint');
  expect((await listLog(table)).checkpoints.has(135)).toBe(true);
  await appendOnce(db, table, 'ours', 75, 'SELECT 75 AS a, 0 AS writer');
  expect(await rowsOf(db, table, select)).toEqual([{ n: 137, distinct_rows: 137 }]);
  await expectVacuumLeavesTheTableAlone(db, table);
  await expectSameVersions(table, 'a', { first: 134 });
});

test('what delta-rs compacts and deletes we read as it does, and vacuum tells its files from those of killed writers', async () => {
  const table = tableIn(await temporaryFolder());
  for (let n = 0; n < 6; n++) await appendOnce(db, table, 'a', n, `SELECT ${n} AS a FROM range(3)`);
  await deltaRs.change(table, 'compact');
  await appendOnce(db, table, 'a', 6, 'SELECT 6 AS a');
  await expectSameVersions(table, 'a');
  await expectVacuumLeavesTheTableAlone(db, table);
  expect(await rowsOf(db, table, 'SELECT count(*) AS n')).toEqual([{ n: 16 }]);
  expect((await deltaRs.read(table, 'a', { first: 8 })).at(-1)).toMatchObject({ n: 16, total: 48 });
});

test('a table that delta-rs has partitioned or constrained is read; writing to it is refused by what it uses', async () => {
  const folder = await temporaryFolder();
  const [partitioned, constrained] = [tableIn(folder, 'partitioned'), tableIn(folder, 'constrained')];
  await deltaRs.change(
    partitioned,
    'partition',
    "select 1 as a, date '2025-01-01' as date union all select 2, null",
  );
  expect(await rowsOf(db, partitioned, 'SELECT count(date) AS days, count(*) AS n')).toEqual([
    { days: 1, n: 2 },
  ]);
  const append = (table: TableLocation) => write(table, "SELECT 3::BIGINT AS a, DATE '2025-01-02' AS date");
  await expect(append(partitioned)).rejects.toThrow('partitioned by date is not supported');
  await write(constrained, "SELECT 3::BIGINT AS a, DATE '2025-01-02' AS date");
  await deltaRs.change(constrained, 'constrain');
  await expect(append(constrained)).rejects.toThrow(/CHECK constraints|checkConstraints/);
  expect(await rowsOf(db, constrained, 'SELECT count(*) AS n')).toEqual([{ n: 1 }]);
});
