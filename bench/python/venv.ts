import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { cachedLibrary } from '../../pipeline/xgboost/install.mjs';

/** Python of a venv in the cache folder that has what a requirements file asks for; a folder of bench/ has one. */
export async function pythonWith(requirements: string): Promise<string> {
  const cache = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache');
  const venv = path.join(cache, 'stockout', `venv-${path.basename(path.dirname(requirements))}`);
  const python = path.join(venv, 'bin', 'python');
  if (!existsSync(python)) {
    await mkdir(path.dirname(venv), { recursive: true });
    execFileSync('python3', ['-m', 'venv', venv]);
  }
  const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', requirements];
  execFileSync(python, pip);
  return python;
}

/**
 * One run of a program that prints a line of JSON. Python imports xgboost from the wheel that the install unpacked, so
 * that both sides call the very same shared library, and both wait alike for their threads.
 */
export function runForJson<T>(command: string, args: readonly string[]): T {
  return JSON.parse(execFileSync(command, args, { env: withXgboost(process.env), encoding: 'utf8' })) as T;
}

/** The environment in which Python finds that xgboost. */
export function withXgboost(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const wheel = path.resolve(path.dirname(cachedLibrary() as string), '..', '..');
  return { ...env, OMP_WAIT_POLICY: 'PASSIVE', PYTHONPATH: wheel };
}
