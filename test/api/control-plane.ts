import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import process from 'node:process';
import { until } from '../conformance/until.ts';

/** What test/cluster/up.sh starts, by the names of its pid files. */
export type Program = 'etcd' | 'apiserver' | 'controllers' | 'scheduler';

/**
 * An API server that is told to end accepts nobody any more, and goes on for a minute for those who watch. A kubelet kills it
 * after half of that; here it is killed sooner.
 */
const GRACE_SECONDS = 3;

/** The control plane that run.sh started: its programs are ended, and started again by the very same command lines. */
export class ControlPlane {
  readonly #state = process.env.STOCKOUT_API_STATE ?? '';
  readonly #commands = new Map<Program, string[]>();

  /** @param signal followed by SIGKILL when that does not end it soon */
  async end(program: Program, signal: NodeJS.Signals): Promise<void> {
    const pid = Number(await readFile(this.#pidFile(program), 'utf8'));
    this.#commands.set(program, await commandOf(pid));
    process.kill(pid, signal);
    await untilEnded(pid).catch(() => process.kill(pid, 'SIGKILL'));
    await untilEnded(pid);
  }

  /** Undone by down.sh, as what was there before. */
  async start(program: Program): Promise<void> {
    const [command = '', ...args] = this.#commands.get(program) ?? [];
    const log = openSync(join(this.#state, 'log', `${program}.log`), 'a');
    const child = spawn(command, args, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    child.unref();
    await writeFile(this.#pidFile(program), String(child.pid));
  }

  async restart(program: Program, signal: NodeJS.Signals): Promise<void> {
    await this.end(program, signal);
    await this.start(program);
  }

  #pidFile(program: Program): string {
    return join(this.#state, 'pid', program);
  }
}

/** One that has ended and that nobody has waited for yet has no command any more. */
function untilEnded(pid: number): Promise<unknown> {
  return until(`process ${pid} has ended`, async () => (await commandOf(pid)).length === 0, GRACE_SECONDS);
}

/** Program and arguments of a process; none of one that has ended. */
async function commandOf(pid: number): Promise<string[]> {
  const text = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return text.split('\0').slice(0, -1);
}
