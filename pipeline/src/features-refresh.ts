import { createHash } from 'node:crypto';
import { type DuckDB, type FeaturesRequest, renderFeatures } from '@stockout/features';
import { addDays } from './days.ts';
import type { MappedColumn } from './raw/mapping.ts';
import { type RawTable, digestOfColumns, rawColumns } from './raw-table.ts';
import type { AddFile } from './tables/actions.ts';
import {
  type ExistingSnapshot,
  type Snapshot,
  exists,
  fieldsOfTable,
  loadSnapshot,
} from './tables/snapshot.ts';
import { boundsOf } from './tables/stats.ts';
import { storedName } from './tables/stored-columns.ts';

/** Tag on every file that says what it was made of: it lives and dies with the rows themselves. */
export const SOURCE_TAG = 'stockout.source';

/** What the tag holds, as JSON. */
export interface MadeOf {
  /** Id of the raw table. */
  table: string;
  version: number;
  columns: string;
  sql: string;
}

/** @param columns of the raw table, as the spec maps them */
export function madeOf(
  raw: Pick<MadeOf, 'table' | 'version'>,
  columns: readonly MappedColumn[],
  request: FeaturesRequest,
): MadeOf {
  const { sql } = renderFeatures(request);
  return {
    ...raw,
    columns: digestOfColumns(columns),
    sql: createHash('sha256').update(sql).digest('hex'),
  };
}

/** What of a features table holds for another version of its raw table too. */
export interface Refresh {
  /** ISO. Rows of earlier days are as they were; those from here on are made anew. */
  firstDay: string;
  /** ISO. The first day of the raw rows that these are made of; left out where all days so far count. */
  firstRawDay?: string;
  /** Column of the raw table that has the days. */
  dateColumn: string;
  /** Files whose rows all stay. */
  keep: AddFile[];
  /** Files of which some rows may stay. */
  cut: AddFile[];
}

interface PlanRefreshOf {
  db: DuckDB;
  raw: RawTable;
  snapshot: ExistingSnapshot;
  request: FeaturesRequest;
}

/** Each refresh may leave a file more; the table is made anew, in large ones, when there are too many to read well. */
const MAX_FILES = 100;

/**
 * Which days of the features change with the raw table: from the label's horizon before the first day that changed.
 * No feature knows a later day, so the others are what a whole rebuild would make of them.
 * @returns undefined when all is to be made anew: another query, or changes of which it is not known which days they concern
 */
export async function planRefresh(
  { db, raw, snapshot, request }: PlanRefreshOf,
  current: Snapshot,
  source: MadeOf,
): Promise<Refresh | undefined> {
  const files = [...current.files.values()];
  if (files.length > MAX_FILES) return undefined;
  const before = await rawBefore(db, raw, snapshot, files, source);
  const dateColumn = dateColumnOf(raw, snapshot);
  if (before === undefined || dateColumn === undefined) return undefined;
  const changed = firstChangedDay(before, snapshot, dateColumn);
  const end = earlierEnd(before, snapshot, dateColumn);
  if (changed === undefined || end === undefined) return undefined;
  // Where the data ended, labels were not known that now are, even if nothing was sold on the days after it.
  const firstDay = addDays(changed <= end ? changed : addDays(end, 1), -request.horizonDays);
  const earlier = files.filter((file) => (dayOf(file, 'min') ?? '') < firstDay);
  const keep = earlier.filter((file) => (dayOf(file, 'max') ?? firstDay) < firstDay);
  const cut = earlier.filter((file) => !keep.includes(file));
  return earlier.length === 0
    ? undefined
    : { firstDay, ...firstRawDay(request, firstDay), dateColumn, keep, cut };
}

/** The raw table as the features were made of it, by the same query. */
async function rawBefore(
  db: DuckDB,
  raw: RawTable,
  rawSnapshot: ExistingSnapshot,
  files: readonly AddFile[],
  source: MadeOf,
): Promise<ExistingSnapshot | undefined> {
  const [tag, ...others] = new Set(files.map(({ tags }) => tags?.[SOURCE_TAG]));
  if (tag === undefined || others.length > 0) return undefined;
  const made = JSON.parse(tag) as MadeOf;
  if (JSON.stringify({ ...made, version: source.version }) !== JSON.stringify(source)) return undefined;
  // Its log may have been cleaned since.
  const before = await loadSnapshot(db, raw, made.version).catch(() => undefined);
  if (before === undefined || !exists(before)) return undefined;
  return before.metadata.schemaString === rawSnapshot.metadata.schemaString ? before : undefined;
}

/**
 * As its stats name it. Only days order as their text does: a date that is kept as a text or an instant is left to the
 * whole rebuild.
 */
function dateColumnOf(raw: RawTable, snapshot: ExistingSnapshot): string | undefined {
  const column = rawColumns(raw, snapshot).find(({ name }) => name === 'date')?.source.source;
  const field = fieldsOfTable(snapshot).find(({ name }) => name === column);
  return field?.type === 'date' ? storedName(snapshot, field.name) : undefined;
}

/** Of the files that one of the two has and the other has not; undefined where one does not say its days. */
function firstChangedDay(
  before: ExistingSnapshot,
  after: ExistingSnapshot,
  column: string,
): string | undefined {
  const changed = [
    ...[...before.files].filter(([key]) => !after.files.has(key)),
    ...[...after.files].filter(([key]) => !before.files.has(key)),
  ];
  const days = changed.map(([, file]) => dayOf(file, 'min', column));
  if (days.includes(undefined)) return undefined;
  return days.toSorted()[0] ?? '9999-12-31';
}

/** The day on which the shorter of two versions ends; undefined where a file does not say its days. */
function earlierEnd(before: ExistingSnapshot, after: ExistingSnapshot, column: string): string | undefined {
  const ends = [before, after].map(({ files }) => {
    const days = [...files.values()].map((file) => dayOf(file, 'max', column));
    return days.includes(undefined) ? undefined : days.toSorted().at(-1);
  });
  return ends.includes(undefined) ? undefined : ends.toSorted()[0];
}

function dayOf({ stats }: AddFile, side: 'min' | 'max', column = 'date'): string | undefined {
  const bounds = boundsOf(stats, column);
  const day = bounds?.[side];
  // Where rows were deleted since, the days that are left may end earlier.
  return day === undefined || !bounds?.tight ? undefined : String(day);
}

/** Windows of days make no difference beyond their length; Extended has means of all days so far as well. */
function firstRawDay(request: FeaturesRequest, firstDay: string): Pick<Refresh, 'firstRawDay'> {
  if (request.set !== 'Standard') return {};
  const windows = renderFeatures(request).sql.matchAll(/INTERVAL (\d+) DAYS PRECEDING/g);
  const longest = Math.max(1, ...[...windows].map((match) => Number(match[1])));
  return { firstRawDay: addDays(firstDay, -longest) };
}
