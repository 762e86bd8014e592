import { setTimeout as delay } from 'node:timers/promises';
import { isCode, type KubeClient } from '@stockout/localcluster/client';
import { reflect, type Reflector } from '../../localcluster/src/client/reflector.ts';
import { now } from '../../localcluster/src/timestamp.ts';
import type { Pod } from '../../localcluster/src/types.ts';
import type { PlayedStorage } from './played-storage.ts';
import { isAway } from './server-away.ts';

const BEAT_MS = 5000;
/** A server that is away is asked again so soon: after a long outage the node must not be the last to be heard. */
const AGAIN_MS = 100;

/**
 * A node on which nothing runs: pods of Jobs have done their work as soon as they are there, all others are ready. What
 * makes, schedules and counts pods is the cluster's own.
 */
export class PlayedNode {
  readonly #client: KubeClient;
  readonly #name: string;
  readonly #storages = new Map<string, PlayedStorage>();
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

  /** Where the runs of a namespace leave what they make. */
  mount(namespace: string, storage: PlayedStorage): void {
    this.#storages.set(namespace, storage);
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
    const storage = this.#storages.get(namespace);
    if (deletionTimestamp !== undefined) await this.#client.delete(path, { gracePeriodSeconds: 0 });
    else if (storage !== undefined && pod.status?.phase === 'Pending') {
      const status = isOfJob(pod) ? ended(pod, storage) : running(pod);
      await this.#client.patch(`${path}/status`, { status });
    }
  }
}

function isOfJob({ metadata }: Pod): boolean {
  return metadata.ownerReferences?.some(({ kind }) => kind === 'Job') ?? false;
}

function ended(pod: Pod, storage: PlayedStorage): object {
  const instant = now();
  const terminated = {
    exitCode: 0,
    reason: 'Completed',
    message: JSON.stringify(storage.resultOf(pod)),
    startedAt: instant,
    finishedAt: instant,
  };
  return {
    phase: 'Succeeded',
    containerStatuses: [{ ...containerOf(pod), ready: false, state: { terminated } }],
  };
}

function running(pod: Pod): object {
  const instant = now();
  const conditions = ['ContainersReady', 'Ready'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime: instant,
  }));
  const state = { running: { startedAt: instant } };
  const podIP = '10.244.1.2';
  const containerStatuses = [{ ...containerOf(pod), ready: true, state }];
  return { phase: 'Running', podIP, podIPs: [{ ip: podIP }], conditions, containerStatuses };
}

function containerOf({ spec }: Pod): object {
  const [container] = spec.containers;
  return { name: container?.name, image: container?.image, imageID: '', restartCount: 0 };
}
