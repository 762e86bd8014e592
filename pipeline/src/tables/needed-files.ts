import type { DuckDB } from '@stockout/features';
import { dataKey } from './data-files.ts';
import { type LogListing, type TableLocation, listLog } from './log.ts';
import { readCommits } from './log-commits.ts';
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
  for await (const actions of readCommits(location, oldest + 1, newest.version)) {
    for (const { add } of actions) if (add !== undefined) paths.add(add.path);
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
  let [oldest, base] = [newest, newest];
  while (timeOf(log, oldest) > since) {
    if (oldest - 1 < base) base = baseOf(log, oldest - 1);
    if (oldest - 1 < base) break;
    oldest--;
  }
  return oldest;
}

/** Where the time is not known, it may have been just now. */
function timeOf({ commits }: LogListing, version: number): number {
  return commits.get(version)?.getTime() ?? Infinity;
}

/** The checkpoint, or the first commit, that a version is read from; Infinity when it cannot be read. */
function baseOf(log: LogListing, version: number): number {
  for (let at = version; at >= 0; at--) {
    if (log.checkpoints.has(at)) return at;
    if (!log.commits.has(at)) return Infinity;
  }
  return version < 0 ? Infinity : 0;
}
