import { type DataProfile, StockoutError } from '@stockout/contracts';
import type { StockoutModelSpec } from '@stockout/crds';
import { type DuckDB, type RenderedFeatures, openDuckDB, renderFeatures } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import { profileData } from '../data-profile.ts';
import { mapColumns } from '../raw/mapping.ts';
import { mappedOf } from '../raw/source-columns.ts';
import { mappedValue } from '../raw/values.ts';
import { locateTable } from '../tables/locate.ts';
import { loadSnapshot } from '../tables/snapshot.ts';
import { type ColumnRows, GOOD, countLost } from './good-rows.ts';
import type { MetTable } from './known-rows.ts';
import { meetTable } from './meet-table.ts';
import type { LeftOut } from './other-columns.ts';
import type { Placement } from './placement.ts';
import { DUPLICATE, KNOWN, countReasons } from './reasons.ts';
import { openSourceFiles } from './source-file.ts';
import type { SourceOptions } from './source-options.ts';
import { countGaps, countLabels, extentOf, profileColumns } from './profile-queries.ts';
import { type Staged, stageFiles } from './stage.ts';
import type { RejectedRows } from './way-out.ts';

export interface ColumnProfile {
  /** As in the files. */
  name: string;
  /** In the raw table. */
  type: string;
  nulls: number;
  min: string | number | null;
  max: string | number | null;
  /** The same value in every row: it tells a model nothing. */
  constant: boolean;
  /** Whether the spec is about it; the table keeps the others as they are. */
  used: boolean;
}

/** What `stockout ingest --check` prints: the data as it would be ingested. */
export interface Profile extends DataProfile {
  /** ISO; null without a good row. */
  firstDay: string | null;
  lastDay: string | null;
  columns: ColumnProfile[];
  /** Days that are missing between the first and the last of their store x product. */
  gaps: {
    series: number;
    seriesWithGaps: number;
    missingDays: number;
    /** The most frequent number of days from one row of a series to its next: 7 in weekly data; null without any. */
    stepDays: number | null;
  };
  /** That they would go into, as it is, or why it could not be read; null where none was named, or it does not exist yet. */
  table: { name: string; version: number } | { name: string; unread: string } | null;
  /** Rows whose store, product and day an earlier row, or the table, has: rejected. */
  duplicates: number;
  rejected: number;
  /** With the first row that has it. */
  reasons: RejectedRows[];
  /** Which the model would have. */
  features: string[];
  /** Rows by their label; rows whose label is not known are scored, but teach nothing. */
  labels: { horizonDays: number; stockout: number; none: number; unknown: number };
  /** Values of columns that the spec does not name which the table's types cannot hold: they would be null in their rows. */
  lost: ColumnRows[];
  /** Columns that the table cannot have. */
  leftOut: LeftOut[];
}

type Data = Pick<StockoutModelSpec['data'], 'columns' | 'covariates' | 'features' | 'horizonDays'>;

const STANDARD: Data = { features: 'Standard', horizonDays: 7 };

/**
 * Writes nothing.
 * @param context with a model: through its spec.data, and beside the rows that its raw table has; without, columns of
 * standard names, Standard features, and no table
 * @throws InputError as ingest does
 */
export async function checkFiles(
  files: readonly string[],
  context: Partial<PipelineContext> = {},
  options: SourceOptions = {},
): Promise<Profile> {
  const { signal, report, model } = context;
  const data: Data = model?.spec.data ?? STANDARD;
  await using db = await openDuckDB({ signal });
  const mapping = mapColumns(data);
  const sources = await openSourceFiles(db, { report }, files, options);
  const staged = await stageFiles(db, sources, mapping);
  report?.({ step: 'profile' });
  const { table, losses } = await meet(db, context, staged);
  await db.run(`CREATE TEMP VIEW good AS SELECT * ${GOOD}`);
  const mapped = mappedOf(mapping, staged.columns);
  const values = mapped.map((column) => `${mappedValue(column, column.source.alias)} AS "${column.name}"`);
  const columns = mapped.map(({ name }) => name);
  const raw = `SELECT ${values.join(', ')} FROM good`;
  const profile = await profileData(db, `(${raw})`, columns);
  const rendered = render(data, columns);
  const reasons = await countReasons(db, staged.columns);
  return {
    ...profile,
    ...(await extentOf(db)),
    columns: await profileColumns(db, staged),
    gaps: await countGaps(db),
    table,
    duplicates: reasons
      .filter(({ reason }) => reason === DUPLICATE || reason === KNOWN)
      .reduce((sum, { rows }) => sum + rows, 0),
    rejected: staged.rows - profile.rows,
    reasons,
    features: rendered.features,
    labels: { horizonDays: data.horizonDays, ...(await countLabels(db, raw, rendered)) },
    lost: await countLost(db, { losses }),
    leftOut: staged.leftOut,
  };
}

/** Whoever may not read the storage can check a file all the same. */
async function meet(
  db: DuckDB,
  { model, ...context }: Partial<PipelineContext>,
  staged: Staged,
): Promise<{ table: Profile['table']; losses: Placement['losses'] }> {
  if (model === undefined) return { table: null, ...(await meetTable(db, staged)) };
  const name = model.spec.data.rawTable;
  let met: MetTable;
  try {
    const raw = locateTable({ ...context, model }, name);
    met = { raw, snapshot: await loadSnapshot(db, raw) };
  } catch (error) {
    if (!(error instanceof StockoutError)) throw error;
    return { table: { name, unread: error.message }, ...(await meetTable(db, staged)) };
  }
  const { version } = met.snapshot;
  return { table: version < 0 ? null : { name, version }, ...(await meetTable(db, staged, met)) };
}

function render(
  { features: set, covariates, horizonDays }: Data,
  columns: readonly string[],
): RenderedFeatures {
  const named = covariates?.map(({ column, history }) => ({ name: column, history }));
  return renderFeatures({ set, columns, covariates: named, horizonDays });
}
