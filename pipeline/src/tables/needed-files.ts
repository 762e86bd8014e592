import type { DuckDB } from '@stockout/features';
import { dataKey } from './data-files.ts';
import { type LogListing, type TableLocation, listLog, readCommit } from './log.ts';
import { type ExistingSnapshot, loadSnapshot } from './snapshot.ts';

/** The keys of all files that some version needs which was current at any time since `since`. */
export async function neededFiles(
  db: DuckDB,
  location: TableLocation,
  newest: ExistingSnapshot,
  since: number,
): Promise<Set<string>> {
  const log = await listLog(location);
  const oldest = oldestNeeded(log, newest.version, since);
  const { files } = await loadSnapshot(db, location, oldest);
  const paths = new Set(Array.from(files.values(), ({ path }) => path));
  for (let version = oldest + 1; version <= newest.version; version++) {
    for (const { add } of await readCommit(location, version)) if (add !== undefined) paths.add(add.path);
  }
  if (timeOf(log, oldest) > since) {
    // The log does not go back as far: of the versions before it, only tombstones tell.
    for (const { path, deletionTimestamp } of newest.tombstones.values()) {
      if ((deletionTimestamp ?? 0) > since) paths.add(path);
    }
  }
  return new Set([...paths].map((path) => dataKey(location, path)));
}

/** The version that was current at `since`, by the times of the commits' files; else the oldest that can be read. */
function oldestNeeded(log: LogListing, newest: number, since: number): number {
  let oldest = newest;
  while (timeOf(log, oldest) > since && canBeRead(log, oldest - 1)) oldest--;
  return oldest;
}

/** Where the time is not known, it may have been just now. */
function timeOf({ commits }: LogListing, version: number): number {
  return commits.get(version)?.getTime() ?? Infinity;
}

/** Whether the log has a checkpoint at or before the version, and every commit from there on. */
function canBeRead(log: LogListing, version: number): boolean {
  for (let at = version; at >= 0; at--) {
    if (log.checkpoints.has(at)) return true;
    if (!log.commits.has(at)) return false;
  }
  return version >= 0;
}
