import { InputError } from '@stockout/contracts';
import type { DuckDB } from '@stockout/features';
import type { FoundColumn } from '../raw/source-columns.ts';
import type { TableLocation } from '../tables/log.ts';
import { type Snapshot, exists } from '../tables/snapshot.ts';
import { ROW_NUMBER } from './stage.ts';
import { type RejectedRows, wayOutOf } from './way-out.ts';

/** No good row at all is a mistake in the file, not in its rows; unless the table has them all. */
export async function refuseIfUseless(
  db: DuckDB,
  raw: TableLocation,
  snapshot: Snapshot,
  rows: number,
  columns: readonly FoundColumn[],
): Promise<void> {
  if (rows > 0) return;
  const [known] = await db.rows<{ rows: number }>('SELECT count(*) AS rows FROM known');
  if ((known?.rows ?? 0) > 0 && exists(snapshot)) return;
  const reasons = await db.rows<RejectedRows>(
    `WITH bad AS (
        SELECT staged.rowid AS id, ${ROW_NUMBER} AS row_number, file, coalesce(staged.reason, unfit.reason) AS reason,
          coalesce(staged.value, unfit.value) AS value
        FROM staged LEFT JOIN unfit ON staged.rowid = unfit.id
      )
      SELECT reason, count(*) AS rows, arg_min(file, id) AS file, arg_min(row_number, id) AS row, arg_min(value, id) AS value
      FROM bad WHERE reason IS NOT NULL GROUP BY reason ORDER BY rows DESC, reason LIMIT 3`,
  );
  const wayOut = reasons[0] && wayOutOf(reasons[0], columns);
  throw new InputError(
    `no row can be ingested into ${raw.name}, nothing was written: ${reasons.map(describe).join(', ')}. ` +
      `Correct the file first${wayOut === undefined ? '' : `; ${wayOut}`}`,
  );
}

function describe({ reason, rows, file, row, value }: RejectedRows): string {
  const first = value === null ? '' : `, first in row ${row} of ${file}: ${JSON.stringify(value)}`;
  return `${reason} (${rows} rows${first})`;
}
