import { execFile } from 'node:child_process';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { builtTools } from './built-tools.ts';

const run = promisify(execFile);

/** Helm of $HELM or of the PATH; else of our own build. @returns its path */
export async function findHelm(): Promise<string> {
  for (const candidate of [process.env['HELM'], 'helm']) {
    if (candidate !== undefined && (await isHelm(candidate))) return candidate;
  }
  return join(await builtTools(), 'helm');
}

async function isHelm(file: string): Promise<boolean> {
  return run(file, ['version', '--short']).then(
    ({ stdout }) => stdout.startsWith('v3.') || stdout.startsWith('v4.'),
    () => false,
  );
}
