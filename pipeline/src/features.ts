import { InputError, type RawRows } from '@stockout/contracts';
import {
  type DuckDB,
  type FeaturesRequest,
  openDuckDB,
  renderFeatures,
  renderSnapshot,
} from '@stockout/features';
import type { PipelineContext } from './context.ts';
import type { Engine } from './engines/spark/open.ts';
import { featuresRequest, rawRows } from './features-request.ts';
import { type MadeOf, type Refresh, SOURCE_TAG, madeOf, planRefresh } from './features-refresh.ts';
import { type FeaturesWork, writeAllFeatures, writeChangedFeatures } from './features-write.ts';
import { type RawTable, rawColumns } from './raw-table.ts';
import type { AddFile } from './tables/actions.ts';
import { type WrittenFiles, deleteDataFiles } from './tables/data-files.ts';
import { locateTable } from './tables/locate.ts';
import type { TableLocation } from './tables/log.ts';
import { type FileRelation, openRelation } from './tables/relation.ts';
import {
  type ExistingSnapshot,
  type Snapshot,
  exists,
  fieldsOfTable,
  loadSnapshot,
} from './tables/snapshot.ts';
import { type Draft, commit } from './tables/table.ts';

/** A version of the features table, readable by DuckDB as long as it is not disposed of. */
export interface FeaturesTable extends AsyncDisposable {
  /** What stands after FROM: its columns are the table's. */
  relation: string;
  /** The same file by file, to be read in pieces; left out where it is not files of a table. */
  files?: readonly FileRelation[];
  /** Where the relation is a sample of the table: which share of its series; else 1. */
  share: number;
  table: string;
  tableVersion: number;
  rawTable: string;
  rawVersion: number;
  /** What the features are made of. */
  raw: RawRows;
  /** For Extended, a SELECT of what a predictor must know of all rows; left out where they stay on a cluster. */
  snapshot?: string | undefined;
  /** In model order, those that the raw table's columns allow. */
  features: string[];
  /** The label's column: 1, 0 or null. */
  label: string;
  horizonDays: number;
  rows: number;
  /** ISO dates, over all rows. */
  firstDay: string;
  lastDay: string;
}

export interface FeaturesSource {
  /** Default: spec.data.rawTable. */
  rawTable?: string | undefined;
  /** Default: spec.data.version, else the newest. */
  rawVersion?: number | 'newest' | undefined;
  /** Default: spec.data.featuresTable. */
  featuresTable?: string | undefined;
  /** Where they are made instead when that table is made of other rows and is to stay so; left out, it is made anew. */
  aside?: string | undefined;
  /** Default: spec.training.engine. */
  engine?: Engine | undefined;
  /** Whether rows are read here; where only the cluster reads them, none is fetched. Default: true. */
  reads?: boolean | undefined;
}

/** `stockout features`: the features table brought up to date. */
export async function features(
  context: PipelineContext,
  { dataVersion }: { dataVersion?: number } = {},
): Promise<{ rows: number; tableVersion: number; seconds: number }> {
  const start = performance.now();
  await using table = await ensureFeatures(context, { rawVersion: dataVersion, reads: false });
  const seconds = Math.round(performance.now() - start) / 1000;
  return { rows: table.rows, tableVersion: table.tableVersion, seconds };
}

/**
 * The features of a version of the raw table: those in the features table where they were made from the same
 * data by the same SQL, else made now. Two at once are safe: the second finds what the first made.
 * @throws InputError when the raw table does not exist, has no rows or lacks a required column
 */
export async function ensureFeatures(
  context: PipelineContext,
  source: FeaturesSource = {},
): Promise<FeaturesTable> {
  const { data } = context.model.spec;
  const raw = { ...locateTable(context, source.rawTable ?? data.rawTable), spec: data };
  const target = locateTable(context, source.featuresTable ?? data.featuresTable);
  if (raw.name === target.name) {
    throw new InputError(`spec.data.featuresTable is the raw table ${raw.name} itself: give it another name`);
  }
  const wanted = source.rawVersion ?? data.version;
  const rawVersion = wanted === 'newest' ? undefined : wanted;
  const engine = source.engine ?? context.model.spec.training?.engine;
  if (engine?.type === 'Spark') {
    const tables = { rawTable: raw.name, rawVersion, featuresTable: target.name };
    // Its client takes longer to load than small features take to make.
    const { ensureSparkFeatures } = await import('./engines/spark/ensure-features.ts');
    return ensureSparkFeatures(context, engine, tables, source.reads ?? true);
  }
  context.report?.({ step: 'features' });
  await using db = await openDuckDB({ signal: context.signal });
  const rawSnapshot = await loadRaw(db, raw, rawVersion);
  const columns = rawColumns(raw, rawSnapshot);
  const request = featuresRequest(data, columns);
  const rendered = renderFeatures(request);
  const aside = source.aside === undefined ? undefined : locateTable(context, source.aside);
  const { table, snapshot } = await makeUnlessMade(db, raw, rawSnapshot, { target, aside }, request);
  const relation = await openRelation(table, snapshot);
  const [extent] = await db.rows<Extent>(
    `SELECT count(*) AS rows, min(date) AS first, max(date) AS last FROM ${relation.sql}`,
  );
  return {
    relation: relation.sql,
    files: relation.files,
    share: 1,
    table: table.name,
    tableVersion: snapshot.version,
    rawTable: raw.name,
    rawVersion: rawSnapshot.version,
    raw: rawRows(data, columns),
    snapshot: request.set === 'Extended' ? renderSnapshot(relation.sql, request) : undefined,
    features: rendered.features,
    label: rendered.label,
    horizonDays: data.horizonDays,
    rows: extent?.rows ?? 0,
    firstDay: extent?.first ?? '',
    lastDay: extent?.last ?? '',
    [Symbol.asyncDispose]: () => relation[Symbol.asyncDispose](),
  };
}

interface Extent {
  rows: number;
  first: string;
  last: string;
}

async function loadRaw(
  db: DuckDB,
  raw: TableLocation,
  version: number | undefined,
): Promise<ExistingSnapshot> {
  const snapshot = await loadSnapshot(db, raw, version);
  if (!exists(snapshot)) {
    throw new InputError(
      `table ${raw.name} does not exist in ${raw.storage.uri}: bring data in with \`stockout ingest\` first`,
    );
  }
  return snapshot;
}

/** Where features are to be, and where instead when what stands there is made of other rows. */
interface Places {
  target: TableLocation;
  aside: TableLocation | undefined;
}

async function makeUnlessMade(
  db: DuckDB,
  raw: RawTable,
  rawSnapshot: ExistingSnapshot,
  { target, aside }: Places,
  request: FeaturesRequest,
): Promise<{ table: TableLocation; snapshot: ExistingSnapshot }> {
  const { metadata, version } = rawSnapshot;
  const source = madeOf({ table: metadata.id, version }, rawColumns(raw, rawSnapshot), request);
  const standing = aside && (await loadSnapshot(db, target));
  if (standing && exists(standing) && isMadeOf(standing, JSON.stringify(source))) {
    return { table: target, snapshot: standing };
  }
  const table = aside ?? target;
  const work = { db, raw, snapshot: rawSnapshot, target: table, request, source: JSON.stringify(source) };
  return { table, snapshot: await makeFeatures(work, source) };
}

async function makeFeatures(work: FeaturesWork, source: MadeOf): Promise<ExistingSnapshot> {
  const { db, target } = work;
  let all: WrittenFiles | undefined;
  let changed: readonly AddFile[] = [];
  const discardChanged = () => deleteDataFiles(target, changed);
  const draft = async (current: Snapshot): Promise<Draft | undefined> => {
    // What a lost race has made anew fits the table as it was before.
    await discardChanged();
    changed = [];
    if (isMadeOf(current, work.source)) return undefined;
    const refresh = all === undefined ? await planRefresh(work, current, source) : undefined;
    if (refresh === undefined) {
      all ??= await writeAllFeatures(work);
      return overwrite(all.fields, all.adds, [...current.files.values()]);
    }
    changed = await writeChangedFeatures(work, current, refresh);
    return refreshed(current as ExistingSnapshot, refresh, changed, work.source);
  };
  const { snapshot } = await commit(db, target, draft, async () => {
    await discardChanged();
    await deleteDataFiles(target, all?.adds ?? []);
  });
  return snapshot as ExistingSnapshot;
}

function overwrite(fields: Draft['fields'], adds: readonly AddFile[], removes: readonly AddFile[]): Draft {
  const operationParameters = { mode: 'Overwrite' };
  return { operation: 'WRITE', operationParameters, fields, adds, removes, replacesSchema: true };
}

/** Files that stay are added once more, under what they are now made of: their rows are no change. */
function refreshed(
  current: ExistingSnapshot,
  { keep }: Refresh,
  changed: readonly AddFile[],
  source: string,
): Draft {
  const kept = new Set(keep);
  const retagged = keep.map((add) => ({
    ...add,
    dataChange: false,
    tags: { ...add.tags, [SOURCE_TAG]: source },
  }));
  const removes = [...current.files.values()].filter((file) => !kept.has(file));
  return overwrite(fieldsOfTable(current), [...retagged, ...changed], removes);
}

function isMadeOf(snapshot: Snapshot, source: string): boolean {
  const files = [...snapshot.files.values()];
  return files.length > 0 && files.every(({ tags }) => tags?.[SOURCE_TAG] === source);
}
