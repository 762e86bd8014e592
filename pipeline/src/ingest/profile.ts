import type { DataProfile } from '@stockout/contracts';
import type { StockoutModelSpec } from '@stockout/crds';
import { type RenderedFeatures, openDuckDB, renderFeatures } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import { profileData } from '../data-profile.ts';
import { mapColumns } from '../raw/mapping.ts';
import { mappedOf } from '../raw/source-columns.ts';
import { mappedValue } from '../raw/values.ts';
import type { LeftOut } from './other-columns.ts';
import { openSourceFiles } from './source-file.ts';
import type { SourceOptions } from './source-options.ts';
import {
  DUPLICATE,
  countGaps,
  countLabels,
  countReasons,
  extentOf,
  profileColumns,
} from './profile-queries.ts';
import { stageFiles } from './stage.ts';
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

/** What `stockout ingest --check` prints: the data as it would be ingested into an empty table. */
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
  /** Rows whose store, product and day an earlier row has: rejected. */
  duplicates: number;
  rejected: number;
  /** With the first row that has it. */
  reasons: RejectedRows[];
  /** Which the model would have. */
  features: string[];
  /** Rows by their label; rows whose label is not known are scored, but teach nothing. */
  labels: { horizonDays: number; stockout: number; none: number; unknown: number };
  /** Columns that the table cannot have. */
  leftOut: LeftOut[];
}

type Data = Pick<StockoutModelSpec['data'], 'columns' | 'covariates' | 'features' | 'horizonDays'>;

const STANDARD: Data = { features: 'Standard', horizonDays: 7 };

/**
 * Writes nothing.
 * @param data default: columns of standard names, and Standard features
 * @throws InputError as ingest does
 */
export async function checkFiles(
  files: readonly string[],
  { signal, report }: Pick<PipelineContext, 'signal' | 'report'> = {},
  { data = STANDARD, ...options }: SourceOptions & { data?: Data | undefined } = {},
): Promise<Profile> {
  await using db = await openDuckDB({ signal });
  const mapping = mapColumns(data);
  const sources = await openSourceFiles(db, { report }, files, options);
  const staged = await stageFiles(db, sources, mapping);
  report?.({ step: 'profile' });
  await db.run(
    'CREATE TEMP VIEW good AS SELECT * FROM staged WHERE reason IS NULL AND rowid NOT IN (SELECT id FROM repeated)',
  );
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
    duplicates: reasons.find(({ reason }) => reason === DUPLICATE)?.rows ?? 0,
    rejected: staged.rows - profile.rows,
    reasons,
    features: rendered.features,
    labels: { horizonDays: data.horizonDays, ...(await countLabels(db, raw, rendered)) },
    leftOut: staged.leftOut,
  };
}

function render(
  { features: set, covariates, horizonDays }: Data,
  columns: readonly string[],
): RenderedFeatures {
  const named = covariates?.map(({ column, history }) => ({ name: column, history }));
  return renderFeatures({ set, columns, covariates: named, horizonDays });
}
