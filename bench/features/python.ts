import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';

/** Python of a venv in the cache folder that has what a requirements file asks for. */
export async function pythonWith(requirements: string): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const venv = path.join(cache, 'stockout', 'venv-pandas');
  const python = path.join(venv, 'bin', 'python');
  if (!existsSync(python)) {
    await mkdir(path.dirname(venv), { recursive: true });
    execFileSync('python3', ['-m', 'venv', venv]);
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
  execFileSync(python, pip);
  return python;
}
