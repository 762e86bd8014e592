import { createHash } from 'node:crypto';
import { type DuckDB, openDuckDB } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import { checkedTags } from '../raw/checked.ts';
import { type Mapping, mapColumns } from '../raw/mapping.ts';
import { type WrittenFiles, deleteDataFiles, writeDataFiles } from '../tables/data-files.ts';
import { locateTable } from '../tables/locate.ts';
import type { TableLocation } from '../tables/log.ts';
import { type Snapshot, loadSnapshot, transactionVersion } from '../tables/snapshot.ts';
import { type Draft, commit } from '../tables/table.ts';
import { type ColumnRows, countLost, countNegative, goodRows } from './good-rows.ts';
import { meetTable } from './meet-table.ts';
import type { LeftOut } from './other-columns.ts';
import { refuseIfUseless } from './refuse-useless.ts';
import { rejectedTableOf, writeRejected } from './rejected.ts';
import { type SourceFile, openSourceFiles } from './source-file.ts';
import type { SourceOptions } from './source-options.ts';
import { type Staged, stageFiles } from './stage.ts';
import type { RejectedRows } from './way-out.ts';

export interface IngestResult {
  /** That were appended. */
  rows: number;
  /** That were written to `<rawTable>_rejected` instead, each with its reason. */
  rejected: number;
  /** Why, the most frequent first. */
  reasons: RejectedRows[];
  /** Appended rows with returns beyond the sales, or with less than nothing in stock. */
  negative: ColumnRows[];
  tableVersion: number;
  /** Files whose very content was ingested before, and by which version: nothing of them is appended again. */
  skipped: { file: string; tableVersion: number }[];
  /** Columns that are neither standard ones nor named in the spec: the table keeps them as they are. */
  keptColumns: string[];
  /** Of these, values that the type of a column which the table has already cannot hold: null in their rows. */
  lost: ColumnRows[];
  /** Columns that the table cannot have. */
  leftOut: LeftOut[];
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
  const fresh = unique(sources.filter((source) => ingestedBy(before, source) === undefined));
  const skippedBy = ({ version }: Snapshot) =>
    sources
      .filter((source) => !fresh.includes(source))
      .map((source) => ({ file: source.name, tableVersion: ingestedBy(before, source) ?? version }));
  if (fresh.length === 0 && sources.length > 0) {
    return { ...NOTHING, tableVersion: before.version, skipped: skippedBy(before) };
  }
  const staged = await stageFiles(db, fresh, mapping);
  context.report?.({ step: 'write' });
  const done = await appendGoodRows(db, context, { raw, fresh, staged });
  if (done === undefined) return undefined;
  const { snapshot, ...appended } = done;
  return {
    ...appended,
    tableVersion: snapshot.version,
    skipped: skippedBy(snapshot),
    keptColumns: staged.others.map(({ source }) => source),
    leftOut: staged.leftOut,
  };
}

const NOTHING = { rows: 0, rejected: 0, reasons: [], negative: [], keptColumns: [], lost: [], leftOut: [] };

interface Appending {
  raw: TableLocation;
  fresh: readonly SourceFile[];
  staged: Staged;
}

type Appended = Pick<IngestResult, 'rows' | 'rejected' | 'reasons' | 'negative' | 'lost'>;

/** @returns undefined when one of the files was ingested by another meanwhile */
async function appendGoodRows(
  db: DuckDB,
  context: PipelineContext,
  { raw, fresh, staged }: Appending,
): Promise<(Appended & { snapshot: Snapshot }) | undefined> {
  let written: WrittenFiles | undefined;
  let appended: Appended | undefined;
  const discard = async () => {
    if (written !== undefined) await deleteDataFiles(raw, written.adds);
    written = undefined;
  };
  const draft = async (current: Snapshot): Promise<Draft | undefined> => {
    await discard();
    if (fresh.some((source) => ingestedBy(current, source) !== undefined)) return undefined;
    const placement = await meetTable(db, staged, { raw, snapshot: current });
    written = await writeDataFiles(db, raw, goodRows(placement), checkedTags(staged.columns));
    await refuseIfUseless(db, raw, current, written.rows, staged.columns);
    appended = {
      rows: written.rows,
      negative: await countNegative(db, staged.columns),
      lost: await countLost(db, placement),
      // Rejected rows land first: killed in between, the next try finds them and replaces them.
      ...(await writeRejected(db, rejectedTableOf(raw), idOf(fresh), staged.columns)),
    };
    return {
      operation: 'WRITE',
      operationParameters: { mode: 'Append' },
      fields: [...written.fields, ...placement.lacking],
      adds: written.adds,
      readsTable: true,
      pinned: context.model.spec.data.version,
      transactions: fresh.map((source) => ({ appId: appIdOf(source) })),
    };
  };
  const { snapshot, committed } = await commit(db, raw, draft, discard);
  return committed && appended !== undefined ? { ...appended, snapshot } : undefined;
}

/** The version of the table that has a file's rows; undefined when none has. */
function ingestedBy(snapshot: Snapshot, source: SourceFile): number | undefined {
  return transactionVersion(snapshot, appIdOf(source));
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
