import { InputError } from '@stockout/contracts';
import type { DuckDB } from '@stockout/features';
import type { StoredObject } from '@stockout/storage';
import type { Metadata } from './actions.ts';
import { dataKey } from './data-files.ts';
import { FILE_RETENTION, intervalMilliseconds } from './interval.ts';
import { type TableLocation, keyIn } from './log.ts';
import { neededFiles } from './needed-files.ts';
import { checkWritable } from './protocol.ts';
import { exists, loadSnapshot } from './snapshot.ts';

/** What was, or would be, removed. */
export interface Vacuumed {
  files: number;
  bytes: number;
}

export interface VacuumOptions {
  /** Milliseconds since the epoch. */
  now: number;
  /** Milliseconds: what versions of this time need stays, and what was written in it. A table may ask for more. */
  retention: number;
  dryRun: boolean;
  /** Older versions that stay readable all the same. */
  pinned?: readonly number[];
}

/** As `writeDataFiles` names them. */
const OURS = /^part-\d{5}-[\da-f-]{36}-c000\.zstd\.parquet$/;

/**
 * Removes from a table's folder what no version within the retention needs: files that were overwritten, and those of writers
 * that were killed before their commit.
 * @throws InputError when the table uses what is not understood here: nothing is removed then
 */
export async function vacuumTable(
  db: DuckDB,
  location: TableLocation,
  { now, retention, dryRun, pinned = [] }: VacuumOptions,
): Promise<Vacuumed> {
  const { storage } = location;
  // Listed before the log is read: what is committed in between is then known to be needed.
  const [objects, leftovers] = [await storage.list(location.path), await storage.leftovers(location.path)];
  const newest = await loadSnapshot(db, location);
  let since = now - retention;
  let needed = new Set<string>();
  if (exists(newest)) {
    // Whoever removes files is a writer: a rule that we do not know may be about just that.
    checkWritable(location.name, newest.protocol, newest.metadata);
    since = now - Math.max(retention, ownRetention(location.name, newest.metadata));
    needed = await neededFiles(db, location, newest, since);
    for (const version of pinned) {
      const { files } = await loadSnapshot(db, location, version);
      for (const { path } of files.values()) needed.add(dataKey(location, path));
    }
  }
  const old = candidates(location, objects, exists(newest)).filter(
    ({ key, modifiedAt }) => modifiedAt.getTime() <= since && !needed.has(key),
  );
  const halves = leftovers.filter(({ modifiedAt }) => modifiedAt.getTime() <= since);
  if (!dryRun) {
    for (const { key } of old) await storage.delete(key);
    for (const half of halves) await half.remove();
  }
  const bytes = [...old, ...halves].reduce((sum, file) => sum + file.bytes, 0);
  return { files: old.length + halves.length, bytes };
}

function ownRetention(table: string, { configuration }: Metadata): number {
  const own = configuration[FILE_RETENTION];
  if (own === undefined) return 0;
  const milliseconds = intervalMilliseconds(own);
  if (milliseconds !== undefined) return milliseconds;
  throw new InputError(`Delta table ${table}: ${FILE_RETENTION} is "${own}", write it as "interval 7 days"`);
}

/**
 * Parquet files that are the table's own: not those of tables further down, and not hidden ones (the log, or what others
 * keep there). In a folder without a log only what our own first write can have left.
 */
function candidates(location: TableLocation, objects: readonly StoredObject[], isTable: boolean) {
  const folder = keyIn(location, '');
  const relative = (key: string) => key.slice(folder.length);
  const inner = objects.flatMap(({ key }) => /^(.+\/)_delta_log\//.exec(relative(key))?.[1] ?? []);
  const others = new Set(inner);
  return objects.filter(({ key }) => {
    const path = relative(key);
    if (!isTable) return OURS.test(path);
    const hidden = path.split('/').some((name) => /^[_.]/.test(name) && !name.includes('='));
    return path.endsWith('.parquet') && !hidden && ![...others].some((other) => path.startsWith(other));
  });
}
