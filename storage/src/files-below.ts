import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './explained.ts';
import { TEMPORARY_PREFIX } from './key.ts';
import type { StoredObject } from './port.ts';

interface FoundName {
  key: string;
  /** Being written, or left by a writer that was killed: no object. */
  temporary: boolean;
}

/** So many are asked for their size and time at once. */
const AT_ONCE = 1000;

/**
 * The files below a folder of `root`, at any depth, whose keys come after `startAfter`: by the folders alone, in no
 * particular order. A table's log has a hundred thousand, so nothing is done for each of them that can be left.
 * @param folder '' or with a '/' at its end
 */
export async function namesBelow(root: string, folder: string, startAfter: string): Promise<FoundName[]> {
  const names: FoundName[] = [];
  const folders: string[] = [];
  for (const entry of await entriesOf(join(root, folder))) {
    const key = folder + entry.name;
    if (entry.isDirectory()) folders.push(`${key}/`);
    else if (key > startAfter) names.push({ key, temporary: entry.name.startsWith(TEMPORARY_PREFIX) });
  }
  const inner = folders
    .filter((name) => name > startAfter || startAfter.startsWith(name))
    .map((name) => namesBelow(root, name, startAfter));
  return [names, ...(await Promise.all(inner))].flat();
}

/** What lies under these keys, in their order, without those that were deleted meanwhile. */
export async function describeFiles(root: string, keys: readonly string[]): Promise<StoredObject[]> {
  const found: StoredObject[][] = [];
  for (let at = 0; at < keys.length; at += AT_ONCE) {
    const some = await Promise.all(keys.slice(at, at + AT_ONCE).map((key) => describeFile(root, key)));
    found.push(some.filter((file) => file !== undefined));
  }
  return found.flat();
}

async function entriesOf(path: string) {
  try {
    return await readdir(path, { withFileTypes: true });
  } catch (error) {
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return [];
    throw error;
  }
}

async function describeFile(root: string, key: string): Promise<StoredObject | undefined> {
  try {
    const { size, mtime } = await stat(join(root, key));
    return { key, bytes: size, modifiedAt: mtime };
  } catch (error) {
    // Deleted by another between the reading of its folder and now.
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
