import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { now } from '../timestamp.ts';
import type { Container, ContainerStatus, Pod } from '../types.ts';
import { ContainerProcess, type Exit } from './container-process.ts';
import { type NodeContext, NotReadyError } from './context.ts';
import { LogFile } from './log-file.ts';
import { prepare } from './prepare.ts';
import { probe } from './prober.ts';
import type { ProbeTarget } from './probe.ts';
import { clearMessage, readMessage } from './termination-message.ts';
import { podFolder, type PodVolumes } from './volumes.ts';

type State = NonNullable<ContainerStatus['state']>;

/** A container that ran this long starts over with its back-off. */
const STEADY = 600_000;
const CONFIG_RETRY = 1000;
const LONGEST_CONFIG_RETRY = 10_000;

/** Keeps one container of a pod running, as its restart policy has it. */
export class ContainerRunner {
  readonly container: Container;
  readonly #context: NodeContext;
  readonly #pod: () => Pod;
  readonly #volumes: PodVolumes;
  readonly #changed: () => void;
  readonly #policy: string;
  #state: State = { waiting: { reason: 'ContainerCreating' } };
  #last: State | undefined;
  #restarts = 0;
  #ready = false;
  #started = false;
  #process: ContainerProcess | undefined;
  #stopping = false;
  #wake = new AbortController();
  #probing: AbortController | undefined;
  log: LogFile | undefined;

  constructor(
    context: NodeContext,
    pod: () => Pod,
    container: Container,
    volumes: PodVolumes,
    policy: string,
    changed: () => void,
  ) {
    this.#context = context;
    this.#pod = pod;
    this.container = container;
    this.#volumes = volumes;
    this.#policy = policy;
    this.#changed = changed;
  }

  /** Takes over what an agent before us reported: a container that ran then was ended with that agent. */
  adopt(before: ContainerStatus): void {
    this.#restarts = before.restartCount;
    const { terminated, running } = before.state ?? {};
    const lost = { exitCode: 137, reason: 'ContainerStatusUnknown', message: 'the node agent was restarted' };
    if (terminated) this.#state = { terminated };
    else if (running) {
      this.#state = {
        terminated: {
          ...lost,
          finishedAt: now(),
          ...(running.startedAt ? { startedAt: running.startedAt } : {}),
        },
      };
    }
  }

  get status(): ContainerStatus {
    const { name, image = '' } = this.container;
    return {
      name,
      image,
      imageID: '',
      ...(this.#process?.pid === undefined ? {} : { containerID: `process://${this.#process.pid}` }),
      ready: this.#ready,
      started: this.#started,
      restartCount: this.#restarts,
      state: this.#state,
      lastState: this.#last ?? {},
    };
  }

  /** Resolves when it has ended for good. @returns its exit code */
  async run(): Promise<number> {
    let failures = 0;
    for (let retry = CONFIG_RETRY; !this.#stopping;) {
      const ended = this.#state.terminated;
      if (ended && !this.#mayRestart(ended.exitCode)) return ended.exitCode;
      if (ended) failures = await this.#backOff(failures);
      if (this.#stopping) break;
      try {
        await this.#once();
        retry = CONFIG_RETRY;
      } catch (error) {
        this.#wait(error);
        await this.#sleep(retry);
        retry = Math.min(retry * 2, LONGEST_CONFIG_RETRY);
      }
    }
    return this.#state.terminated?.exitCode ?? 0;
  }

  #mayRestart(exitCode: number): boolean {
    return this.#policy === 'Always' || (this.#policy === 'OnFailure' && exitCode !== 0);
  }

  /** The first restart is at once, then the pauses double. */
  async #backOff(failures: number): Promise<number> {
    const { initial, longest } = this.#context.backoff;
    const { startedAt = '', finishedAt = '' } = this.#state.terminated ?? {};
    const steady = Date.parse(finishedAt) - Date.parse(startedAt) > STEADY;
    const count = steady ? 0 : failures;
    if (count > 0) {
      const pause = Math.min(initial * 2 ** (count - 1), longest);
      const { namespace, name, uid } = this.#pod().metadata;
      const what = `back-off ${pause / 1000}s restarting failed container=${this.container.name} pod=${name}_${namespace}(${uid})`;
      this.#last = this.#state;
      this.#set({ waiting: { reason: 'CrashLoopBackOff', message: what } });
      this.#event(
        'Warning',
        'BackOff',
        `Back-off restarting failed container ${this.container.name} in pod ${name}_${namespace}(${uid})`,
      );
      await this.#sleep(pause);
      if (this.#stopping) return count;
    } else this.#last = this.#state;
    this.#restarts += 1;
    return count + 1;
  }

  /** One run, from start to exit. */
  async #once(): Promise<void> {
    const prepared = await prepare(this.#context, this.#pod(), this.container, this.#volumes);
    const { name, terminationMessagePolicy } = this.container;
    const message = this.#volumes.terminationMessage(this.#pod(), this.container);
    await clearMessage(message);
    const folder = await this.#folder();
    // Nothing is awaited from here to the start: `stop` finds a process to end, or there will be none.
    if (this.#stopping) return;
    const log = new LogFile(join(folder, `${this.#restarts}.log`));
    this.log = log;
    this.#process = new ContainerProcess(prepared, log, this.#context.records, this.#pod().metadata.uid);
    const startedAt = now();
    const probing = new AbortController();
    this.#probing = probing;
    if (this.#process.pid !== undefined) {
      this.#set({ running: { startedAt } });
      this.#event('Normal', 'Started', `Container ${name} started`);
      void this.#probe(prepared, probing.signal);
    }
    const exit = await this.#process.exited;
    probing.abort();
    this.#ready = false;
    this.#started = false;
    const last = await readMessage(message, log.path, terminationMessagePolicy, exit.exitCode !== 0);
    this.#set({ terminated: terminatedState(exit, startedAt, exit.startError ?? last) });
    if (exit.startError) this.#event('Warning', 'Failed', `Error: ${exit.startError}`);
  }

  /** The logs of this run and of the one before are kept. */
  async #folder(): Promise<string> {
    const folder = join(podFolder(this.#context, this.#pod()), 'containers', this.container.name);
    await mkdir(folder, { recursive: true });
    for (const file of await readdir(folder)) {
      if (file.endsWith('.log') && Number.parseInt(file, 10) < this.#restarts - 1)
        await rm(join(folder, file));
    }
    return folder;
  }

  #probe(target: ProbeTarget, signal: AbortSignal): Promise<void> {
    const { name } = this.container;
    const process = this.#process;
    return probe(
      target,
      {
        started: () => {
          this.#started = true;
          this.#changed();
        },
        ready: (ready) => {
          if (ready === this.#ready || signal.aborted) return;
          this.#ready = ready;
          this.#changed();
        },
        unhealthy: (message) => this.#event('Warning', 'Unhealthy', message),
        failed: (kind) => {
          const message = `Container ${name} failed ${kind.toLowerCase()} probe, will be restarted`;
          this.#event('Normal', 'Killing', message);
          void process?.stop(this.#pod().spec.terminationGracePeriodSeconds ?? 30);
        },
      },
      signal,
    );
  }

  #wait(error: unknown): void {
    const known = error instanceof NotReadyError;
    const message = error instanceof Error ? error.message : String(error);
    const reason = known ? error.reason : 'CreateContainerError';
    this.#set({ waiting: { reason, message } });
    this.#event(
      'Warning',
      known ? error.event : 'Failed',
      known && error.event === 'FailedMount' ? message : `Error: ${message.replace(/^Error: /, '')}`,
    );
  }

  #set(state: State): void {
    this.#state = state;
    this.#changed();
  }

  #event(type: 'Normal' | 'Warning', reason: string, message: string): void {
    const fieldPath = `spec.containers{${this.container.name}}`;
    this.#context.events.record(this.#pod(), { type, reason, message, fieldPath });
  }

  async #sleep(milliseconds: number): Promise<void> {
    await delay(milliseconds, undefined, { signal: this.#wake.signal }).catch(() => {});
  }

  /** A ConfigMap or Secret changed: what waits for it tries again at once. */
  retry(): void {
    if (this.#state.waiting?.reason === 'CrashLoopBackOff') return;
    this.#wake.abort();
    this.#wake = new AbortController();
  }

  async stop(graceSeconds: number): Promise<void> {
    this.#stopping = true;
    this.#wake.abort();
    if (this.#state.running) this.#event('Normal', 'Killing', `Stopping container ${this.container.name}`);
    await this.#process?.stop(graceSeconds);
  }

  /** At once, without waiting: the agent itself is being ended. */
  kill(): void {
    this.#probing?.abort();
    this.#process?.kill();
  }
}

function terminatedState(
  { exitCode, signal, startError, finishedAt }: Exit,
  startedAt: string,
  message?: string,
) {
  const reason = startError ? 'StartError' : exitCode === 0 ? 'Completed' : 'Error';
  return {
    exitCode,
    reason,
    startedAt,
    finishedAt,
    ...(signal === undefined ? {} : { signal }),
    ...(message === undefined ? {} : { message }),
  };
}
