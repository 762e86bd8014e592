import { StockoutError } from '@stockout/contracts';
import type { Storage } from '@stockout/storage';
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

/** What else lies there (checksums, staged commits, compactions, v2 checkpoints) is not needed to read a table. */
export async function listLog(location: TableLocation): Promise<LogListing> {
  const folder = keyIn(location, '_delta_log/');
  const listing: LogListing = { commits: new Map(), checkpoints: new Map() };
  const parts = new Map<string, string[]>();
  for (const { key, modifiedAt } of await location.storage.list(folder)) {
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
