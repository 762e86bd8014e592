import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface ProcessOptions {
  /** Its context's namespace is that of the Lease. */
  kubeconfigPath: string;
  /** The one whose models it looks after. */
  namespace: string;
  identity: string;
  /** How far its clock is ahead of the machine's. Default 0. */
  skewSeconds?: number;
}

const PROGRAM = fileURLToPath(new URL('operator-program.ts', import.meta.url));

/** An operator that campaigns for the Lease, in a process of its own. */
export class OperatorProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  /** What it has logged, line by line. */
  readonly log: string[] = [];

  constructor(options: ProcessOptions) {
    const child = spawn(process.execPath, [PROGRAM, JSON.stringify(options)], {
      stdio: ['pipe', 'inherit', 'pipe'],
    });
    createInterface({ input: child.stderr }).on('line', (line) => this.log.push(line));
    this.#exited = once(child, 'exit');
    this.#child = child;
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** Lines of the log that tell of a fault of its own. */
  get faults(): string[] {
    return this.log.filter((line) => /"level":"error"|"stack":/.test(line));
  }

  /** As by a machine that stands still. */
  pause(): void {
    this.#child.kill('SIGSTOP');
  }

  wake(): void {
    this.#child.kill('SIGCONT');
  }

  /** As by a node that is gone: the Lease stays as it is. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  /** As by a rollout: the Lease is given up. */
  async stop(): Promise<void> {
    if (!this.isAlive) return;
    this.wake();
    this.#child.kill('SIGTERM');
    await this.#exited;
  }
}
