import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { isFinished } from '../controllers/pods.ts';
import { now } from '../timestamp.ts';
import type { Container, ContainerStatus, Pod } from '../types.ts';
import { ContainerRunner } from './container-runner.ts';
import { type NodeContext, NotReadyError } from './context.ts';
import { type PodFacts, podStatus } from './pod-status.ts';
import { StatusWriter } from './status-writer.ts';
import { podFolder, PodVolumes } from './volumes.ts';

const HOST_IP = '127.0.0.1';
const RETRY = 1000;
const LONGEST_RETRY = 10_000;

/** Runs one pod of this node, from its binding to its end. */
export class PodWorker {
  readonly #context: NodeContext;
  readonly #volumes: PodVolumes;
  readonly #writer: StatusWriter;
  readonly #runners = new Map<string, ContainerRunner>();
  readonly #startTime: string;
  readonly #podIP: string;
  #pod: Pod;
  #initialized = false;
  #stopped = false;
  #ending: Promise<void> | undefined;
  #wake = new AbortController();
  #failure: PodFacts['failure'];
  #deadline: NodeJS.Timeout | undefined;
  #running: Promise<void> = Promise.resolve();
  /** It had ended before this agent came: its status is not touched any more. */
  readonly #over: boolean;

  constructor(context: NodeContext, pod: Pod) {
    this.#context = context;
    this.#volumes = new PodVolumes(context);
    this.#podIP = context.addresses.take(pod.status?.podIP);
    this.#startTime = pod.status?.startTime ?? now();
    this.#pod = pod;
    this.#over = isFinished(pod);
    this.#writer = new StatusWriter(context, () => [this.#pod, this.#status()]);
    for (const container of [...(pod.spec.initContainers ?? []), ...pod.spec.containers])
      this.#add(container);
  }

  #add(container: Container): void {
    const init = this.#pod.spec.initContainers?.includes(container);
    const policy = this.#pod.spec.restartPolicy ?? 'Always';
    const runner = new ContainerRunner(
      this.#context,
      () => this.#withAddress(),
      container,
      this.#volumes,
      init && policy === 'Always' ? 'OnFailure' : policy,
      () => this.#writer.changed(),
    );
    const before = [
      ...(this.#pod.status?.containerStatuses ?? []),
      ...(this.#pod.status?.initContainerStatuses ?? []),
    ];
    const known = before.find(({ name }) => name === container.name);
    if (known) runner.adopt(known);
    this.#runners.set(container.name, runner);
  }

  #withAddress(): Pod {
    return { ...this.#pod, status: { ...this.#pod.status, podIP: this.#podIP, hostIP: HOST_IP } };
  }

  #status(): object {
    const statuses = (containers: Container[] | undefined): ContainerStatus[] =>
      (containers ?? []).flatMap(({ name }) => this.#runners.get(name)?.status ?? []);
    const { spec } = this.#pod;
    const facts: PodFacts = {
      podIP: this.#podIP,
      hostIP: HOST_IP,
      startTime: this.#startTime,
      initialized: this.#initialized,
      containers: statuses(spec.containers),
      initContainers: statuses(spec.initContainers),
      stopped: this.#stopped,
      ...(this.#failure ? { failure: this.#failure } : {}),
    };
    return podStatus(this.#pod, facts, Date.now());
  }

  start(): void {
    if (this.#over) return;
    const { activeDeadlineSeconds } = this.#pod.spec;
    if (activeDeadlineSeconds !== undefined) {
      const left = Date.parse(this.#startTime) + activeDeadlineSeconds * 1000 - Date.now();
      this.#deadline = setTimeout(() => void this.#exceeded(), Math.max(0, left));
    }
    this.#running = this.#run();
  }

  async #run(): Promise<void> {
    this.#writer.changed();
    if (!(await this.#setUp())) return;
    for (const { name } of this.#pod.spec.initContainers ?? []) {
      const exitCode = await this.#runners.get(name)?.run();
      if (exitCode !== 0 || this.#stopped) return this.#writer.changed();
    }
    this.#initialized = true;
    this.#writer.changed();
    await Promise.all(this.#pod.spec.containers.map(({ name }) => this.#runners.get(name)?.run()));
    clearTimeout(this.#deadline);
    this.#writer.changed();
  }

  /** Volumes, again until they are there. @returns false when the pod is ended meanwhile */
  async #setUp(): Promise<boolean> {
    for (let wait = RETRY; !this.#stopped; wait = Math.min(wait * 2, LONGEST_RETRY)) {
      try {
        await this.#volumes.setUp(this.#withAddress());
        return !this.#stopped;
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        const reason = error instanceof NotReadyError ? error.event : 'FailedMount';
        this.#context.events.record(this.#pod, { type: 'Warning', reason, message });
      }
      await delay(wait, undefined, { signal: this.#wake.signal }).catch(() => {});
    }
    return false;
  }

  /** The pod as the API has it now: marked for deletion, told to hurry, or with other annotations. */
  update(pod: Pod): void {
    const before = this.#pod.metadata.deletionGracePeriodSeconds ?? Number.POSITIVE_INFINITY;
    this.#pod = pod;
    const { deletionTimestamp, deletionGracePeriodSeconds: grace = 0 } = pod.metadata;
    if (deletionTimestamp === undefined) {
      if (this.#initialized) this.#refresh();
    } else if (this.#ending && grace < before) void this.#stopContainers(grace);
    else void this.end();
  }

  /** A ConfigMap or Secret of its namespace changed. */
  configChanged(): void {
    this.#wake.abort();
    this.#wake = new AbortController();
    for (const runner of this.#runners.values()) runner.retry();
    if (this.#initialized) this.#refresh();
  }

  #refresh(): void {
    this.#volumes.refresh(this.#withAddress()).catch((error: unknown) => {
      this.#context.log(`pod ${this.#pod.metadata.name}: ${String(error)}`);
    });
  }

  get namespace(): string {
    return this.#pod.metadata.namespace ?? '';
  }

  get name(): string {
    return this.#pod.metadata.name;
  }

  runner(container: string | undefined): ContainerRunner | undefined {
    return this.#runners.get(container ?? this.#pod.spec.containers[0]?.name ?? '');
  }

  async #exceeded(): Promise<void> {
    const message = 'Pod was active on the node longer than the specified deadline';
    this.#context.events.record(this.#pod, { type: 'Normal', reason: 'DeadlineExceeded', message });
    await this.#stopContainers(this.#pod.spec.terminationGracePeriodSeconds ?? 30);
    this.#failure = { reason: 'DeadlineExceeded', message };
    this.#writer.changed();
  }

  /** Ends the pod gracefully, reports its last status, and lets the API forget it. */
  end(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }

  async #end(): Promise<void> {
    const { deletionGracePeriodSeconds, deletionTimestamp } = this.#pod.metadata;
    const grace = deletionGracePeriodSeconds ?? this.#pod.spec.terminationGracePeriodSeconds ?? 30;
    await this.#stopContainers(grace);
    if (!this.#over) this.#writer.changed();
    await this.#writer.written();
    if (deletionTimestamp) await this.#writer.remove();
  }

  async #stopContainers(grace: number): Promise<void> {
    clearTimeout(this.#deadline);
    this.#stopped = true;
    this.#wake.abort();
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop(grace)));
    await this.#running;
  }

  /** The API has forgotten the pod: so does this machine. */
  async cleanUp(): Promise<void> {
    await this.#stopContainers(0);
    this.#writer.stop();
    this.#context.addresses.release(this.#podIP);
    await rm(podFolder(this.#context, this.#pod), { recursive: true, force: true });
  }

  kill(): void {
    for (const runner of this.#runners.values()) runner.kill();
  }
}
