import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { now } from '../timestamp.ts';
import type { LogFile } from './log-file.ts';
import { killGroup } from './process-identity.ts';
import type { ProcessRecords } from './process-records.ts';

export interface Command {
  command: string[];
  env: Record<string, string>;
  cwd: string;
}

export interface Exit {
  exitCode: number;
  signal?: number;
  /** Set where the process did not start at all. */
  startError?: string;
  finishedAt: string;
}

/** Grandchildren that left the group may hold the pipes: the log is not waited for longer than this. */
const LOG_MILLISECONDS = 1000;
/** What a container runtime reports for a command that cannot be run. */
const START_ERROR = 128;

/** One run of a container: a process group of its own. */
export class ContainerProcess {
  readonly #child: ChildProcess;
  #running = true;
  readonly exited: Promise<Exit>;

  constructor({ command, env, cwd }: Command, log: LogFile, records: ProcessRecords, marker: string) {
    const [file = '', ...args] = command;
    const child = records.start(`STOCKOUT_LOCAL_POD=${marker}`, () =>
      spawn(file, args, {
        cwd,
        env: { ...env, STOCKOUT_LOCAL_POD: marker },
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
      }),
    );
    this.#child = child;
    log.collect(child.stdout, 'stdout');
    log.collect(child.stderr, 'stderr');
    this.exited = this.#wait(file, log, records);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  async #wait(file: string, log: LogFile, records: ProcessRecords): Promise<Exit> {
    const exit = await new Promise<Exit>((resolve) => {
      this.#child.once('error', (error: NodeJS.ErrnoException) => resolve(notStarted(file, error)));
      this.#child.once('exit', (code, signal) => {
        // As with a container, nothing outlives its first process.
        this.kill();
        this.#running = false;
        resolve(exitOf(code, signal));
      });
    });
    if (this.pid !== undefined) records.remove(this.pid);
    await Promise.race([log.finished(), delay(LOG_MILLISECONDS, undefined, { ref: false })]);
    return exit;
  }

  /** SIGTERM to the first process, SIGKILL to all of its group when the time is over. */
  async stop(graceSeconds: number): Promise<Exit> {
    this.#child.kill('SIGTERM');
    const cancel = new AbortController();
    const late = delay(graceSeconds * 1000, undefined, { signal: cancel.signal }).then(
      () => this.kill(),
      () => {},
    );
    const exit = await this.exited;
    cancel.abort();
    await late;
    return exit;
  }

  /** At once. Once it has ended its id may be another's, and is left alone. */
  kill(): void {
    if (this.pid !== undefined && this.#running) killGroup(this.pid, 'SIGKILL');
  }
}

function exitOf(code: number | null, signal: NodeJS.Signals | null): Exit {
  const finishedAt = now();
  if (signal === null) return { exitCode: code ?? 0, finishedAt };
  const number = constants.signals[signal];
  return { exitCode: 128 + number, signal: number, finishedAt };
}

function notStarted(file: string, error: NodeJS.ErrnoException): Exit {
  const why = error.code === 'ENOENT' ? 'executable file not found in $PATH' : error.message;
  return { exitCode: START_ERROR, startError: `exec: ${JSON.stringify(file)}: ${why}`, finishedAt: now() };
}
