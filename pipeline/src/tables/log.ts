import { StockoutError } from '@stockout/contracts';
import type { Storage, StoredObject } from '@stockout/storage';
import type { Action } from './actions.ts';

/** Where a table lies: a folder of a storage. */
export interface TableLocation {
  storage: Storage;
  /** '' when the storage is the table. */
  path: string;
  /** As people wrote it, for messages. */
  name: string;
}

export interface LogListing {
  /** Version, and when its file was written, where that was listed. */
  commits: Map<number, Date | undefined>;
  /** Complete checkpoints: version and the keys of its parts, without sidecars. */
  checkpoints: Map<number, string[]>;
}

const LOG = '_delta_log/';
/** Where writers note their last checkpoint. */
export const LAST_CHECKPOINT = `${LOG}_last_checkpoint`;

export function keyIn({ path }: TableLocation, relative: string): string {
  return path === '' ? relative : `${path}/${relative}`;
}

export function commitKey(location: TableLocation, version: number): string {
  return keyIn(location, `${LOG}${padded(version)}.json`);
}

export function checkpointKey(location: TableLocation, version: number): string {
  return keyIn(location, `${LOG}${padded(version)}.checkpoint.parquet`);
}

/** Of a checkpoint in several files. */
export function checkpointPartKey(
  location: TableLocation,
  version: number,
  part: number,
  parts: number,
): string {
  const [number, of] = [part, parts].map((digits) => String(digits).padStart(10, '0'));
  return keyIn(location, `${LOG}${padded(version)}.checkpoint.${number}.${of}.parquet`);
}

function padded(version: number): string {
  return String(version).padStart(20, '0');
}

/** The whole log with the times of its commits: on a file system a long one takes seconds. */
export async function listLog(location: TableLocation): Promise<LogListing> {
  return logListing(location, await location.storage.list(keyIn(location, LOG)));
}

/**
 * Which versions the log has, without their times.
 * @param from the version that it begins with
 */
export async function listVersions(location: TableLocation, from = 0): Promise<LogListing> {
  return logListing(location, (await listKeys(location, from)).map(keyed));
}

/** The keys of the first so many files of a version and of those after it. */
export function listKeys(location: TableLocation, from: number, limit?: number): Promise<string[]> {
  return location.storage.keys(keyIn(location, LOG), { startAfter: beginningOf(location, from), limit });
}

/** Of a log's oldest files so many to begin with. */
const OLD_FILES = 100;

/**
 * The log's files with their times, the oldest versions first, until a commit is younger than that: what a long log has
 * of young commits is not asked for its time. Times are taken to be in the order of the versions.
 * @param time milliseconds since the epoch
 */
export async function listLogUntil(location: TableLocation, time: number): Promise<StoredObject[]> {
  const { storage } = location;
  const folder = keyIn(location, LOG);
  const startAfter = beginningOf(location, 0);
  for (let limit = OLD_FILES; ; limit *= 4) {
    const files = await storage.list(folder, { startAfter, limit });
    const times = [...logListing(location, files).commits.values()];
    const isYoung = (at: Date | undefined) => at !== undefined && at.getTime() > time;
    if (files.length === limit && !times.some(isYoung)) continue;
    if (times.every(isYoung)) return files;
    // Local file systems of Hadoop keep hidden checksums of them, which come first by their names.
    const hidden = await storage.list(folder, { limit: files.length });
    return [...hidden.filter(({ key }) => key < startAfter), ...files];
  }
}

/** Names begin with the version's digits, and a text comes after its own beginning. */
function beginningOf(location: TableLocation, version: number): string {
  return keyIn(location, `${LOG}${version > 0 ? padded(version) : '0'}`);
}

export function keyed(key: string): { key: string } {
  return { key };
}

/** As checkpoints are named: classic, in parts, or of the second spec (V2) with a UUID. */
const CHECKPOINT =
  /^(\d{20})\.checkpoint(?:\.parquet|\.\d{10}\.(\d{10})\.parquet|\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.(?:json|parquet))$/i;

/** What else lies there (checksums, staged commits, compactions, sidecars) is no version of its own. */
export function logListing(
  location: TableLocation,
  files: readonly { key: string; modifiedAt?: Date }[],
): LogListing {
  const folder = keyIn(location, LOG);
  const listing: LogListing = { commits: new Map(), checkpoints: new Map() };
  const parts = new Map<string, string[]>();
  for (const { key, modifiedAt } of files) {
    const name = key.slice(folder.length);
    const commit = /^(\d{20})\.json$/.exec(name);
    if (commit) listing.commits.set(Number(commit[1]), modifiedAt);
    const checkpoint = commit ? undefined : CHECKPOINT.exec(name);
    if (!checkpoint) continue;
    const [, version, count = '1'] = checkpoint;
    const set = Number(count) > 1 ? `${version} ${count}` : name;
    const keys = [...(parts.get(set) ?? []), key];
    parts.set(set, keys);
    // Of several for a version each says the same.
    if (keys.length === Number(count)) listing.checkpoints.set(Number(version), keys);
  }
  return listing;
}

/** Whether a key in the log is one of a checkpoint's, its sidecars aside. */
export function isCheckpoint(location: TableLocation, key: string): boolean {
  return CHECKPOINT.test(key.slice(keyIn(location, LOG).length));
}

/** The oldest version that can still be read: the first of all, or one with a checkpoint. */
export function oldestReadable({ commits, checkpoints }: LogListing): number {
  let oldest = commits.has(0) ? 0 : Infinity;
  for (const version of checkpoints.keys()) oldest = Math.min(oldest, version);
  return oldest;
}

/** The newest of some versions, at most `limit`; -1 where there is none. A call cannot take as many arguments. */
export function newestOf(versions: Iterable<number>, limit = Infinity): number {
  let newest = -1;
  for (const version of versions) if (version > newest && version <= limit) newest = version;
  return newest;
}

/** The newest version that the log has anything of. */
export function latestOf({ commits, checkpoints }: LogListing): number {
  return Math.max(newestOf(commits.keys()), newestOf(checkpoints.keys()));
}

/** @throws NotFoundError */
export async function readCommit(location: TableLocation, version: number): Promise<Action[]> {
  const key = commitKey(location, version);
  const bytes = await location.storage.read(key);
  try {
    return parseActions(bytes);
  } catch (cause) {
    throw new StockoutError(`${key} of ${location.storage.uri} is damaged: restore it from a backup`, {
      cause,
    });
  }
}

/**
 * An action a line.
 * @throws SyntaxError
 */
export function parseActions(bytes: Uint8Array): Action[] {
  const lines = Buffer.from(bytes).toString('utf8').split('\n');
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as Action);
}

/** @returns false when another writer has this version: nothing was written */
export function writeCommit(
  location: TableLocation,
  version: number,
  actions: readonly Action[],
): Promise<boolean> {
  const lines = actions.map((action) => `${JSON.stringify(action)}\n`);
  return location.storage.putIfAbsent(commitKey(location, version), lines.join(''));
}
