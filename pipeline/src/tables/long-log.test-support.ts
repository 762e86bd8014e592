import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDB } from '@stockout/features';
import type { Workspace } from '../workspace.test-support.ts';
import type { Action } from './actions.ts';
import { writeCheckpoint } from './checkpoint.ts';
import { commitKey } from './log.ts';
import { emptyState, replay } from './replay.ts';
import { metadata } from './table.test-support.ts';

/** What the commit of a version does in these logs: adds a file, the first one makes the table. */
function actionsOf(version: number, first: number): Action[] {
  const add = { path: `f${version}`, partitionValues: {}, size: 1, modificationTime: 1, dataChange: true };
  const table = [{ protocol: { minReaderVersion: 1, minWriterVersion: 2 } }, { metaData: metadata({}) }];
  return [...(version === first ? table : []), { add }];
}

/**
 * The log of the table t, written straight to its folder: quicker than commits, and of any version numbers.
 * @param checkpoints versions; the hint names the last one of them
 */
export async function writeLog(
  db: DuckDB,
  { folder, locate }: Workspace,
  { first = 0, last, checkpoints = [] }: { first?: number; last: number; checkpoints?: number[] },
): Promise<void> {
  await mkdir(join(folder, 'storage', 't', '_delta_log'), { recursive: true });
  let state = emptyState();
  for (let version = first; version <= last; version++) {
    const actions = actionsOf(version, first);
    const text = actions.map((action) => JSON.stringify(action)).join('\n');
    await writeFile(join(folder, 'storage', commitKey(locate('t'), version)), text);
    state = replay(state, actions);
    if (checkpoints.includes(version)) await writeCheckpoint(db, locate('t'), version, state, Date.now());
  }
}

/** What is listed of the storage from now on: how many keys each time. */
export function countListed({ storage }: Workspace): number[] {
  const listed: number[] = [];
  const keys = storage.keys.bind(storage);
  storage.keys = async (...args) => {
    const found = await keys(...args);
    listed.push(found.length);
    return found;
  };
  return listed;
}
