import { setTimeout as delay } from 'node:timers/promises';
import { isCode, type KubeClient, type List } from '@stockout/localcluster/client';

const TICK = 200;

interface HollowPod {
  metadata: { name: string; namespace: string; deletionTimestamp?: string };
  spec: { nodeName?: string; containers: { name: string; image: string }[] };
  status?: { phase?: string; conditions?: { type: string; status: string }[] };
}

export interface HollowNodeOptions {
  name: string;
  labels: Record<string, string>;
  namespaces: readonly string[];
  /** Whose pods never get ready. */
  isBroken: (image: string) => boolean;
  /** The address of every pod. */
  podAddress: string;
  /** Done again and again beside the kubelet's work. */
  onTick: () => Promise<void>;
}

/**
 * A node whose kubelet runs nothing: it says of the pods that it got that they are ready, or not. Scheduler, Deployments and
 * endpoints are Kubernetes' own.
 */
export class HollowNode {
  readonly #client: KubeClient;
  readonly #options: HollowNodeOptions;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(client: KubeClient, options: HollowNodeOptions) {
    this.#client = client;
    this.#options = options;
  }

  async start(): Promise<void> {
    const { name, labels } = this.#options;
    await this.#client.post('/api/v1/nodes', { apiVersion: 'v1', kind: 'Node', metadata: { name, labels } });
    await this.#beat();
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
    if (this.#running === undefined) return;
    await this.#client.delete(`/api/v1/nodes/${this.#options.name}`);
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      await this.#beat();
      for (const namespace of this.#options.namespaces) {
        const { items } = await this.#client.get<List<HollowPod>>(`/api/v1/namespaces/${namespace}/pods`);
        for (const pod of items) await this.#settle(pod).catch(ignoreGone);
      }
      await this.#options.onTick();
      await delay(TICK);
    }
  }

  async #beat(): Promise<void> {
    const size = { cpu: '64', memory: '64Gi', pods: '100' };
    const ready = { type: 'Ready', status: 'True', reason: 'Hollow', lastHeartbeatTime: now() };
    const status = { capacity: size, allocatable: size, conditions: [ready] };
    await this.#client.patch(`/api/v1/nodes/${this.#options.name}/status`, { status });
  }

  async #settle({ metadata, spec, status }: HollowPod): Promise<void> {
    const path = `/api/v1/namespaces/${metadata.namespace}/pods/${metadata.name}`;
    if (metadata.deletionTimestamp !== undefined) {
      await this.#client.delete(path, { gracePeriodSeconds: 0 });
      return;
    }
    const images = spec.containers.map(({ image }) => image);
    if (spec.nodeName === undefined || isSettled(status) || images.some(this.#options.isBroken)) {
      return;
    }
    const address = this.#options.podAddress;
    const conditions = ['ContainersReady', 'Ready'].map((type) => ({
      type,
      status: 'True',
      lastTransitionTime: now(),
    }));
    const running = { phase: 'Running', podIP: address, podIPs: [{ ip: address }], conditions };
    await this.#client.patch(`${path}/status`, { status: running });
  }
}

/** It ended, or is ready. */
function isSettled({ phase, conditions = [] }: NonNullable<HollowPod['status']> = {}): boolean {
  if (phase === 'Succeeded' || phase === 'Failed') return true;
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z');
}

function ignoreGone(error: unknown): void {
  if (!isCode(error, 404)) throw error;
}
