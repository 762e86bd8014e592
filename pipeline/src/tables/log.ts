import { StockoutError } from '@stockout/contracts';
import { NotFoundError, type Storage, type StoredObject } from '@stockout/storage';
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
  /** Version, and when its file was written. */
  commits: Map<number, Date>;
  /** Complete classic checkpoints: version and the keys of its parts. */
  checkpoints: Map<number, string[]>;
}

/** Where writers note their last checkpoint. */
export const LAST_CHECKPOINT = '_delta_log/_last_checkpoint';

export function keyIn({ path }: TableLocation, relative: string): string {
  return path === '' ? relative : `${path}/${relative}`;
}

export function commitKey(location: TableLocation, version: number): string {
  return keyIn(location, `_delta_log/${padded(version)}.json`);
}

export function checkpointKey(location: TableLocation, version: number): string {
  return keyIn(location, `_delta_log/${padded(version)}.checkpoint.parquet`);
}

function padded(version: number): string {
  return String(version).padStart(20, '0');
}

/** @param from the version that it begins with */
export async function listLog(location: TableLocation, from = 0): Promise<LogListing> {
  return logListing(location, await listLogFiles(location, from));
}

/**
 * The log from its last checkpoint on, as `_last_checkpoint` hints at it: a table keeps the commits of 30 days, and its
 * newest version needs the last ten. The whole log where the hint is not there, or leads to nothing.
 * @param version that is to be read; default: the newest
 */
export async function listNewestLog(location: TableLocation, version = Infinity): Promise<LogListing> {
  const hint = await readHint(location);
  if (hint === undefined || hint > version) return listLog(location);
  const log = await listLog(location, hint);
  return log.checkpoints.has(hint) ? log : listLog(location);
}

/** A hint is no more than that: others may have written it in a way of their own, or half. */
async function readHint(location: TableLocation): Promise<number | undefined> {
  try {
    const bytes = await location.storage.read(keyIn(location, LAST_CHECKPOINT));
    const { version } = JSON.parse(Buffer.from(bytes).toString('utf8')) as { version?: unknown };
    return Number.isSafeInteger(version) ? (version as number) : undefined;
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export async function listLogFiles(location: TableLocation, from = 0): Promise<StoredObject[]> {
  // Names begin with the version's digits, and a text comes after its own beginning.
  const startAfter = from > 0 ? keyIn(location, `_delta_log/${padded(from)}`) : undefined;
  return location.storage.list(keyIn(location, '_delta_log/'), { startAfter });
}

/** What else lies there (checksums, staged commits, compactions, v2 checkpoints) is not needed to read a table. */
export function logListing(location: TableLocation, files: readonly StoredObject[]): LogListing {
  const folder = keyIn(location, '_delta_log/');
  const listing: LogListing = { commits: new Map(), checkpoints: new Map() };
  const parts = new Map<string, string[]>();
  for (const { key, modifiedAt } of files) {
    const name = key.slice(folder.length);
    const commit = /^(\d{20})\.json$/.exec(name);
    if (commit) listing.commits.set(Number(commit[1]), modifiedAt);
    const checkpoint = /^(\d{20})\.checkpoint(?:\.\d{10}\.(\d{10}))?\.parquet$/.exec(name);
    if (!checkpoint) continue;
    const set = `${checkpoint[1]} ${checkpoint[2] ?? 1}`;
    const keys = [...(parts.get(set) ?? []), key];
    parts.set(set, keys);
    if (keys.length === Number(checkpoint[2] ?? 1)) listing.checkpoints.set(Number(checkpoint[1]), keys);
  }
  return listing;
}

/** The oldest version that can still be read: the first of all, or one with a checkpoint. */
export function oldestReadable({ commits, checkpoints }: LogListing): number {
  return Math.min(...(commits.has(0) ? [0] : []), ...checkpoints.keys());
}

/** @throws NotFoundError */
export async function readCommit(location: TableLocation, version: number): Promise<Action[]> {
  const key = commitKey(location, version);
  const text = Buffer.from(await location.storage.read(key)).toString('utf8');
  try {
    return text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => JSON.parse(line) as Action);
  } catch (cause) {
    throw new StockoutError(`${key} of ${location.storage.uri} is damaged: restore it from a backup`, {
      cause,
    });
  }
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
