import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { installed } from '../../installed.ts';
import { PIP_INSTALL } from '../../virtual-environment.ts';

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
  const digest = createHash('sha256').update(pinned).digest('hex').slice(0, 12);
  const folder = await installed('spark', digest, install);
  const python = join(folder, 'venv', 'bin', 'python');
  const sparkHome = await run(
    python,
    '-c',
    'import os, pyspark; print(os.path.dirname(pyspark.__file__), end="")',
  );
  const jars = await readdir(join(folder, 'jars'));
  return { python, sparkHome, jars: jars.map((jar) => join(folder, 'jars', jar)) };
}

async function install(folder: string): Promise<void> {
  const python = join(folder, 'venv', 'bin', 'python');
  const jars = `-DoutputDirectory=${join(folder, 'jars')}`;
  await run('python3', '-m', 'venv', join(folder, 'venv'));
  await Promise.all([
    run(python, ...PIP_INSTALL, '-r', REQUIREMENTS),
    run('mvn', '-q', '-B', '-f', POM, 'dependency:copy-dependencies', jars),
  ]);
}

async function run(program: string, ...args: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, { maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}
