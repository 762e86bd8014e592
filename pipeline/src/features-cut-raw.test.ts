import { quoteLiteral } from '@stockout/features';
import { expect, test } from 'vitest';
import { ensureFeatures } from './features.ts';
import { ingest } from './ingest/ingest.ts';
import type { Action } from './tables/actions.ts';
import { writeDataFiles } from './tables/data-files.ts';
import { inlineVector } from './tables/deletion-vector.test-support.ts';
import { writeCommit } from './tables/log.ts';
import { type Workspace, rawRows, testDuckDB, testWorkspaces } from './workspace.test-support.ts';

const duckdb = testDuckDB();
const createWorkspace = testWorkspaces(duckdb);
const PROTOCOL = {
  minReaderVersion: 3,
  minWriterVersion: 7,
  readerFeatures: ['deletionVectors'],
  writerFeatures: ['deletionVectors'],
};

/** Takes rows of the raw table's only file away as Databricks does: bounds stay those of all rows in the file. */
async function deleteRows(workspace: Workspace, where: string): Promise<void> {
  const { files, version } = await workspace.snapshot('raw');
  const [file] = files.values();
  if (file === undefined) throw new Error('the raw table has no file');
  await using local = await workspace.storage.localFile(`raw/${file.path}`);
  const read = `read_parquet(${quoteLiteral(local.path)}, file_row_number = true)`;
  const rows = await duckdb.db.rows<{ row: number }>(
    `SELECT file_row_number AS row FROM ${read} WHERE ${where}`,
  );
  const stats = JSON.stringify({ ...JSON.parse(file.stats ?? '{}'), tightBounds: false });
  const deletionVector = inlineVector(rows.map(({ row }) => row));
  const actions: Action[] = [
    { protocol: PROTOCOL },
    { add: { ...file, stats, deletionVector } },
    { remove: { path: file.path, dataChange: true, deletionTimestamp: 1 } },
  ];
  expect(await writeCommit(workspace.locate('raw'), version + 1, actions)).toBe(true);
}

async function addRows(workspace: Workspace, select: string): Promise<void> {
  const { version } = await workspace.snapshot('raw');
  const { adds } = await writeDataFiles(duckdb.db, workspace.locate('raw'), select);
  await writeCommit(
    workspace.locate('raw'),
    version + 1,
    adds.map((add) => ({ add })),
  );
}

/** The refreshed features, and how they differ from those that are made anew. */
async function refresh({ context }: Workspace, featuresTable: string) {
  await using refreshed = await ensureFeatures(context);
  await using rebuilt = await ensureFeatures(context, { featuresTable });
  const [a, b] = [refreshed.relation, rebuilt.relation];
  const differences = await duckdb.db.rows(
    `(FROM ${a} EXCEPT ALL FROM ${b}) UNION ALL (FROM ${b} EXCEPT ALL FROM ${a})`,
  );
  return { rows: refreshed.rows, lastDay: refreshed.lastDay, differences };
}

test('features follow a raw table of which others take rows away and add others, on the same days or not', async () => {
  const workspace = await createWorkspace();
  await ingest(workspace.context, [await workspace.parquet('raw.parquet', rawRows({ days: 40 }))]);
  expect(await refresh(workspace, 'first')).toMatchObject({ rows: 80, differences: [] });
  await deleteRows(workspace, "date >= DATE '2025-01-31'");
  expect(await refresh(workspace, 'second')).toEqual({ rows: 60, lastDay: '2025-01-30', differences: [] });
  await addRows(workspace, rawRows({ from: 38, days: 8 }));
  expect(await refresh(workspace, 'third')).toEqual({ rows: 76, lastDay: '2025-02-15', differences: [] });
});
