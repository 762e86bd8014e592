import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as delay } from 'node:timers/promises';
import { startTime } from '../../localcluster/src/node/process-identity.ts';
import { until } from '../conformance/until.ts';

/** What test/cluster/up.sh starts, by the names of its pid files. */
export type Program = 'etcd' | 'apiserver' | 'controllers' | 'scheduler';

/**
 * An API server that is told to end accepts nobody any more, and goes on for a minute for those who watch. A kubelet kills it
 * after half of that; here it is killed sooner.
 */
const GRACE_SECONDS = 3;

/** A kubelet starts again what ends by itself: an API server does when its etcd comes up later than it hoped. */
const AGAIN_MS = 500;

/** The control plane that run.sh started: its programs are ended, and started again by the very same command lines. */
export class ControlPlane {
  readonly #state = process.env.STOCKOUT_API_STATE ?? '';
  readonly #commands = new Map<Program, string[]>();
  /** What is to run. */
  readonly #started = new Map<Program, ChildProcess>();

  /** @param signal followed by SIGKILL when that does not end it soon */
  async end(program: Program, signal: NodeJS.Signals): Promise<void> {
    const pid = Number(await readFile(this.#pidFile(program), 'utf8'));
    this.#commands.set(program, await commandOf(pid));
    this.#started.delete(program);
    process.kill(pid, signal);
    await untilEnded(pid).catch(() => process.kill(pid, 'SIGKILL'));
    await untilEnded(pid);
  }

  /** Undone by down.sh, as what was there before; until `end` it is kept running. */
  async start(program: Program): Promise<void> {
    const [command = '', ...args] = this.#commands.get(program) ?? [];
    const log = openSync(join(this.#state, 'log', `${program}.log`), 'a');
    const child = spawn(command, args, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    child.unref();
    this.#started.set(program, child);
    child.once('exit', (code, signal) => {
      if (this.#started.get(program) !== child) return;
      console.warn(`  ${program} ended by itself (${code ?? signal}), and is started again`);
      void this.#startAgain(program, child);
    });
    await writeFile(this.#pidFile(program), String(child.pid));
  }

  async #startAgain(program: Program, ended: ChildProcess): Promise<void> {
    await delay(AGAIN_MS, undefined, { ref: false });
    if (this.#started.get(program) === ended) await this.start(program);
  }

  async restart(program: Program, signal: NodeJS.Signals): Promise<void> {
    await this.end(program, signal);
    await this.start(program);
  }

  #pidFile(program: Program): string {
    return join(this.#state, 'pid', program);
  }
}

function untilEnded(pid: number): Promise<unknown> {
  return until(`process ${pid} has ended`, () => hasEnded(pid), GRACE_SECONDS);
}

/**
 * Its ports are free. A process has no command any more while it still holds them: only when its last thread is through are
 * they closed. One that nobody has waited for yet stays as a zombie.
 */
async function hasEnded(pid: number): Promise<boolean> {
  const threads = await readdir(`/proc/${pid}/task`).catch(() => []);
  return threads.length <= 1 && startTime(pid) === undefined;
}

/** Program and arguments of a process. */
async function commandOf(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8');
  return text.split('\0').slice(0, -1);
}
