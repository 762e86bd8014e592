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

/** Every file below a path, at any depth. */
export async function filesBelow(path: string, segments: readonly string[]): Promise<FoundFile[]> {
  const found: FoundFile[] = [];
  for (const entry of await entriesOf(path)) {
    const [inside, innerPath] = [[...segments, entry.name], join(path, entry.name)];
    if (entry.isDirectory()) {
      found.push(...(await filesBelow(innerPath, inside)));
    } else {
      const file = await describe(innerPath, inside.join('/'));
      if (file) found.push({ ...file, temporary: entry.name.startsWith(TEMPORARY_PREFIX) });
    }
  }
  return found;
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
