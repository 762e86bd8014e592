import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const REQUIREMENTS = fileURLToPath(new URL('./requirements.txt', import.meta.url));

/** MLflow and XGBoost in a virtual environment of the cache folder, made at its first use. */
export class Python {
  /** The environment's folder of programs. */
  readonly bin: string;
  private constructor(bin: string) {
    this.bin = bin;
  }

  static async install(): Promise<Python> {
    const cache =
      process.env['STOCKOUT_CACHE'] ??
      join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'stockout');
    const digest = createHash('sha256')
      .update(await readFile(REQUIREMENTS))
      .digest('hex')
      .slice(0, 10);
    const folder = join(cache, 'venv-mlflow', digest);
    const python = new Python(join(folder, 'bin'));
    // The last file that the set-up makes: one that was interrupted is begun anew.
    const ready = join(folder, 'ready');
    if (!existsSync(ready)) {
      await rm(folder, { recursive: true, force: true });
      await mkdir(join(cache, 'venv-mlflow'), { recursive: true });
      await run('python3', ['-m', 'venv', folder]);
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '-r', REQUIREMENTS];
      await run(join(python.bin, 'python'), pip);
      await writeFile(ready, '');
    }
    return python;
  }

  /** What a program of this folder answers, one line of JSON; its environment is ours and what is given. */
  async ask<T>(program: string, input: object, env: Record<string, string> = {}): Promise<T> {
    const file = fileURLToPath(new URL(program, import.meta.url));
    const stdout = await run(join(this.bin, 'python'), [file, JSON.stringify(input)], env);
    return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as T;
  }
}

async function run(
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> {
  const child = spawn(command, args, { env: { ...process.env, ...env } });
  let [stdout, stderr] = ['', ''];
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null];
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code ?? signal}:\n${stderr}`);
  return stdout;
}
