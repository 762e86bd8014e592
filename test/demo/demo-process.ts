import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const BIN = fileURLToPath(new URL('../../cli/bin/stockout.js', import.meta.url));

export interface Ended {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** `stockout demo` as a process of its own, as a person starts it. */
export class DemoProcess {
  output = '';
  readonly #child: ChildProcess;
  readonly #exited: Promise<Ended>;

  constructor(stateDir: string, ...options: string[]) {
    this.#child = spawn(process.execPath, [BIN, 'demo', '--state', basename(stateDir), ...options], {
      cwd: dirname(stateDir),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (this.output += text));
    }
    this.#exited = once(this.#child, 'close').then(([code, signal]) => ({ code, signal }) as Ended);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  ended(): Promise<Ended> {
    return this.#exited;
  }

  /** Resolves when the output says it. @throws Error when the demo ends before */
  async says(text: string): Promise<void> {
    let over = false;
    void this.#exited.then(() => (over = true));
    while (!this.output.includes(text)) {
      if (over) throw new Error(`it ended without "${text}":\n${this.output}`);
      await Promise.race([once(this.#child.stdout as NodeJS.ReadableStream, 'data'), this.#exited]);
    }
  }
}

/** Processes that have the folder in their command line or environment: command lines, without our own. */
export async function processesOf(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  const found: string[] = [];
  for (const pid of pids) {
    const [command, environment] = await Promise.all(
      ['cmdline', 'environ'].map((file) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')),
    );
    if (`${command}${environment}`.includes(folder)) found.push(`${pid} ${command?.replaceAll('\0', ' ')}`);
  }
  return found;
}
