import { createHash } from 'node:crypto';
import { InputError } from '@stockout/contracts';
import { type DuckDB, openDuckDB } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import { CHECKED_TAG } from '../raw-table.ts';
import { type WrittenFiles, deleteDataFiles, writeDataFiles } from '../tables/data-files.ts';
import { locateTable } from '../tables/locate.ts';
import type { TableLocation } from '../tables/log.ts';
import { filesWithDays, openRelation } from '../tables/relation.ts';
import { type Snapshot, exists, loadSnapshot, transactionVersion } from '../tables/snapshot.ts';
import { type Draft, commit } from '../tables/table.ts';
import { STANDARD_COLUMNS } from './columns.ts';
import { rejectedTableOf, writeRejected } from './rejected.ts';
import { type SourceFile, openSourceFile } from './source-file.ts';
import { type Staged, stageFiles } from './stage.ts';

export interface IngestResult {
  /** That were appended. */
  rows: number;
  /** That were written to `<rawTable>_rejected` instead, each with its reason. */
  rejected: number;
  /** Why, the most frequent first. */
  reasons: { reason: string; rows: number }[];
  tableVersion: number;
  /** Files whose very content was ingested before: nothing of them is appended again. */
  skipped: string[];
  /** Columns that are not standard ones: not read. */
  ignoredColumns: string[];
}

/**
 * Appends the good rows of Parquet or CSV files to the raw table, in one commit: all files or none.
 * @throws InputError when a file cannot be read, lacks a column, or none of its rows can be used
 */
export async function ingest(context: PipelineContext, files: readonly string[]): Promise<IngestResult> {
  await using db = await openDuckDB({ signal: context.signal });
  const raw = locateTable(context, context.model.spec.data.rawTable);
  const sources: SourceFile[] = [];
  for (const file of files) {
    context.report?.({ step: 'read', done: sources.length, total: files.length });
    sources.push(await openSourceFile(db, file));
  }
  for (;;) {
    const done = await ingestNew(db, context, raw, sources);
    if (done !== undefined) return done;
  }
}

/** @returns undefined when one of the files was ingested by another meanwhile: then it is to be left out */
async function ingestNew(
  db: DuckDB,
  context: PipelineContext,
  raw: TableLocation,
  sources: readonly SourceFile[],
): Promise<IngestResult | undefined> {
  const before = await loadSnapshot(db, raw);
  const fresh = unique(sources.filter((source) => !isIngested(before, source)));
  const skipped = sources.filter((source) => !fresh.includes(source)).map(({ name }) => name);
  if (fresh.length === 0 && sources.length > 0) {
    return { rows: 0, rejected: 0, reasons: [], tableVersion: before.version, skipped, ignoredColumns: [] };
  }
  const staged = await stageFiles(db, fresh);
  context.report?.({ step: 'write' });
  const appended = await appendGoodRows(db, raw, fresh, staged);
  return appended && { ...appended, skipped, ignoredColumns: staged.ignored };
}

async function appendGoodRows(
  db: DuckDB,
  raw: TableLocation,
  fresh: readonly SourceFile[],
  staged: Staged,
): Promise<Pick<IngestResult, 'rows' | 'rejected' | 'reasons' | 'tableVersion'> | undefined> {
  let written: WrittenFiles | undefined;
  let rejected: Pick<IngestResult, 'rejected' | 'reasons'> = { rejected: 0, reasons: [] };
  const discard = async () => {
    if (written !== undefined) await deleteDataFiles(raw, written.adds);
    written = undefined;
  };
  const draft = async (current: Snapshot): Promise<Draft | undefined> => {
    await discard();
    if (fresh.some((source) => isIngested(current, source))) return undefined;
    await findKnown(db, raw, current, staged);
    written = await writeDataFiles(db, raw, goodRows(staged.columns), { [CHECKED_TAG]: '1' });
    await refuseIfUseless(db, raw, current, written.rows);
    // Rejected rows land first: killed in between, the next try finds them and replaces them.
    rejected = await writeRejected(db, rejectedTableOf(raw), idOf(fresh));
    return {
      operation: 'WRITE',
      operationParameters: { mode: 'Append' },
      fields: written.fields,
      adds: written.adds,
      readsTable: true,
      transactions: fresh.map((source) => ({ appId: appIdOf(source), version: 1 })),
    };
  };
  const { snapshot, committed } = await commit(db, raw, draft, discard);
  return committed ? { rows: written?.rows ?? 0, ...rejected, tableVersion: snapshot.version } : undefined;
}

/** Fills `known`: the rowids of rows whose store, product and day the table has. */
async function findKnown(db: DuckDB, raw: TableLocation, snapshot: Snapshot, staged: Staged): Promise<void> {
  await db.run('CREATE OR REPLACE TEMP TABLE known (id BIGINT)');
  const { firstDay, lastDay } = staged;
  if (!exists(snapshot) || firstDay === null || lastDay === null) return;
  const files = filesWithDays(snapshot.files.values(), firstDay, lastDay);
  await using relation = await openRelation(raw, snapshot, files);
  await db.run(
    `INSERT INTO known SELECT staged.rowid FROM staged SEMI JOIN (
        SELECT CAST(store_id AS VARCHAR) AS store_id, CAST(product_id AS VARCHAR) AS product_id, CAST(date AS DATE) AS date
        FROM ${relation.sql} WHERE CAST(date AS DATE) BETWEEN DATE '${firstDay}' AND DATE '${lastDay}'
      ) AS existing USING (store_id, product_id, date) WHERE reason IS NULL`,
  );
}

function goodRows(columns: readonly string[]): string {
  const list = STANDARD_COLUMNS.filter(({ name }) => columns.includes(name)).map(
    ({ name, type }) => `CAST(${name} AS ${type}) AS ${name}`,
  );
  return `SELECT ${list.join(', ')} FROM staged
    WHERE reason IS NULL AND rowid NOT IN (SELECT id FROM repeated) AND rowid NOT IN (SELECT id FROM known)`;
}

/** No good row at all is a mistake in the file, not in its rows; unless the table has them all. */
async function refuseIfUseless(
  db: DuckDB,
  raw: TableLocation,
  snapshot: Snapshot,
  rows: number,
): Promise<void> {
  if (rows > 0) return;
  const [known] = await db.rows<{ rows: number }>('SELECT count(*) AS rows FROM known');
  if ((known?.rows ?? 0) > 0 && exists(snapshot)) return;
  const reasons = await db.rows<{ reason: string; rows: number }>(
    'SELECT reason, count(*) AS rows FROM staged WHERE reason IS NOT NULL GROUP BY reason ORDER BY rows DESC, reason LIMIT 3',
  );
  const told = reasons.map(({ reason, rows: count }) => `${reason} (${count} rows)`).join(', ');
  throw new InputError(
    `no row can be ingested into ${raw.name}, nothing was written: ${told}. Correct the file first`,
  );
}

function isIngested(snapshot: Snapshot, source: SourceFile): boolean {
  return transactionVersion(snapshot, appIdOf(source)) !== undefined;
}

function appIdOf({ sha256 }: SourceFile): string {
  return `stockout-ingest-sha256:${sha256}`;
}

function idOf(sources: readonly SourceFile[]): string {
  const hash = createHash('sha256');
  for (const digest of sources.map(({ sha256 }) => sha256).sort()) hash.update(digest);
  return hash.digest('hex');
}

/** The same content under two names is one file. */
function unique(sources: readonly SourceFile[]): SourceFile[] {
  return [...new Map(sources.toReversed().map((source) => [source.sha256, source])).values()].toReversed();
}
