import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));
const POM = fileURLToPath(new URL('./pom.xml', import.meta.url));

/** Spark with Delta Lake, and Python with PySpark and pandas. */
export interface SparkInstallation {
  python: string;
  sparkHome: string;
  /** Paths of Delta's jars. */
  jars: string[];
}

/** In a folder of the cache, made at its first use: by pip and Maven, about two minutes. */
export async function installSpark(): Promise<SparkInstallation> {
  const pinned = Buffer.concat([await readFile(REQUIREMENTS), await readFile(POM)]);
  const folder = join(cacheFolder(), 'spark', createHash('sha256').update(pinned).digest('hex').slice(0, 12));
  // The last file that the set-up makes: one that was interrupted is begun anew.
  const ready = join(folder, 'ready');
  if (!existsSync(ready)) await install(folder, ready);
  const python = join(folder, 'venv', 'bin', 'python');
  const sparkHome = await run(
    python,
    '-c',
    'import os, pyspark; print(os.path.dirname(pyspark.__file__), end="")',
  );
  const jars = await readdir(join(folder, 'jars'));
  return { python, sparkHome, jars: jars.map((jar) => join(folder, 'jars', jar)) };
}

async function install(folder: string, ready: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const python = join(folder, 'venv', 'bin', 'python');
  await run('python3', '-m', 'venv', join(folder, 'venv'));
  await Promise.all([
    run(python, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS),
    run(
      'mvn',
      '-q',
      '-B',
      '-f',
      POM,
      'dependency:copy-dependencies',
      `-DoutputDirectory=${join(folder, 'jars')}`,
    ),
  ]);
  await writeFile(ready, '');
}

function cacheFolder(): string {
  return (
    process.env['STOCKOUT_CACHE'] ??
    join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'stockout')
  );
}

async function run(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
