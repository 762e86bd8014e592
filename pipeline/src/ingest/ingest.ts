import { createHash } from 'node:crypto';
import { type DuckDB, openDuckDB, quoteIdentifier } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import { checkedTags } from '../raw/checked.ts';
import { type Mapping, mapColumns } from '../raw/mapping.ts';
import type { FoundColumn } from '../raw/source-columns.ts';
import { type WrittenFiles, deleteDataFiles, writeDataFiles } from '../tables/data-files.ts';
import { locateTable } from '../tables/locate.ts';
import type { TableLocation } from '../tables/log.ts';
import { filesWithDays, openRelation } from '../tables/relation.ts';
import { type Snapshot, exists, loadSnapshot, transactionVersion } from '../tables/snapshot.ts';
import { type Draft, commit } from '../tables/table.ts';
import { type NegativeRows, countNegative, goodRows } from './good-rows.ts';
import { refuseIfUseless } from './refuse-useless.ts';
import { rejectedTableOf, writeRejected } from './rejected.ts';
import { type SourceFile, openSourceFiles } from './source-file.ts';
import type { SourceOptions } from './source-options.ts';
import { type Staged, stageFiles } from './stage.ts';

export interface IngestResult {
  /** That were appended. */
  rows: number;
  /** That were written to `<rawTable>_rejected` instead, each with its reason. */
  rejected: number;
  /** Why, the most frequent first. */
  reasons: { reason: string; rows: number }[];
  /** Appended rows with returns beyond the sales, or with less than nothing in stock. */
  negative: NegativeRows[];
  tableVersion: number;
  /** Files whose very content was ingested before: nothing of them is appended again. */
  skipped: string[];
  /** Columns that are neither standard ones nor named in the spec: not read. */
  ignoredColumns: string[];
}

/**
 * Appends the good rows of Parquet or CSV files to the raw table, in one commit: all files or none.
 * @throws InputError when a file cannot be read, lacks a column, or none of its rows can be used
 */
export async function ingest(
  context: PipelineContext,
  files: readonly string[],
  options: SourceOptions = {},
): Promise<IngestResult> {
  const { data } = context.model.spec;
  const mapping = mapColumns(data);
  await using db = await openDuckDB({ signal: context.signal });
  const raw = locateTable(context, data.rawTable);
  const sources = await openSourceFiles(db, context, files, options);
  for (;;) {
    const done = await ingestNew(db, context, { raw, mapping }, sources);
    if (done !== undefined) return done;
  }
}

/** @returns undefined when one of the files was ingested by another meanwhile: then it is to be left out */
async function ingestNew(
  db: DuckDB,
  context: PipelineContext,
  { raw, mapping }: { raw: TableLocation; mapping: Mapping },
  sources: readonly SourceFile[],
): Promise<IngestResult | undefined> {
  const before = await loadSnapshot(db, raw);
  const fresh = unique(sources.filter((source) => !isIngested(before, source)));
  const skipped = sources.filter((source) => !fresh.includes(source)).map(({ name }) => name);
  if (fresh.length === 0 && sources.length > 0) {
    return {
      rows: 0,
      rejected: 0,
      reasons: [],
      negative: [],
      tableVersion: before.version,
      skipped,
      ignoredColumns: [],
    };
  }
  const staged = await stageFiles(db, fresh, mapping);
  context.report?.({ step: 'write' });
  const appended = await appendGoodRows(db, context, raw, fresh, staged);
  return appended && { ...appended, skipped, ignoredColumns: staged.ignored };
}

async function appendGoodRows(
  db: DuckDB,
  context: PipelineContext,
  raw: TableLocation,
  fresh: readonly SourceFile[],
  staged: Staged,
): Promise<Pick<IngestResult, 'rows' | 'rejected' | 'reasons' | 'negative' | 'tableVersion'> | undefined> {
  let written: WrittenFiles | undefined;
  let rejected: Pick<IngestResult, 'rejected' | 'reasons'> = { rejected: 0, reasons: [] };
  let negative: NegativeRows[] = [];
  const discard = async () => {
    if (written !== undefined) await deleteDataFiles(raw, written.adds);
    written = undefined;
  };
  const draft = async (current: Snapshot): Promise<Draft | undefined> => {
    await discard();
    if (fresh.some((source) => isIngested(current, source))) return undefined;
    await findKnown(db, raw, current, staged);
    written = await writeDataFiles(db, raw, goodRows(staged.columns), checkedTags(staged.columns));
    await refuseIfUseless(db, raw, current, written.rows, staged.columns);
    negative = await countNegative(db, staged.columns);
    // Rejected rows land first: killed in between, the next try finds them and replaces them.
    rejected = await writeRejected(db, rejectedTableOf(raw), idOf(fresh), staged.columns);
    return {
      operation: 'WRITE',
      operationParameters: { mode: 'Append' },
      fields: written.fields,
      adds: written.adds,
      readsTable: true,
      pinned: context.model.spec.data.version,
      transactions: fresh.map((source) => ({ appId: appIdOf(source), version: 1 })),
    };
  };
  const { snapshot, committed } = await commit(db, raw, draft, discard);
  return committed
    ? { rows: written?.rows ?? 0, ...rejected, negative, tableVersion: snapshot.version }
    : undefined;
}

/** Fills `known`: the rowids of rows whose store, product and day the table has. */
async function findKnown(db: DuckDB, raw: TableLocation, snapshot: Snapshot, staged: Staged): Promise<void> {
  await db.run('CREATE OR REPLACE TEMP TABLE known (id BIGINT)');
  const { firstDay, lastDay, columns } = staged;
  if (!exists(snapshot) || firstDay === null || lastDay === null) return;
  const [store, product, date] = ['store_id', 'product_id', 'date'].map((key) => sourceOf(columns, key)) as [
    string,
    string,
    string,
  ];
  const files = filesWithDays(snapshot.files.values(), firstDay, lastDay, date);
  await using relation = await openRelation(raw, snapshot, files);
  await db.run(
    `INSERT INTO known SELECT staged.rowid FROM staged SEMI JOIN (
        SELECT CAST(${quoteIdentifier(store)} AS VARCHAR) AS store_id, CAST(${quoteIdentifier(product)} AS VARCHAR) AS product_id,
          CAST(${quoteIdentifier(date)} AS DATE) AS date
        FROM ${relation.sql} WHERE CAST(${quoteIdentifier(date)} AS DATE) BETWEEN DATE '${firstDay}' AND DATE '${lastDay}'
      ) AS existing USING (store_id, product_id, date) WHERE reason IS NULL`,
  );
}

function sourceOf(columns: readonly FoundColumn[], alias: string): string {
  return columns.find((column) => column.alias === alias)?.source ?? alias;
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
