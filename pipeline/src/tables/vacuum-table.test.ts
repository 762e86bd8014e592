import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError } from '@stockout/contracts';
import { expect, test } from 'vitest';
import { type Workspace, testDuckDB, testWorkspaces } from '../workspace.test-support.ts';
import { writeDataFiles } from './data-files.ts';
import { storedVectors } from './deletion-vector.test-support.ts';
import { age, foreignTable, metadata, tableWriters } from './table.test-support.ts';
import { type VacuumOptions, vacuumTable } from './vacuum-table.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);
const { append, overwrite } = tableWriters(duckdb);
const WEEK = 7 * 86_400_000;

function vacuum({ locate }: Workspace, table: string, options: Partial<VacuumOptions> = {}) {
  return vacuumTable(duckdb.db, locate(table), {
    now: Date.now(),
    retention: WEEK,
    dryRun: false,
    ...options,
  });
}

async function parquetFiles({ storage }: Workspace, folder = 't'): Promise<string[]> {
  return (await storage.list(folder)).map(({ key }) => key).filter((key) => key.endsWith('0.zstd.parquet'));
}

test('files of versions older than the retention go, those of every younger version stay', async () => {
  const workspace = await createWorkspace();
  await append(workspace, 't', 'SELECT 1 AS a');
  await overwrite(workspace, 't', 'SELECT 2 AS a');
  // Version 1 is current until now, so it is within the retention; version 0 ended 8 days ago.
  await age(workspace, 't', 8);
  await overwrite(workspace, 't', 'SELECT 3 AS a');
  const counted = await vacuum(workspace, 't', { dryRun: true });
  expect(counted).toEqual({ files: 1, bytes: expect.any(Number) });
  expect(await parquetFiles(workspace)).toHaveLength(3);
  expect(await vacuum(workspace, 't')).toEqual(counted);
  expect(await vacuum(workspace, 't')).toEqual({ files: 0, bytes: 0 });
  expect(await workspace.query('t', 'FROM {table}')).toEqual([{ a: 3 }]);
  expect(await workspace.query('t', 'FROM {table}', 1)).toEqual([{ a: 2 }]);
  await expect(workspace.query('t', 'FROM {table}', 0)).rejects.toThrow('where vacuum has removed it');
});

test('what a killed writer left goes once it is old, never while it may still be committed', async () => {
  const workspace = await createWorkspace();
  await append(workspace, 't', 'SELECT 1 AS a');
  await age(workspace, 't', 30);
  await writeDataFiles(duckdb.db, workspace.locate('t'), 'SELECT 2 AS a');
  const half = join(workspace.folder, 'storage', 't', '.tmp-killed');
  await writeFile(half, 'half');
  expect(await vacuum(workspace, 't')).toEqual({ files: 0, bytes: 0 });
  await age(workspace, 't', 8);
  const old = new Date(Date.now() - 8 * 86_400_000);
  await utimes(half, old, old);
  expect(await vacuum(workspace, 't')).toMatchObject({ files: 2 });
  expect(await readdir(join(workspace.folder, 'storage', 't'))).toHaveLength(2);
  expect(await workspace.query('t', 'FROM {table}')).toEqual([{ a: 1 }]);
});

test('in a folder that is no table only files named as ours go', async () => {
  const workspace = await createWorkspace();
  await writeDataFiles(duckdb.db, workspace.locate('t'), 'SELECT 2 AS a');
  await workspace.storage.put('t/mine.parquet', 'not of a table');
  await age(workspace, 't', 8);
  expect(await vacuum(workspace, 't')).toMatchObject({ files: 1 });
  expect((await workspace.storage.list('t')).map(({ key }) => key)).toEqual(['t/mine.parquet']);
  expect(await vacuum(workspace, 'none')).toEqual({ files: 0, bytes: 0 });
});

test('tables inside of the folder, hidden folders and files of other kinds are not its own', async () => {
  const workspace = await createWorkspace();
  await append(workspace, 't', 'SELECT 1 AS a');
  await append(workspace, 't/inner', 'SELECT 1 AS a');
  await workspace.storage.put('t/_index/x.parquet', '');
  await workspace.storage.put('t/notes.txt', '');
  await age(workspace, '', 30);
  expect(await vacuum(workspace, 't')).toEqual({ files: 0, bytes: 0 });
});

const retention = (text: string) => ({ 'delta.deletedFileRetentionDuration': text });

test('a table that keeps its files longer is listened to, one that says it in other words is refused', async () => {
  const workspace = await createWorkspace();
  const protocol = { minReaderVersion: 1, minWriterVersion: 2 };
  await foreignTable(workspace, [
    { protocol },
    { metaData: metadata({ configuration: retention('interval 2 weeks') }) },
  ]);
  await writeDataFiles(duckdb.db, workspace.locate('t'), 'SELECT 2 AS a');
  await age(workspace, 't', 8);
  expect(await vacuum(workspace, 't')).toEqual({ files: 0, bytes: 0 });
  await age(workspace, 't', 7);
  expect(await vacuum(workspace, 't')).toMatchObject({ files: 1 });
  await foreignTable(workspace, [
    { protocol },
    { metaData: metadata({ configuration: retention('a while') }) },
  ]);
  await expect(vacuum(workspace, 't')).rejects.toThrow('is "a while", write it as "interval 7 days"');
});

test('deletion vectors and parts of checkpoints stay', async () => {
  const workspace = await createWorkspace();
  await append(workspace, 't', 'SELECT 1 AS a');
  await storedVectors(workspace, [[0]]);
  await workspace.storage.put('t/_delta_log/_sidecars/x.parquet', '');
  await age(workspace, 't', 30);
  expect(await vacuum(workspace, 't')).toEqual({ files: 0, bytes: 0 });
  const protocol = { minReaderVersion: 3, minWriterVersion: 7 };
  const features = { readerFeatures: ['deletionVectors'], writerFeatures: ['deletionVectors'] };
  await foreignTable(workspace, [{ protocol: { ...protocol, ...features } }, { metaData: metadata({}) }]);
  await expect(vacuum(workspace, 't')).rejects.toThrow('it uses deletionVectors');
  expect(await workspace.storage.list('t')).toHaveLength(4);
});

test('a table that uses what is not understood loses nothing', async () => {
  const workspace = await createWorkspace();
  const protocol = { minReaderVersion: 1, minWriterVersion: 7, writerFeatures: ['rowTracking'] };
  await foreignTable(workspace, [{ protocol }, { metaData: metadata({}) }]);
  await mkdir(join(workspace.folder, 'storage', 't'), { recursive: true });
  await writeDataFiles(duckdb.db, workspace.locate('t'), 'SELECT 2 AS a');
  await age(workspace, 't', 30);
  await expect(vacuum(workspace, 't')).rejects.toThrow(InputError);
  await expect(vacuum(workspace, 't')).rejects.toThrow('rowTracking');
  expect(await parquetFiles(workspace)).toHaveLength(1);
});
