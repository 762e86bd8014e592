import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

/** Folders for tests, removed when the file's tests are done. */
export function temporaryFolders(): () => Promise<string> {
  const folders: string[] = [];
  afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))));
  return async () => {
    folders.push(await mkdtemp(join(tmpdir(), 'stockout-tables-')));
    return folders.at(-1) as string;
  };
}
