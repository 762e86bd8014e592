import {
  type LogListing,
  type TableLocation,
  commitKey,
  keyed,
  latestOf,
  listKeys,
  listVersions,
  logListing,
  newestOf,
} from './log.ts';
import { ifThere } from './log-commits.ts';

/**
 * Of the log what a version is read from, which mostly is its last checkpoint and a few commits: a table keeps the
 * commits of 30 days.
 * @param hint the version of a checkpoint that may be there and may be the last one
 * @param version that is to be read; default: the newest
 */
export async function listLogFor(
  location: TableLocation,
  hint: number | undefined,
  version: number | undefined,
): Promise<LogListing> {
  if (version !== undefined) return listBack(location, version);
  const log = await listEnd(location, hint ?? 0);
  return hint === undefined || log.checkpoints.size > 0 ? log : listEnd(location, 0);
}

/** Most writers make a checkpoint every 10 or 100 commits; of each version there may be a few files more. */
const WINDOWS = [100, 3000] as const;
const FILES_A_VERSION = 5;

/** From further and further back on, until there is a checkpoint at or before the version. */
async function listBack(location: TableLocation, version: number): Promise<LogListing> {
  for (const window of WINDOWS) {
    if (window >= version) break;
    const keys = await listKeys(location, version - window, window * FILES_A_VERSION);
    const log = logListing(location, keys.map(keyed));
    if (log.commits.has(version) && newestOf(log.checkpoints.keys(), version) >= 0) return log;
  }
  return listVersions(location);
}

/** As many as a store lists at once. */
const PAGE = 1000;

/**
 * The log from a version on, or of a long one its end with a checkpoint: a store that tells a thousand names at a time is
 * not asked for all of them. Where the commits end is only where the listing begins: it sees all that comes later.
 */
async function listEnd(location: TableLocation, from: number): Promise<LogListing> {
  const page = await listKeys(location, from, PAGE);
  const log = logListing(location, page.map(keyed));
  if (page.length < PAGE) return log;
  const begin = (await lastCommit(location, latestOf(log))) - WINDOWS[0];
  const end = await listVersions(location, Math.max(from, begin));
  return end.checkpoints.size > 0 ? end : listVersions(location, from);
}

/** The last commit of those that follow one another from a version on, by steps that double and then halve. */
async function lastCommit(location: TableLocation, from: number): Promise<number> {
  const isThere = async (version: number): Promise<boolean> =>
    (await ifThere(location.storage.read(commitKey(location, version)))) !== undefined;
  let [last, step] = [from, 1];
  while (await isThere(last + step)) {
    last += step;
    step *= 2;
  }
  for (step /= 2; step >= 1; step /= 2) if (await isThere(last + step)) last += step;
  return last;
}
