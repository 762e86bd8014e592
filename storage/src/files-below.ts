import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { codeOf } from './explained.ts';
import { TEMPORARY_PREFIX } from './key.ts';
import type { StoredObject } from './port.ts';

interface FoundFile extends StoredObject {
  path: string;
  /** Being written, or left by a writer that was killed: no object. */
  temporary: boolean;
}

/** Every file below a path, at any depth, whose key comes after `startAfter`. */
export async function filesBelow(
  path: string,
  segments: readonly string[],
  startAfter: string,
): Promise<FoundFile[]> {
  const entries = await entriesOf(path);
  // At once: a table's log has hundreds of files, and each is asked for its time.
  const found = await Promise.all(
    entries.map(async (entry): Promise<FoundFile[]> => {
      const [inside, innerPath] = [[...segments, entry.name], join(path, entry.name)];
      if (entry.isDirectory()) return filesBelow(innerPath, inside, startAfter);
      const key = inside.join('/');
      // Not even asked for its time: that is what a long log costs.
      if (key <= startAfter) return [];
      const file = await describe(innerPath, key);
      return file ? [{ ...file, temporary: entry.name.startsWith(TEMPORARY_PREFIX) }] : [];
    }),
  );
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

async function describe(path: string, key: string): Promise<Omit<FoundFile, 'temporary'> | undefined> {
  try {
    const { size, mtime } = await stat(path);
    return { path, key, bytes: size, modifiedAt: mtime };
  } catch (error) {
    // Deleted by another between the reading of its folder and now.
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
