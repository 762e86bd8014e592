import { setTimeout as delay } from 'node:timers/promises';
import { isCode, type KubeClient } from '@stockout/localcluster/client';
import { reflect, type Reflector } from '../../localcluster/src/client/reflector.ts';
import { now } from '../../localcluster/src/timestamp.ts';
import type { Pod } from '../../localcluster/src/types.ts';
import { isAway } from './server-away.ts';

const BEAT_MS = 5000;

/** How a container of a Job's pod ends. */
export interface Ending {
  exitCode: number;
  reason: string;
  message: string;
  /** Further fields of the pod's status. */
  pod?: object;
}

/** What becomes of the pods of a namespace. */
export interface PlayedWork {
  /** Undefined for a Job's pod that does not end. */
  endingOf(pod: Pod): Ending | undefined;
  /** As what a pod that is to go on ends again and again; undefined for one that is ready. */
  crashOf?(pod: Pod): string | undefined;
}
/** A server that is away is asked again so soon: after a long outage the node must not be the last to be heard. */
const AGAIN_MS = 100;

/**
 * A node on which nothing runs: pods of Jobs have done their work as soon as they are there, all others are ready. What
 * makes, schedules and counts pods is the cluster's own.
 */
export class PlayedNode {
  readonly #client: KubeClient;
  readonly #name: string;
  readonly #works = new Map<string, PlayedWork>();
  #pods: Reflector<Pod> | undefined;
  readonly #stopped = new AbortController();

  constructor(client: KubeClient, name: string) {
    this.#client = client;
    this.#name = name;
  }

  async start(): Promise<void> {
    await this.#client.post('/api/v1/nodes', { metadata: { name: this.#name } });
    await this.#beat();
    void this.#keepBeating();
    this.#pods = reflect<Pod>(this.#client, {
      path: '/api/v1/pods',
      query: { fieldSelector: `spec.nodeName=${this.#name}` },
      changed: (pod) => void this.#play(pod),
      removed: () => {},
      log: () => {},
    });
    await this.#pods.synced;
  }

  async #keepBeating(): Promise<void> {
    let wait = BEAT_MS;
    while (await this.#pause(wait)) {
      wait = await this.#beat().then(
        () => BEAT_MS,
        () => AGAIN_MS,
      );
    }
  }

  /** @returns false once stopped */
  #pause(ms: number): Promise<boolean> {
    return delay(ms, true, { signal: this.#stopped.signal }).catch(() => false);
  }

  /** A node that says nothing for 40 seconds is given up, and its pods with it. */
  async #beat(): Promise<void> {
    const size = { cpu: '64', memory: '256Gi', pods: '1000' };
    const ready = { type: 'Ready', status: 'True', reason: 'Played', lastHeartbeatTime: now() };
    const status = { capacity: size, allocatable: size, conditions: [ready] };
    await this.#client.patch(`/api/v1/nodes/${this.#name}/status`, { status });
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    this.#pods?.stop();
    await this.#client.delete(`/api/v1/nodes/${this.#name}`);
  }

  /** What the runs of a namespace come to. */
  mount(namespace: string, work: PlayedWork): void {
    this.#works.set(namespace, work);
  }

  async #play(pod: Pod): Promise<void> {
    for (;;) {
      try {
        return await this.#say(pod);
      } catch (error) {
        if (isCode(error, 404) || isCode(error, 409) || this.#stopped.signal.aborted) return;
        if (!isAway(error)) throw error;
        await this.#pause(AGAIN_MS);
      }
    }
  }

  /** What was read is the newest there is: nobody else writes the status of a pod of this node. */
  async #say(pod: Pod): Promise<void> {
    const { name, namespace = '', deletionTimestamp } = pod.metadata;
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    const work = this.#works.get(namespace);
    if (deletionTimestamp !== undefined) await this.#client.delete(path, { gracePeriodSeconds: 0 });
    else if (work !== undefined && pod.status?.phase === 'Pending')
      await this.#client.patch(`${path}/status`, { status: statusOf(pod, work) });
  }
}

function isOfJob({ metadata }: Pod): boolean {
  return metadata.ownerReferences?.some(({ kind }) => kind === 'Job') ?? false;
}

function statusOf(pod: Pod, work: PlayedWork): object {
  if (!isOfJob(pod)) {
    const crash = work.crashOf?.(pod);
    return crash === undefined ? running(pod) : crashing(pod, crash);
  }
  const ending = work.endingOf(pod);
  return ending === undefined ? running(pod) : ended(pod, ending);
}

function ended(pod: Pod, { pod: further, ...ending }: Ending): object {
  const terminated = terminatedNow(ending);
  return {
    phase: ending.exitCode === 0 ? 'Succeeded' : 'Failed',
    containerStatuses: [{ ...containerOf(pod), ready: false, state: { terminated } }],
    ...further,
  };
}

/** As the kubelet tells of a container that it does not start again at once. */
function crashing(pod: Pod, reason: string): object {
  const state = {
    waiting: { reason: 'CrashLoopBackOff', message: 'back-off 10s restarting failed container' },
  };
  const lastState = { terminated: terminatedNow({ exitCode: 137, reason, message: '' }) };
  const conditions = ['ContainersReady', 'Ready'].map((type) => ({ type, status: 'False' }));
  const container = { ...containerOf(pod), restartCount: 1, ready: false, state, lastState };
  return { phase: 'Running', conditions, containerStatuses: [container] };
}

function terminatedNow(ending: { exitCode: number; reason: string; message: string }): object {
  const instant = now();
  return { ...ending, startedAt: instant, finishedAt: instant };
}

function running(pod: Pod): object {
  const instant = now();
  const conditions = ['ContainersReady', 'Ready'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime: instant,
  }));
  const state = { running: { startedAt: instant } };
  // Of the pod network, and of no node: nobody answers there, whatever runs beside.
  const podIP = '10.244.0.2';
  const containerStatuses = [{ ...containerOf(pod), ready: true, state }];
  return { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions, containerStatuses };
}

function containerOf({ spec }: Pod): object {
  const [container] = spec.containers;
  return { name: container?.name, image: container?.image, imageID: '', restartCount: 0 };
}
