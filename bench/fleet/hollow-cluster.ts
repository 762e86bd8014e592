import type { RunResult } from '@stockout/contracts';
import type { Deployment, Job, KubeObject, Pod, Service } from '../../operator/src/api/kubernetes.ts';
import { DEPLOYMENT, JOB, type Kind, POD, SERVICE } from '../../operator/src/kube/kinds.ts';
import { Reflector } from '../../operator/src/kube/reflector.ts';
import { Store } from '../../operator/src/kube/store.ts';
import { LABEL, MANAGED_SELECTOR } from '../../operator/src/resources/names.ts';
import { aTrainResult } from '../../operator/src/testing/builders.ts';
import type { Cluster } from './cluster.ts';

/**
 * The controllers and nodes of a cluster, played: a Job is done at once and its pod says so, every pod of a Deployment is
 * ready, a load balancer has its address. Nothing of it runs; what the operator sees and writes is as in life.
 */
export class HollowCluster {
  readonly #cluster: Cluster;
  readonly #abort = new AbortController();
  readonly #running: Promise<void>[] = [];
  readonly #seen = new Set<string>();
  readonly #scaled = new Map<string, () => void>();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#follow(JOB, new Store<Job>(), (job) => this.#finish(job));
    this.#follow(DEPLOYMENT, new Store<Deployment>(), (deployment) => this.#bringUp(deployment));
    this.#follow(SERVICE, new Store<Service>(), (service) => this.#giveAddress(service));
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#running);
  }

  /** Calls back when the model's Deployment is to have so many pods. */
  onScaled(model: KubeObject, replicas: number, seen: () => void): void {
    const group = `${model.metadata.namespace}/${model.metadata.name}`;
    this.#scaled.set(`${group}/${replicas}`, seen);
  }

  /** Acts once on each generation of each object. */
  #follow<T extends KubeObject>(kind: Kind<T>, store: Store<T>, act: (object: T) => Promise<void>): void {
    store.onChange((object) => {
      const { uid, generation = 0, deletionTimestamp } = object.metadata;
      const key = `${uid}/${generation}`;
      if (deletionTimestamp !== undefined || this.#seen.has(key)) return;
      this.#seen.add(key);
      // An object that is gone or changed by now: its next event comes.
      act(object).catch((error: Error) =>
        console.error(`${kind.kind} ${object.metadata.name}: ${error.message}`),
      );
    });
    const selection = { labelSelector: MANAGED_SELECTOR };
    const reflector = new Reflector(this.#cluster.client, kind, store, { selection }, () => {});
    this.#running.push(reflector.run(this.#abort.signal));
  }

  async #finish(job: Job): Promise<void> {
    const { name, namespace, uid = '' } = job.metadata;
    const { metadata, spec } = job.spec.template;
    const owner = { apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true };
    const pod = { metadata: { ...metadata, name: `${name}-0`, namespace, ownerReferences: [owner] }, spec };
    const made = await this.#cluster.create<Pod>(POD, pod, namespace);
    const now = new Date().toISOString().replace(/\.\d+/, '');
    const message = JSON.stringify(resultOf(job));
    const terminated = { exitCode: 0, reason: 'Completed', message, startedAt: now, finishedAt: now };
    const [container] = spec.containers;
    const ended = {
      name: container?.name,
      image: container?.image,
      imageID: '',
      ready: false,
      restartCount: 0,
      state: { terminated },
    };
    await this.#cluster.patchStatus(POD, made, { phase: 'Succeeded', containerStatuses: [ended] });
    const condition = (type: string): object => ({
      type,
      status: 'True',
      reason: 'CompletionsReached',
      lastTransitionTime: now,
    });
    await this.#cluster.patchStatus(JOB, job, {
      startTime: now,
      completionTime: now,
      succeeded: 1,
      conditions: [condition('SuccessCriteriaMet'), condition('Complete')],
      uncountedTerminatedPods: {},
    });
  }

  async #bringUp(deployment: Deployment): Promise<void> {
    const { replicas } = deployment.spec;
    const { namespace, labels } = deployment.metadata;
    this.#scaled.get(`${namespace}/${labels?.[LABEL.model]}/${replicas}`)?.();
    const observedGeneration = deployment.metadata.generation;
    const counts = {
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
    };
    await this.#cluster.patchStatus(DEPLOYMENT, deployment, { observedGeneration, ...counts });
  }

  async #giveAddress(service: Service): Promise<void> {
    if (service.spec.type !== 'LoadBalancer' || service.status?.loadBalancer?.ingress !== undefined) return;
    await this.#cluster.patchStatus(SERVICE, service, {
      loadBalancer: { ingress: [{ ip: '192.0.2.1', ipMode: 'VIP' }] },
    });
  }
}

function resultOf({ metadata: { labels } }: Job): RunResult {
  const run = labels?.[LABEL.run] ?? '';
  if (labels?.[LABEL.scoringJob] === undefined) return aTrainResult('v1', { run });
  return { kind: 'score', run, version: 'v1', rows: 180_000, atRisk: 20_000, tableVersion: 1, seconds: 1 };
}
