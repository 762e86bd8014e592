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
  /** Complete checkpoints: version and the keys of its parts, without sidecars. */
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

/** As checkpoints are named: classic, in parts, or of the second spec (V2) with a UUID. */
const CHECKPOINT =
  /^(\d{20})\.checkpoint(?:\.parquet|\.\d{10}\.(\d{10})\.parquet|\.[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}\.(?:json|parquet))$/i;

/** What else lies there (checksums, staged commits, compactions, sidecars) is no version of its own. */
export function logListing(location: TableLocation, files: readonly StoredObject[]): LogListing {
  const folder = keyIn(location, '_delta_log/');
  const listing: LogListing = { commits: new Map(), checkpoints: new Map() };
  const parts = new Map<string, string[]>();
  for (const { key, modifiedAt } of files) {
    const name = key.slice(folder.length);
    const commit = /^(\d{20})\.json$/.exec(name);
    if (commit) listing.commits.set(Number(commit[1]), modifiedAt);
    const checkpoint = CHECKPOINT.exec(name);
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
  return CHECKPOINT.test(key.slice(keyIn(location, '_delta_log/').length));
}

/** The oldest version that can still be read: the first of all, or one with a checkpoint. */
export function oldestReadable({ commits, checkpoints }: LogListing): number {
  return Math.min(...(commits.has(0) ? [0] : []), ...checkpoints.keys());
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
