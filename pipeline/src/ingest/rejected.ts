import { type DuckDB, quoteIdentifier } from '@stockout/features';
import type { FoundColumn } from '../raw/source-columns.ts';
import { deleteDataFiles, writeDataFiles } from '../tables/data-files.ts';
import type { TableLocation } from '../tables/log.ts';
import type { Snapshot } from '../tables/snapshot.ts';
import { type Draft, commit } from '../tables/table.ts';
import { REJECTED, countReasons } from './reasons.ts';
import { ROW_NUMBER } from './stage.ts';
import type { RejectedRows } from './way-out.ts';

const INGEST_TAG = 'stockout.ingest';
const ROWS_TAG = 'stockout.rows';

/** Beside the raw table: rows that were not ingested, each with its file, number, reason and offending value. */
export function rejectedTableOf(raw: TableLocation): TableLocation {
  // An absolute URI is the table itself: there the rejected rows lie inside of its folder.
  const path = raw.path === '' ? '_rejected' : `${raw.path}_rejected`;
  return { ...raw, path, name: `${raw.name}_rejected` };
}

/**
 * Writes the rejected rows of `staged`, `repeated`, `unfit` and `known`, once for each ingest: those that an
 * earlier, interrupted try has left are replaced.
 * @returns how many there are, and why, the most frequent reason first
 */
export async function writeRejected(
  db: DuckDB,
  table: TableLocation,
  ingest: string,
  columns: readonly FoundColumn[],
): Promise<{ rejected: number; reasons: RejectedRows[] }> {
  await db.run(
    `CREATE OR REPLACE TEMP TABLE rejects AS
      SELECT staged.rowid AS staged_id, file, ${ROW_NUMBER} AS row_number, why AS reason, at_fault AS value,
        ${columns.map(namedApart).join(', ')}
      FROM staged JOIN (${REJECTED}) AS bad ON staged.rowid = bad.id`,
  );
  const [summary] = await db.rows<{ rows: number; digest: string }>(
    'SELECT count(*) AS rows, CAST(coalesce(bit_xor(hash(rejects)), 0) AS VARCHAR) AS digest FROM rejects',
  );
  const rejected = summary?.rows ?? 0;
  const tags = { [INGEST_TAG]: ingest, [ROWS_TAG]: summary?.digest ?? '' };
  if (rejected > 0) await replace(db, table, tags);
  return { rejected, reasons: await countReasons(db, columns) };
}

const OWN = new Set(['staged_id', 'file', 'row_number', 'reason', 'value', 'rejected_at']);

/** Under the name that it has in the file, where that is not one of ours. */
function namedApart({ source, alias }: FoundColumn): string {
  return `${alias} AS ${quoteIdentifier(OWN.has(source.toLowerCase()) ? `${source}_` : source)}`;
}

async function replace(db: DuckDB, table: TableLocation, tags: Record<string, string>): Promise<void> {
  const select = 'SELECT * EXCLUDE (staged_id), now() AS rejected_at FROM rejects ORDER BY file, row_number';
  const written = await writeDataFiles(db, table, select, tags);
  const draft = async (current: Snapshot): Promise<Draft | undefined> => {
    const earlier = [...current.files.values()].filter(
      (file) => file.tags?.[INGEST_TAG] === tags[INGEST_TAG],
    );
    if (earlier.length > 0 && earlier.every((file) => file.tags?.[ROWS_TAG] === tags[ROWS_TAG])) {
      return undefined;
    }
    return {
      operation: 'WRITE',
      operationParameters: { mode: 'Append' },
      fields: written.fields,
      adds: written.adds,
      removes: earlier,
    };
  };
  await commit(db, table, draft, () => deleteDataFiles(table, written.adds));
}
