import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readlink, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

export interface FileContent {
  data: Buffer | string;
  mode?: number;
}

const DATA = '..data';

/**
 * Writes a volume's files so that readers see all of the old or all of the new: a fresh folder, a link `..data` to
 * it that is swapped, and a link a file through `..data`, as the kubelet does.
 */
export async function writeAtomically(folder: string, files: Record<string, FileContent>): Promise<void> {
  await mkdir(folder, { recursive: true });
  const before = await readlink(join(folder, DATA)).catch(() => undefined);
  const fresh = `..${Date.now()}.${randomBytes(4).toString('hex')}`;
  await mkdir(join(folder, fresh));
  for (const [path, { data, mode }] of Object.entries(files)) {
    const file = join(folder, fresh, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, data, mode === undefined ? {} : { mode });
  }
  await symlink(fresh, join(folder, `${DATA}_tmp`));
  await rename(join(folder, `${DATA}_tmp`), join(folder, DATA));
  await linkNames(folder, Object.keys(files));
  if (before !== undefined) await rm(join(folder, before), { recursive: true, force: true });
}

/** The names people see: a link each, those of files that are gone removed. */
async function linkNames(folder: string, paths: string[]): Promise<void> {
  const wanted = new Set(paths.map((path) => path.split('/')[0] ?? path));
  const present = (await readdir(folder)).filter((name) => !name.startsWith('..'));
  for (const name of present) if (!wanted.has(name)) await rm(join(folder, name), { force: true });
  for (const name of wanted) if (!present.includes(name)) await symlink(join(DATA, name), join(folder, name));
}
