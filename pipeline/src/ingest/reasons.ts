import type { DuckDB } from '@stockout/features';
import type { FoundColumn } from '../raw/source-columns.ts';
import { ROW_NUMBER } from './stage.ts';
import { type RejectedRows, withWayOut } from './way-out.ts';

export const DUPLICATE = 'duplicate: an earlier row has the same store, product and date';
export const KNOWN = 'duplicate: the table has this store, product and date';

/** SELECT of rowid (`id`), `why` and value (`at_fault`) of what is rejected; over `staged`, `repeated`, `unfit`, `known`. */
export const REJECTED = `SELECT rowid AS id, reason AS why, value AS at_fault FROM staged WHERE reason IS NOT NULL
  UNION ALL SELECT id, '${DUPLICATE}', NULL FROM repeated
  UNION ALL SELECT id, reason, value FROM unfit
  UNION ALL SELECT id, '${KNOWN}', NULL FROM known WHERE id NOT IN (SELECT id FROM repeated UNION ALL SELECT id FROM unfit)`;

/** Why rows are rejected, the most frequent reason first, each with the first row that has it. */
export async function countReasons(db: DuckDB, columns: readonly FoundColumn[]): Promise<RejectedRows[]> {
  const reasons = await db.rows<RejectedRows>(
    `WITH bad AS (
        SELECT id, ${ROW_NUMBER} AS row_number, file, why, at_fault FROM staged JOIN (${REJECTED}) ON staged.rowid = id
      )
      SELECT why AS reason, count(*) AS rows, arg_min(file, id) AS file, arg_min(row_number, id) AS row,
        arg_min_null(at_fault, id) AS value
      FROM bad GROUP BY why ORDER BY rows DESC, why`,
  );
  return withWayOut(reasons, columns);
}
