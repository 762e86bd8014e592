import type { DuckDB } from './duckdb.ts';
import { type FeaturesRequest, GAPS, renderFeatures } from './render.ts';

export interface Parts extends AsyncDisposable {
  /** SELECTs whose rows together are those of the whole; run them one after another. */
  selects: string[];
}

interface Extent {
  has_gap: boolean;
  rows: number;
}

/**
 * The features of a table as several SELECTs that equal the one for any data: series without a gap apart from those
 * with gaps, which cost double, and so many rows at a time as fit into memory, since windows hold all their rows.
 * @param raw SELECT of the raw rows, one a store x product x day
 */
export async function renderParts(db: DuckDB, raw: string, request: FeaturesRequest): Promise<Parts> {
  await db.run(`CREATE OR REPLACE TEMP TABLE series_gaps AS WITH raw AS (${raw}) ${GAPS}`);
  const extents = await db.rows<Extent>(
    'SELECT has_gap, CAST(sum(days) AS BIGINT) AS rows FROM series_gaps GROUP BY has_gap ORDER BY has_gap',
  );
  const slice = await rowsAtATime(db, request);
  const selects = extents.flatMap(({ has_gap, rows }) => {
    const which = extents.length === 1 ? 'TRUE' : `${has_gap ? '' : 'NOT '}EXISTS (${SAME_SERIES})`;
    return slices(which, Math.ceil(rows / slice)).map((where) =>
      selectOver(raw, renderFeatures({ ...request, series: { where, gapless: !has_gap } }).sql),
    );
  });
  return { selects, [Symbol.asyncDispose]: () => db.run('DROP TABLE series_gaps') };
}

/**
 * The features read `raw` more than once. DuckDB would keep all of it in memory for each slice, three times the memory of
 * the slice itself, and in such chunks as the slice's condition leaves nearly empty.
 */
function selectOver(raw: string, features: string): string {
  return `SELECT * FROM (WITH raw AS NOT MATERIALIZED (${raw}) ${features})`;
}

const SAME_SERIES =
  'SELECT 1 FROM series_gaps AS gaps ' +
  'WHERE gaps.has_gap AND gaps.store_id = raw.store_id AND gaps.product_id = raw.product_id';

function slices(which: string, count: number): string[] {
  if (count <= 1) return [which];
  return Array.from(
    { length: count },
    (_, i) => `${which} AND hash(raw.store_id, raw.product_id) % ${count} = ${i}`,
  );
}

/** However much memory there is: what takes more is no faster, and the same for any number of rows is worth more. */
const MOST_ROWS = 2_000_000;
/** A row in a window operator: its columns, in and out, and what sorts them. */
const BYTES_A_VALUE = 8;
const KEYS_BYTES = 16;
/** Of the memory limit. Measured: windows take two thirds of what is reckoned here; the rest is for what comes after them. */
const SHARE = 0.9;

async function rowsAtATime(db: DuckDB, request: FeaturesRequest): Promise<number> {
  const [limit] = await db.rows<{ bytes: number }>(
    "SELECT CAST(parse_formatted_bytes(current_setting('memory_limit')) AS BIGINT) AS bytes",
  );
  const columns = [...request.columns, ...(request.covariates ?? [])].length;
  const width = KEYS_BYTES + BYTES_A_VALUE * (columns + renderFeatures(request).features.length);
  return Math.min(MOST_ROWS, Math.floor(((limit?.bytes ?? 0) * SHARE) / width));
}
