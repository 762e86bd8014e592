import { join } from 'node:path';
import { type DuckDB, quoteLiteral } from '@stockout/features';
import { features } from '../../pipeline/src/features.ts';
import { ingest } from '../../pipeline/src/ingest/ingest.ts';
import { score } from '../../pipeline/src/score/score.ts';
import { buildJob, loadSalesScorer, putVersion } from '../../pipeline/src/score/scoring.test-support.ts';
import { buildModel } from '../../pipeline/src/train/model.test-support.ts';
import { rawRows } from '../../pipeline/src/workspace.test-support.ts';
import { tableIn } from './table-world.ts';

/** The product's tables in a folder, each in several versions: `raw`, `raw_rejected`, `features`, `predictions`. */
export async function writeInEachMode(db: DuckDB, folder: string): Promise<void> {
  const { storage } = tableIn(folder);
  const context = { model: buildModel(), storage };
  await putVersion(storage, 'v1');
  for (const [i, mode] of (['Append', 'Append', 'ReplaceWindow', 'Overwrite'] as const).entries()) {
    const file = join(folder, `${i}.parquet`);
    const bad = `SELECT * REPLACE (CASE WHEN day(date) = 3 THEN 7 ELSE stockout END AS stockout) FROM (${rawRows({ from: i * 20 })})`;
    await db.run(`COPY (${bad}) TO ${quoteLiteral(file)} (FORMAT parquet)`);
    await ingest(context, [file]);
    await features(context);
    const job = buildJob({ input: { lastDays: 25 }, output: { table: 'predictions', mode } });
    await score(context, job, { run: `run-${i}`, version: 'v1', loadScorer: loadSalesScorer });
  }
}
