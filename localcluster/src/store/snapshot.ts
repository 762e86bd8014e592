import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { StockoutError } from '@stockout/contracts';
import type { KubeObject, Pod } from '../types.ts';
import type { Entry, Store } from './store.ts';

export interface Snapshot {
  revision: number;
  entries: Entry[];
}

/** Kinds that are made anew at each start, or are of no use after it. */
const PASSING = new Set(['nodes', 'events']);

/** What is in the store now. Taken before pods are told to end, which is no failure of theirs. */
export function takeSnapshot(store: Store): Snapshot {
  const entries = store.entries().filter(({ resource, object }) => !PASSING.has(resource) && isKept(object));
  return { revision: store.revision, entries };
}

/** To a file that its owner alone can read: Secrets are in it. */
export function writeSnapshot(snapshot: Snapshot, file: string): void {
  writeFileSync(`${file}.new`, JSON.stringify(snapshot), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Pods that had not ended have lost their processes: their controllers make others. */
function isKept(object: KubeObject): boolean {
  if (object.kind !== 'Pod') return true;
  const { metadata, status } = object as Pod;
  const hasEnded = status?.phase === 'Succeeded' || status?.phase === 'Failed';
  return hasEnded && metadata.deletionTimestamp === undefined;
}

/**
 * Fills an empty store with what was written, if anything was. The file is gone afterwards: whoever is killed leaves no
 * state that is older than what people saw last.
 * @throws StockoutError when the file cannot be read
 */
export function restoreSnapshot(store: Store, file: string): void {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  try {
    const { revision, entries } = JSON.parse(text) as Snapshot;
    store.restore(revision, entries);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new StockoutError(`${file} cannot be read, delete it to begin with nothing: ${why}`);
  }
  rmSync(file);
}
