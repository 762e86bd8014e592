import { type DuckDB, openDuckDB, quoteIdentifier } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import { STANDARD_COLUMNS } from './columns.ts';
import { openSourceFile } from './source-file.ts';
import { stageFiles } from './stage.ts';

export interface ColumnProfile {
  name: string;
  type: string;
  nulls: number;
  min: string | number | null;
  max: string | number | null;
}

/** What `stockout ingest --check` prints: the data as it would be ingested into an empty table. */
export interface Profile {
  rows: number;
  columns: ColumnProfile[];
  /** Days that are missing between the first and the last of their store x product. */
  gaps: { series: number; seriesWithGaps: number; missingDays: number };
  rejected: number;
  reasons: { reason: string; rows: number }[];
  ignoredColumns: string[];
}

/**
 * Writes nothing.
 * @throws InputError as ingest does
 */
export async function checkFiles(
  files: readonly string[],
  { signal, report }: Pick<PipelineContext, 'signal' | 'report'> = {},
): Promise<Profile> {
  await using db = await openDuckDB({ signal });
  report?.({ step: 'read' });
  const sources = [];
  for (const file of files) sources.push(await openSourceFile(db, file));
  const staged = await stageFiles(db, sources);
  await db.run(
    'CREATE TEMP VIEW good AS SELECT * FROM staged WHERE reason IS NULL AND rowid NOT IN (SELECT id FROM repeated)',
  );
  report?.({ step: 'profile' });
  const reasons = await db.rows<{ reason: string; rows: number }>(
    `SELECT reason, count(*) AS rows FROM staged WHERE reason IS NOT NULL GROUP BY reason
      UNION ALL SELECT 'duplicate' AS reason, count(*) AS rows FROM repeated HAVING count(*) > 0
      ORDER BY rows DESC, reason`,
  );
  const rejected = reasons.reduce((sum, { rows }) => sum + rows, 0);
  return {
    rows: staged.rows - rejected,
    columns: await profileColumns(db, staged.columns),
    gaps: await countGaps(db),
    rejected,
    reasons,
    ignoredColumns: staged.ignored,
  };
}

async function profileColumns(db: DuckDB, names: readonly string[]): Promise<ColumnProfile[]> {
  const selects = names.map((name, i) => {
    const column = quoteIdentifier(name);
    return `count(*) - count(${column}) AS nulls${i}, min(${column}) AS min${i}, max(${column}) AS max${i}`;
  });
  const [row] = await db.rows<Record<string, string | number | null>>(
    `SELECT ${selects.join(', ')} FROM good`,
  );
  return names.map((name, i) => ({
    name,
    type: STANDARD_COLUMNS.find((column) => column.name === name)?.type ?? '',
    nulls: Number(row?.[`nulls${i}`] ?? 0),
    min: row?.[`min${i}`] ?? null,
    max: row?.[`max${i}`] ?? null,
  }));
}

async function countGaps(db: DuckDB): Promise<Profile['gaps']> {
  const [gaps] = await db.rows<Profile['gaps']>(
    `WITH series AS (
        SELECT date_diff('day', min(date), max(date)) + 1 - count(*) AS missing FROM good GROUP BY store_id, product_id
      )
      SELECT count(*) AS series, count_if(missing > 0) AS "seriesWithGaps",
        CAST(coalesce(sum(missing), 0) AS BIGINT) AS "missingDays" FROM series`,
  );
  return gaps ?? { series: 0, seriesWithGaps: 0, missingDays: 0 };
}
