import { execFile } from 'node:child_process';
import { cp, mkdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
/** Below node_modules, so that packages are found; those of our own are the copies. */
const FOLDER = join(ROOT, 'node_modules', '.cache', 'fleet');
/** Of Dockerfile.operator. */
const WORKSPACES = ['contracts', 'crds', 'operator', 'cli'];

/** The operator's sources as its image has them, without their types. @returns the program */
export async function layOutImageSources(): Promise<string> {
  await rm(FOLDER, { recursive: true, force: true });
  const packages = join(FOLDER, 'node_modules', '@stockout');
  await mkdir(packages, { recursive: true });
  for (const workspace of WORKSPACES) {
    await cp(join(ROOT, workspace), join(FOLDER, workspace), { recursive: true });
    await symlink(join(FOLDER, workspace), join(packages, workspace));
  }
  const strip = [join(ROOT, 'images', 'strip-types.mjs'), ...WORKSPACES];
  await promisify(execFile)(process.execPath, strip, { cwd: FOLDER });
  return join(FOLDER, 'cli', 'src', 'images', 'operator.js');
}
