import { InputError, featureSchema } from '@stockout/contracts';
import { type ColumnDocumentation, EXTENDED_COLUMNS, STANDARD_COLUMNS } from './documentation.ts';
import { readSql } from './sql-file.ts';
import { type Covariate, forEachCovariate, renderLines } from './template.ts';

/** Columns that the raw table must have; the others that features are made of are optional. */
export const REQUIRED_COLUMNS = ['store_id', 'product_id', 'date', 'stockout'] as const;
export const OPTIONAL_COLUMNS = ['price', 'promo', 'daily_sales', 'inventory', 'region'] as const;

export interface FeaturesRequest {
  set: 'Standard' | 'Extended';
  /** Standard names of the raw columns at hand, the required ones among them. */
  columns: Iterable<string>;
  /** Further columns of the relation, numbers. */
  covariates?: readonly Covariate[] | undefined;
  /** How many days the label looks ahead. */
  horizonDays: number;
  /** Default: all series, whether or not they have gaps. */
  series?: SeriesChoice | undefined;
  /** Extended of a few rows, which meet the snapshot of all others: `raw` is then as history.sql makes it. */
  snapshot?: boolean | undefined;
}

/** Some of the store x products; what is known of their store and product comes from all rows all the same. */
interface SeriesChoice {
  /** SQL condition on `raw`, the same for all rows of a series. */
  where: string;
  /** True when none of them lacks a day between its first and last: the cheaper rendering is equal then. */
  gapless: boolean;
}

export interface RenderedFeatures {
  /** A SELECT over a relation that is named `raw`: prefix it with `WITH raw AS (...)`. */
  sql: string;
  /** In model order: those whose columns are there. */
  features: string[];
  label: string;
}

const STANDARD = readSql('standard.sql');
const EXTENDED = readSql('extended.sql');
/** standard.sql is one SELECT: its columns stand before FROM, its windows after WINDOW. */
const STANDARD_PARTS = /^SELECT\n\s*(?<columns>[^]*?)\nFROM raw\nWHERE .*\nWINDOW\n\s*(?<windows>[^]*)$/;

/**
 * The features as SQL for data with these columns; those that need a column which is not there are left out.
 * @throws InputError for a covariate whose name cannot be a feature's, or is one already
 */
export function renderFeatures({
  set,
  columns,
  covariates = [],
  horizonDays,
  series = { where: 'TRUE', gapless: false },
  snapshot = false,
}: FeaturesRequest): RenderedFeatures {
  const present = new Set(columns);
  refuseBadNames(covariates);
  const render = (template: string) =>
    renderLines(template, { columns: present, covariates, snapshot })
      .replaceAll('{{horizon_days}}', String(horizonDays))
      .replace('{{these_series}}', () => series.where)
      .trim();
  const standard = render(STANDARD);
  const calendar = set === 'Standard' ? standard : withStandard(render(EXTENDED), standard);
  const sql = series.gapless ? withRowWindows(calendar) : calendar;
  const features = featuresIn(sql, set === 'Standard' ? STANDARD_COLUMNS : EXTENDED_COLUMNS, covariates);
  const label = labelColumn(horizonDays);
  refuseRepeated(
    [...features, ...REQUIRED_COLUMNS, ...(present.has('region') ? ['region'] : []), label],
    covariates,
  );
  return { sql, features, label };
}

export function labelColumn(horizonDays: number): string {
  return `label_stockout_next_${horizonDays}d`;
}

function withStandard(extended: string, standard: string): string {
  const { columns = '', windows = '' } = STANDARD_PARTS.exec(standard)?.groups ?? {};
  const whole = extended
    .replace('{{standard_columns}}', () => indent(columns))
    .replace('{{standard_windows}}', () => indent(windows));
  // Within a FROM, so that its own WITH may follow another.
  return `SELECT * FROM (\n${whole}\n)`;
}

const CALENDAR_WINDOW = /(?<=PARTITION BY store_id, product_id ORDER BY date )RANGE (BETWEEN .*)/g;

/** The one day in question is the row so many before, which lag() finds without a window frame. */
const DAY_AGO = /max\((\w+)\) OVER day_(\d+)_ago/g;

function withRowWindows(sql: string): string {
  return sql
    .replace(
      CALENDAR_WINDOW,
      (_range, frame: string) => `ROWS ${frame.replaceAll(/INTERVAL (\d+) DAYS/g, '$1')}`,
    )
    .replace(DAY_AGO, 'lag($1, $2) OVER days');
}

export const GAPS = readSql('gaps.sql');

function indent(lines: string): string {
  return lines.replaceAll('\n', '\n  ');
}

const NOT_FEATURES = /^(store_id|product_id|date|stockout|region|label_stockout_next_\d+d)$/;

/** The documented columns that this SQL makes, in their order. */
function featuresIn(
  sql: string,
  documented: readonly ColumnDocumentation[],
  covariates: readonly Covariate[],
): string[] {
  const made = new Set([...sql.matchAll(/ AS (\w+)/g)].map((match) => match[1]));
  return documented
    .filter(({ name }) => !NOT_FEATURES.test(name))
    .flatMap(({ name, each }) => (each === undefined ? [name] : forEachCovariate(name, each, covariates)))
    .filter((name) => made.has(name));
}

function refuseBadNames(covariates: readonly Covariate[]): void {
  for (const { name } of covariates) {
    if (featureSchema.shape.name.safeParse(name).success) continue;
    throw new InputError(
      `covariate ${JSON.stringify(name)} cannot name a feature: rename the column to letters, digits and underscores`,
    );
  }
}

function refuseRepeated(names: readonly string[], covariates: readonly Covariate[]): void {
  const all = names.map((name) => name.toLowerCase());
  const repeated = all.find((name, i) => all.indexOf(name) < i);
  if (repeated === undefined) return;
  const made = covariates.map(({ name }) => name).join(', ');
  throw new InputError(
    `${repeated} would be made twice: rename the column among the covariates (${made}) that it comes from`,
  );
}
