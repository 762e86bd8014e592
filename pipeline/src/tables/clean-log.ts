import type { DuckDB } from '@stockout/features';
import type { StoredObject } from '@stockout/storage';
import type { Metadata } from './actions.ts';
import { intervalMilliseconds } from './interval.ts';
import { type TableLocation, isCheckpoint, keyIn, listLogUntil, logListing, newestOf } from './log.ts';
import { readCheckpoint, readWithoutSidecars, sidecarKeys } from './read-checkpoint.ts';

/** How long old versions stay readable by the log where a table says nothing: the protocol's default. */
const LOG_RETENTION = 'interval 30 days';

/**
 * Removes from the log what comes before the newest checkpoint that is older than the retention: every version that was
 * current since then can still be read. A table that forbids it, or whose setting is not understood, keeps its log.
 * @param pinned an older version that is to stay readable all the same
 * @returns how many files were removed
 */
export async function cleanLog(
  db: DuckDB,
  location: TableLocation,
  { configuration }: Metadata,
  { now, pinned = Infinity }: { now: number; pinned?: number | undefined },
): Promise<number> {
  if (configuration['delta.enableExpiredLogCleanup'] === 'false') return 0;
  const retention = intervalMilliseconds(configuration['delta.logRetentionDuration'] ?? LOG_RETENTION);
  if (retention === undefined) return 0;
  const files = await listLogUntil(location, now - retention);
  const { commits, checkpoints } = logListing(location, files);
  const old = [...checkpoints.keys()].filter(
    (version) => version <= pinned && (commits.get(version)?.getTime() ?? now) <= now - retention,
  );
  const first = newestOf(old);
  const expired = filesBefore(location, files, first);
  if (expired.length === 0) return 0;
  // From here on the table's oldest versions stand on this checkpoint alone.
  await readCheckpoint(db, location, checkpoints.get(first) ?? []);
  // The oldest first: killed in between, what is left is a log without holes.
  for (const key of expired) await location.storage.delete(key);
  const stranded = await strandedSidecars(db, location, now);
  for (const key of stranded) await location.storage.delete(key);
  return expired.length + stranded.length;
}

/** A checkpoint's sidecars are there before it is: by then it is written, or never will be. */
const SIDECAR_AGE = 86_400_000;

/** Parts of checkpoints that no checkpoint names any more. */
async function strandedSidecars(db: DuckDB, location: TableLocation, now: number): Promise<string[]> {
  const { storage } = location;
  const sidecars = await storage.list(keyIn(location, '_delta_log/_sidecars'));
  const old = sidecars.filter(({ modifiedAt }) => modifiedAt.getTime() <= now - SIDECAR_AGE);
  if (old.length === 0) return [];
  const checkpoints = (await storage.keys(keyIn(location, '_delta_log'))).filter((key) =>
    isCheckpoint(location, key),
  );
  const needed = new Set<string>();
  for (const key of checkpoints) {
    for (const sidecar of sidecarKeys(location, await readWithoutSidecars(db, location, [key])))
      needed.add(sidecar);
  }
  return old.map(({ key }) => key).filter((key) => !needed.has(key));
}

/** Commits, checkpoints and checksums of earlier versions, in the order of their versions. */
function filesBefore(location: TableLocation, files: readonly StoredObject[], version: number): string[] {
  const folder = keyIn(location, '_delta_log/');
  const found = files.flatMap(({ key }) => {
    const [, digits] = /^\.?(\d{20})\.[\w.-]+$/.exec(key.slice(folder.length)) ?? [];
    return digits !== undefined && Number(digits) < version ? [{ key, version: Number(digits) }] : [];
  });
  return found.toSorted((a, b) => a.version - b.version).map(({ key }) => key);
}
