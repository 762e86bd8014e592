import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SNAPSHOT_FILE } from '@stockout/contracts';
import { openDuckDB, writeSnapshot } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import type { FeaturesTable } from '../features.ts';
import type { VersionFiles } from './version-files.ts';

/**
 * What a predictor must know of all rows to make the features of a few: for Extended, of which means and ranks look
 * beyond one store x product. The same rows give the same bytes, as a retried run must.
 */
export async function snapshotFiles(
  { signal }: PipelineContext,
  { snapshot }: FeaturesTable,
): Promise<Pick<VersionFiles, typeof SNAPSHOT_FILE>> {
  if (snapshot === undefined) return {};
  const folder = await mkdtemp(join(tmpdir(), 'stockout-snapshot-'));
  try {
    const file = join(folder, SNAPSHOT_FILE);
    await using db = await openDuckDB({ signal });
    await writeSnapshot(db, snapshot, file);
    return { [SNAPSHOT_FILE]: await readFile(file) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
