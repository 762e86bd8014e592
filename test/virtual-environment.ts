import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { installed } from './installed.ts';

/** Modules are compiled when they are first imported, which most never are: to compile them all takes as long as to install. */
export const PIP_INSTALL = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--no-compile'];

// Python keeps what it has compiled, whatever is usual on this machine: MLflow's modules take 7 s of CPU at each start.
delete process.env['PYTHONDONTWRITEBYTECODE'];

/** Python packages in a virtual environment of the cache folder, made at its first use. */
export class VirtualEnvironment {
  /** The environment's folder of programs. */
  readonly bin: string;
  private constructor(bin: string) {
    this.bin = bin;
  }

  /**
   * @param name of the folder in the cache; each content of the requirements has its own in it
   * @param requirements what pip installs: a requirements.txt
   */
  static async install(name: string, requirements: URL): Promise<VirtualEnvironment> {
    const content = await readFile(requirements);
    const digest = createHash('sha256').update(content).digest('hex').slice(0, 10);
    const folder = await installed(name, digest, async (empty) => {
      await run('python3', ['-m', 'venv', empty]);
      await run(join(empty, 'bin', 'python'), [...PIP_INSTALL, '-r', fileURLToPath(requirements)]);
    });
    return new VirtualEnvironment(join(folder, 'bin'));
  }

  /**
   * What a program answers: its last line, as JSON.
   * @param input its one argument, as JSON
   * @param env beside this process's own
   */
  async ask<T>(program: URL, input: object, env: Record<string, string> = {}): Promise<T> {
    const args = [fileURLToPath(program), JSON.stringify(input)];
    const stdout = await run(join(this.bin, 'python'), args, env);
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
