import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { StockoutError } from '@stockout/contracts';
import { describe, expect, test } from 'vitest';
import { type Workspace, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import type { Action, AddFile, DeletionVector } from './actions.ts';
import { inlineVector, storedVectors } from './deletion-vector.test-support.ts';
import { commitKey } from './log.ts';
import { countRows, openRelation } from './relation.ts';
import { addOf, foreignTable, metadata, tableWriters } from './table.test-support.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);
const { append, overwrite } = tableWriters(duckdb);
const PROTOCOL = {
  minReaderVersion: 3,
  minWriterVersion: 7,
  readerFeatures: ['deletionVectors'],
  writerFeatures: ['deletionVectors'],
};
const ROWS = 5000;

/** A file of the numbers from 0 on, in row groups of 2,048, and some of its rows taken away. */
async function addCut(
  workspace: Workspace,
  path: string,
  vector: DeletionVector | null,
  { first = 0, stats = { numRecords: ROWS } }: { first?: number; stats?: object | undefined } = {},
): Promise<{ add: AddFile }> {
  const select = `SELECT CAST(range + ${first} AS INTEGER) AS a FROM range(${ROWS})`;
  await duckdb.db.run(
    `COPY (${select}) TO '${join(workspace.folder, path)}' (FORMAT parquet, ROW_GROUP_SIZE 2048)`,
  );
  await workspace.storage.put(`t/${path}`, { file: join(workspace.folder, path) });
  return addOf(workspace, path, {}, { stats: JSON.stringify(stats), deletionVector: vector });
}

async function tableOf(workspace: Workspace, adds: readonly Action[]): Promise<void> {
  await foreignTable(workspace, [{ protocol: PROTOCOL }, { metaData: metadata({}) }, ...adds]);
}

async function cutTable(vector: DeletionVector): Promise<Workspace> {
  const workspace = await createWorkspace();
  await tableOf(workspace, [await addCut(workspace, 'f.parquet', vector)]);
  return workspace;
}

function rowsOf(workspace: Workspace, where = 'true'): Promise<{ a: number }[]> {
  return workspace.query('t', `SELECT a FROM {table} WHERE ${where} ORDER BY a`);
}

describe('rows that a deletion vector takes away are not read', () => {
  test('in the log itself', async () => {
    const gone = [3, 4, 7, 11, 18, 29];
    const workspace = await cutTable(inlineVector(gone));
    const left = (await rowsOf(workspace, 'a < 31')).map(({ a }) => a);
    expect(left).toEqual(Array.from({ length: 31 }, (_, a) => a).filter((a) => !gone.includes(a)));
    expect(await countRows(duckdb.db, workspace.locate('t'), await workspace.snapshot('t'))).toBe(ROWS - 6);
  });

  test('in a file that has the vectors of many files, in a folder or not, and beside files that are whole', async () => {
    const workspace = await createWorkspace();
    const [first, second] = await storedVectors(workspace, [
      [0, 4999],
      [2047, 2048, 2049],
    ]);
    const [third] = await storedVectors(workspace, [Array.from({ length: ROWS }, (_, i) => i)], 'ab');
    await tableOf(workspace, [
      await addCut(workspace, '1.parquet', first ?? null),
      await addCut(workspace, '2.parquet', second ?? null, { first: 10_000 }),
      await addCut(workspace, '3.parquet', third ?? null, { first: 20_000 }),
      await addCut(workspace, '4.parquet', null, { first: 30_000 }),
    ]);
    const [all] = await workspace.query('t', 'SELECT count(*) AS n, sum(a) AS sum FROM {table}');
    const whole = [0, 10_000, 30_000].reduce((sum, start) => sum + ROWS * start + (ROWS * (ROWS - 1)) / 2, 0);
    expect(all).toEqual({ n: 3 * ROWS - 5, sum: whole - 4999 - (30_000 + 3 * 2048) });
    expect(await rowsOf(workspace, 'a IN (0, 1, 4999, 12047, 12048, 12049, 12050, 20001, 30000)')).toEqual(
      [1, 12_050, 30_000].map((a) => ({ a })),
    );
    await using relation = await openRelation(workspace.locate('t'), await workspace.snapshot('t'));
    for (const [i, { sql, rows }] of relation.files.entries()) {
      const counted = await duckdb.db.rows(`SELECT count(*) AS n FROM ${sql}`);
      expect(counted).toEqual([{ n: [ROWS - 2, ROWS - 3, 0, ROWS][i] }]);
      expect(rows).toBe(counted[0]?.['n']);
    }
  });

  test('in a file that is named by its whole path', async () => {
    const workspace = await createWorkspace();
    const [vector] = await storedVectors(workspace, [[1]]);
    const [object] = (await workspace.storage.list('t')).map(({ key }) => key);
    const whole = pathToFileURL(join(workspace.folder, 'storage', object ?? '')).href;
    for (const pathOrInlineDv of [whole, whole.replace('file:///', 'file:/')]) {
      const named = { ...(vector as DeletionVector), storageType: 'p', pathOrInlineDv };
      await tableOf(workspace, [await addCut(workspace, 'f.parquet', named)]);
      expect(await rowsOf(workspace, 'a < 3')).toEqual([{ a: 0 }, { a: 2 }]);
    }
  });

  test('however a row is looked for, and where columns and partitions are too', async () => {
    const workspace = await createWorkspace();
    const fields = ['a', 'region', 'younger'].map((name) => ({
      name,
      type: name === 'a' ? 'integer' : 'string',
      nullable: true,
    }));
    const { add } = await addCut(workspace, 'f.parquet', inlineVector([4000, 4001]));
    await foreignTable(workspace, [
      { protocol: PROTOCOL },
      {
        metaData: metadata({
          partitionColumns: ['region'],
          schemaString: JSON.stringify({ type: 'struct', fields }),
        }),
      },
      { add: { ...add, partitionValues: { region: 'x' } } },
    ]);
    expect(await workspace.query('t', 'FROM {table} WHERE a BETWEEN 3999 AND 4002 ORDER BY a DESC')).toEqual([
      { a: 4002, region: 'x', younger: null },
      { a: 3999, region: 'x', younger: null },
    ]);
    expect(await workspace.query('t', 'SELECT max(a) AS a FROM {table} WHERE a <= 4001')).toEqual([
      { a: 3999 },
    ]);
  });
});

test('a table without deletion vectors is read as if there were none', async () => {
  const workspace = await createWorkspace();
  await tableOf(workspace, [await addCut(workspace, 'f.parquet', null)]);
  await using relation = await openRelation(workspace.locate('t'), await workspace.snapshot('t'));
  expect(relation.sql).not.toMatch(/JOIN|file_row_number|filename/);
});

test('rows are counted by reading them where stats do not say how many the file has', async () => {
  const workspace = await createWorkspace();
  await tableOf(workspace, [await addCut(workspace, 'f.parquet', inlineVector([1, 2]), { stats: {} })]);
  expect(await countRows(duckdb.db, workspace.locate('t'), await workspace.snapshot('t'))).toBe(ROWS - 2);
});

describe('a deletion vector that', () => {
  const inline = inlineVector([1, 2]);

  test.each([
    ['has fewer rows than the log says', { ...inline, cardinality: 3 }, 'it has 2 rows and the log says 3'],
    ['is cut short', { ...inline, pathOrInlineDv: inline.pathOrInlineDv.slice(5) }, 'bytes of'],
    [
      'begins otherwise',
      { ...inline, pathOrInlineDv: `00000${inline.pathOrInlineDv.slice(5)}` },
      'magic number is 0',
    ],
    ['is no Z85', { ...inline, pathOrInlineDv: `~${inline.pathOrInlineDv.slice(1)}` }, 'no character of Z85'],
    [
      'is not there',
      { ...inline, storageType: 'u', pathOrInlineDv: 'ab^-aqEH.-t@S}K{vb[*k^' },
      't/ab/deletion_vector_d2c639aa-8816-431a-aaf6-d3fe2512ff61.bin) is missing',
    ],
    [
      'lies elsewhere',
      { ...inline, storageType: 'p', pathOrInlineDv: 's3://b/x.bin' },
      'outside of its folder',
    ],
    ['is stored in an unknown way', { ...inline, storageType: 'r' }, 'storage type r'],
  ])('%s is told before a row is read', async (_, vector, why) => {
    const workspace = await cutTable(vector);
    await expect(rowsOf(workspace)).rejects.toThrow(StockoutError);
    await expect(rowsOf(workspace)).rejects.toThrow(why);
  });

  test.each([
    ['a bit of it', 20, 'checksum'],
    ['its size', 4, 'bytes and the log says'],
    ['the version of the file', 0, 'the version'],
  ])('was changed in its file is told (%s)', async (_, at, why) => {
    const workspace = await createWorkspace();
    const [vector] = await storedVectors(workspace, [[1, 2]]);
    const [key] = (await workspace.storage.list('t')).map((object) => object.key);
    const bytes = Buffer.from(await workspace.storage.read(key ?? ''));
    bytes[at] = (bytes[at] ?? 0) ^ 2;
    await workspace.storage.put(key ?? '', bytes);
    await tableOf(workspace, [await addCut(workspace, 'f.parquet', vector ?? null)]);
    await expect(rowsOf(workspace)).rejects.toThrow(`f.parquet of table t (${key}) is damaged`);
    await expect(rowsOf(workspace)).rejects.toThrow(why);
  });
});

describe('what is written here', () => {
  test('is never a table with deletion vectors, nor a checkpoint of one', async () => {
    const workspace = await cutTable(inlineVector([1]));
    const before = await workspace.storage.list('t/_delta_log');
    await expect(append(workspace, 't', 'SELECT 1 AS a')).rejects.toThrow(
      'Delta table t: it uses deletionVectors',
    );
    await expect(overwrite(workspace, 't', 'SELECT 1 AS a')).rejects.toThrow('it uses deletionVectors');
    expect(await workspace.storage.list('t/_delta_log')).toEqual(before);
  });

  test('as a checkpoint keeps the vectors of removed files, which tables that once had such have', async () => {
    const workspace = await createWorkspace();
    const remove = {
      path: 'f',
      dataChange: true,
      deletionTimestamp: Date.now(),
      deletionVector: inlineVector([7]),
    };
    const protocol = { minReaderVersion: 1, minWriterVersion: 2 };
    await foreignTable(workspace, [{ protocol }, { metaData: metadata({}) }, { remove }]);
    for (let version = 1; version <= 10; version++) await append(workspace, 't', 'SELECT 1 AS a');
    await workspace.storage.delete(commitKey(workspace.locate('t'), 0));
    const { tombstones, files } = await workspace.snapshot('t');
    expect(Array.from(tombstones.values(), ({ deletionVector }) => deletionVector)).toMatchObject([
      inlineVector([7]),
    ]);
    expect(files.size).toBe(10);
  });
});
