import { InputError } from '@stockout/contracts';
import { type DuckDB, type FeaturesRequest, renderParts } from '@stockout/features';
import { type Refresh, SOURCE_TAG } from './features-refresh.ts';
import { type RawTable, explainedDamage, selectRaw } from './raw-table.ts';
import type { AddFile } from './tables/actions.ts';
import { type WrittenFiles, deleteDataFiles, writeDataFiles } from './tables/data-files.ts';
import type { TableLocation } from './tables/log.ts';
import { filesWithDays, openRelation } from './tables/relation.ts';
import { type ExistingSnapshot, type Snapshot, exists } from './tables/snapshot.ts';

/** Between which tables, and by which query. */
export interface FeaturesWork {
  db: DuckDB;
  raw: RawTable;
  snapshot: ExistingSnapshot;
  target: TableLocation;
  request: FeaturesRequest;
  /** For the tag of each file. */
  source: string;
}

/**
 * The features of all raw rows, as files.
 * @throws InputError when there are none
 */
export async function writeAllFeatures(work: FeaturesWork): Promise<WrittenFiles> {
  const written = await writeFeatures(work, [...work.snapshot.files.values()]);
  if (written !== undefined) return written;
  throw new InputError(`table ${work.raw.name} has no rows: bring data in with \`stockout ingest\` first`);
}

/** The features of the days that a refresh makes anew, and the rows of files that it cuts which stay. */
export async function writeChangedFeatures(
  work: FeaturesWork,
  current: Snapshot,
  { firstDay, firstRawDay, dateColumn, cut }: Refresh,
): Promise<AddFile[]> {
  const all = [...work.snapshot.files.values()];
  const files = firstRawDay === undefined ? all : filesWithDays(all, firstRawDay, '9999-12-31', dateColumn);
  const made = await writeFeatures(work, files, { firstDay, firstRawDay });
  try {
    return [...(await writeEarlierRows(work, current, cut, firstDay)), ...(made?.adds ?? [])];
  } catch (error) {
    await deleteDataFiles(work.target, made?.adds ?? []);
    throw error;
  }
}

async function writeEarlierRows(
  { db, target, source }: FeaturesWork,
  current: Snapshot,
  cut: readonly AddFile[],
  firstDay: string,
): Promise<AddFile[]> {
  if (cut.length === 0 || !exists(current)) return [];
  await using relation = await openRelation(target, current, cut);
  const select = `SELECT * FROM ${relation.sql} WHERE date < DATE '${firstDay}'`;
  return (await writeDataFiles(db, target, select, { [SOURCE_TAG]: source })).adds;
}

/** @returns undefined when there are no rows */
async function writeFeatures(
  { db, raw, snapshot, target, request, source }: FeaturesWork,
  files: readonly AddFile[],
  since?: { firstDay: string; firstRawDay: string | undefined },
): Promise<WrittenFiles | undefined> {
  await using relation = await openRelation(raw, snapshot, files);
  try {
    const all = await selectRaw(db, raw, snapshot, relation.sql);
    const rows = since?.firstRawDay
      ? `SELECT * FROM (${all}) WHERE date >= DATE '${since.firstRawDay}'`
      : all;
    await using parts = await renderParts(db, rows, request);
    const wanted = since
      ? parts.selects.map((select) => `SELECT * FROM (${select}) WHERE date >= DATE '${since.firstDay}'`)
      : parts.selects;
    return await writeSelects(db, target, wanted, { [SOURCE_TAG]: source });
  } catch (error) {
    throw explainedDamage(raw, error);
  }
}

/** @returns undefined without a SELECT, which is without a row */
async function writeSelects(
  db: DuckDB,
  target: TableLocation,
  selects: readonly string[],
  tags: Record<string, string>,
): Promise<WrittenFiles | undefined> {
  let all: WrittenFiles | undefined;
  try {
    for (const select of selects) {
      const written = await writeDataFiles(db, target, select, tags);
      all = {
        fields: written.fields,
        rows: (all?.rows ?? 0) + written.rows,
        adds: [...(all?.adds ?? []), ...written.adds],
      };
    }
  } catch (error) {
    await deleteDataFiles(target, all?.adds ?? []);
    throw error;
  }
  return all;
}
