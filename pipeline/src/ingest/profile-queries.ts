import type { DuckDB, RenderedFeatures } from '@stockout/features';
import { storedType } from '../raw/values.ts';
import type { ColumnProfile, Profile } from './profile.ts';
import type { Staged } from './stage.ts';

// Over the view `good` of a --check.

/** By the features' own SQL, of which DuckDB computes the label alone. */
export async function countLabels(
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

export async function extentOf(db: DuckDB): Promise<Pick<Profile, 'firstDay' | 'lastDay'>> {
  const [extent] = await db.rows<Pick<Profile, 'firstDay' | 'lastDay'>>(
    'SELECT min(date) AS "firstDay", max(date) AS "lastDay" FROM good',
  );
  return extent ?? { firstDay: null, lastDay: null };
}

/** Enough for most files; one query of thousands of columns takes memory for all of them at once. */
const AT_ONCE = 200;

export async function profileColumns(
  db: DuckDB,
  { columns, others }: Pick<Staged, 'columns' | 'others'>,
): Promise<ColumnProfile[]> {
  const all = [
    ...columns.map((column) => ({ ...column, type: storedType(column), used: true })),
    ...others.map((column) => ({ ...column, used: false })),
  ];
  const profiles: ColumnProfile[] = [];
  for (let i = 0; i < all.length; i += AT_ONCE)
    profiles.push(...(await profileSome(db, all.slice(i, i + AT_ONCE))));
  return profiles;
}

type Profiled = Pick<ColumnProfile, 'type' | 'used'> & { source: string; alias: string };

async function profileSome(db: DuckDB, columns: readonly Profiled[]): Promise<ColumnProfile[]> {
  const selects = columns.map(({ alias, type }, i) => {
    const [min, max] = [shown(`min(${alias})`, type), shown(`max(${alias})`, type)];
    return `count(*) - count(${alias}) AS nulls${i}, ${min} AS min${i}, ${max} AS max${i}`;
  });
  const [row] = await db.rows<Record<string, string | number | null>>(
    `SELECT count(*) AS "rows", ${selects.join(', ')} FROM good`,
  );
  return columns.map(({ source, type, used }, i) => {
    const [nulls, min, max] = [
      Number(row?.[`nulls${i}`] ?? 0),
      row?.[`min${i}`] ?? null,
      row?.[`max${i}`] ?? null,
    ];
    const constant = Number(row?.['rows']) > 1 && nulls === 0 && min === max;
    return { name: source, type, nulls, min, max, constant, used };
  });
}

const AS_IT_IS = new Set(['VARCHAR', 'DATE', 'DOUBLE', 'FLOAT', 'INTEGER', 'SMALLINT', 'TINYINT', 'BIGINT']);

/** JSON has numbers and texts. */
function shown(bound: string, type: string): string {
  if (AS_IT_IS.has(type)) return bound;
  return `CAST(${bound} AS ${type.startsWith('DECIMAL') ? 'DOUBLE' : 'VARCHAR'})`;
}

export async function countGaps(db: DuckDB): Promise<Profile['gaps']> {
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
