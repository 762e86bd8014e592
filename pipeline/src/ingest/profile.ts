import type { DataProfile } from '@stockout/contracts';
import type { StockoutModelSpec } from '@stockout/crds';
import { type DuckDB, type RenderedFeatures, openDuckDB, renderFeatures } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import { profileData } from '../data-profile.ts';
import { mapColumns } from '../raw/mapping.ts';
import { type FoundColumn, mappedOf } from '../raw/source-columns.ts';
import { mappedValue, storedType } from '../raw/values.ts';
import { openSourceFiles } from './source-file.ts';
import type { SourceOptions } from './source-options.ts';
import { ROW_NUMBER, stageFiles } from './stage.ts';

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
  reasons: { reason: string; rows: number; file: string; row: number; value: string | null }[];
  /** Which the model would have. */
  features: string[];
  /** Rows by their label; rows whose label is not known are scored, but teach nothing. */
  labels: { horizonDays: number; stockout: number; none: number; unknown: number };
  ignoredColumns: string[];
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
  const reasons = await countReasons(db);
  return {
    ...profile,
    ...(await extentOf(db)),
    columns: await profileColumns(db, staged.columns),
    gaps: await countGaps(db),
    duplicates: reasons.find(({ reason }) => reason === DUPLICATE)?.rows ?? 0,
    rejected: staged.rows - profile.rows,
    reasons,
    features: rendered.features,
    labels: { horizonDays: data.horizonDays, ...(await countLabels(db, raw, rendered)) },
    ignoredColumns: staged.ignored,
  };
}

function render(
  { features: set, covariates, horizonDays }: Data,
  columns: readonly string[],
): RenderedFeatures {
  const named = covariates?.map(({ column, history }) => ({ name: column, history }));
  return renderFeatures({ set, columns, covariates: named, horizonDays });
}

/** By the features' own SQL, of which DuckDB computes the label alone. */
async function countLabels(
  db: DuckDB,
  raw: string,
  { sql, label }: RenderedFeatures,
): Promise<Omit<Profile['labels'], 'horizonDays'>> {
  const [counted] = await db.rows<Omit<Profile['labels'], 'horizonDays'>>(
    `SELECT count(*) FILTER (WHERE ${label} = 1) AS stockout, count(*) FILTER (WHERE ${label} = 0) AS "none",
        count(*) FILTER (WHERE ${label} IS NULL) AS unknown
      FROM (WITH raw AS (${raw}) ${sql})`,
  );
  return counted ?? { stockout: 0, none: 0, unknown: 0 };
}

const DUPLICATE = 'duplicate: an earlier row has the same store, product and date';

function countReasons(db: DuckDB): Promise<Profile['reasons']> {
  return db.rows(
    `WITH bad AS (
        SELECT rowid AS id, ${ROW_NUMBER} AS row_number, file, reason, value FROM staged WHERE reason IS NOT NULL
        UNION ALL SELECT rowid AS id, ${ROW_NUMBER} AS row_number, file, '${DUPLICATE}' AS reason, value FROM staged
          WHERE rowid IN (SELECT id FROM repeated)
      )
      SELECT reason, count(*) AS rows, arg_min(file, id) AS file, arg_min(row_number, id) AS row,
        arg_min_null(value, id) AS value
      FROM bad GROUP BY reason ORDER BY rows DESC, reason`,
  );
}

async function extentOf(db: DuckDB): Promise<Pick<Profile, 'firstDay' | 'lastDay'>> {
  const [extent] = await db.rows<Pick<Profile, 'firstDay' | 'lastDay'>>(
    'SELECT min(date) AS "firstDay", max(date) AS "lastDay" FROM good',
  );
  return extent ?? { firstDay: null, lastDay: null };
}

async function profileColumns(db: DuckDB, columns: readonly FoundColumn[]): Promise<ColumnProfile[]> {
  const selects = columns.map(({ alias }, i) => {
    return `count(*) - count(${alias}) AS nulls${i}, min(${alias}) AS min${i}, max(${alias}) AS max${i}`;
  });
  const [row] = await db.rows<Record<string, string | number | null>>(
    `SELECT count(*) AS "rows", ${selects.join(', ')} FROM good`,
  );
  return columns.map((column, i) => {
    const [nulls, min, max] = [
      Number(row?.[`nulls${i}`] ?? 0),
      row?.[`min${i}`] ?? null,
      row?.[`max${i}`] ?? null,
    ];
    const constant = Number(row?.['rows']) > 1 && nulls === 0 && min === max;
    return { name: column.source, type: storedType(column), nulls, min, max, constant };
  });
}

async function countGaps(db: DuckDB): Promise<Profile['gaps']> {
  const [gaps] = await db.rows<Profile['gaps']>(
    `WITH steps AS (
        SELECT store_id, product_id,
          date - lag(date) OVER (PARTITION BY store_id, product_id ORDER BY date) AS step FROM good
      ),
      series AS (SELECT sum(step - 1) AS missing FROM steps GROUP BY store_id, product_id)
      SELECT count(*) AS series, count(*) FILTER (WHERE missing > 0) AS "seriesWithGaps",
        CAST(coalesce(sum(missing), 0) AS BIGINT) AS "missingDays",
        (SELECT mode(step) FROM steps WHERE step IS NOT NULL) AS "stepDays" FROM series`,
  );
  return gaps ?? { series: 0, seriesWithGaps: 0, missingDays: 0, stepDays: null };
}
