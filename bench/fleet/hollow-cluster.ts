import type { RunResult } from '@stockout/contracts';
import type {
  Deployment,
  Job,
  KubeObject,
  Pod,
  PodTemplate,
  Service,
} from '../../operator/src/api/kubernetes.ts';
import { DEPLOYMENT, JOB, type Kind, POD, SERVICE } from '../../operator/src/kube/kinds.ts';
import { Reflector } from '../../operator/src/kube/reflector.ts';
import { Store } from '../../operator/src/kube/store.ts';
import { LABEL, MANAGED_SELECTOR } from '../../operator/src/resources/names.ts';
import { aTrainResult } from '../../operator/src/testing/builders.ts';
import type { Cluster } from './cluster.ts';
import { PREDICTOR_ADDRESS, startPredictor } from './hollow-predictor.ts';

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
  readonly #predictor = startPredictor();

  constructor(cluster: Cluster) {
    this.#cluster = cluster;
    this.#follow(JOB, new Store<Job>(), (job) => this.#finish(job));
    this.#follow(DEPLOYMENT, new Store<Deployment>(), (deployment) => this.#bringUp(deployment));
    this.#follow(SERVICE, new Store<Service>(), (service) => this.#giveAddress(service));
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    await Promise.all(this.#running);
    (await this.#predictor).close();
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
    const made = await this.#createPod(job, `${job.metadata.name}-0`, job.spec.template);
    const now = instant();
    const message = JSON.stringify(resultOf(job));
    const terminated = { exitCode: 0, reason: 'Completed', message, startedAt: now, finishedAt: now };
    const containerStatuses = [{ ...containerOf(made), ready: false, state: { terminated } }];
    await this.#cluster.patchStatus(POD, made, { phase: 'Succeeded', containerStatuses });
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
    const { name, namespace, labels, generation } = deployment.metadata;
    const { replicas, template } = deployment.spec;
    this.#scaled.get(`${namespace}/${labels?.[LABEL.model]}/${replicas}`)?.();
    for (let i = 0; i < replicas; i++) {
      const pod = `${name}-${i}`;
      if (this.#seen.has(pod)) continue;
      this.#seen.add(pod);
      const made = await this.#createPod(deployment, pod, template);
      await this.#cluster.patchStatus(POD, made, running(made));
    }
    const counts = {
      replicas,
      updatedReplicas: replicas,
      readyReplicas: replicas,
      availableReplicas: replicas,
    };
    await this.#cluster.patchStatus(DEPLOYMENT, deployment, { observedGeneration: generation, ...counts });
  }

  #createPod(of: Job | Deployment, name: string, { metadata, spec }: PodTemplate): Promise<Pod> {
    const { apiVersion, kind, metadata: made } = of;
    const { namespace, uid = '' } = made;
    // There are no ReplicaSets here, and the operator takes no other pods for a Deployment's.
    const owner =
      kind === 'Deployment'
        ? { apiVersion, kind: 'ReplicaSet', name: `${made.name}-0`, uid, controller: true }
        : { apiVersion, kind, name: made.name, uid, controller: true };
    const pod = { metadata: { ...metadata, name, namespace, ownerReferences: [owner] }, spec };
    return this.#cluster.create<Pod>(POD, pod, namespace);
  }

  async #giveAddress(service: Service): Promise<void> {
    if (service.spec.type !== 'LoadBalancer' || service.status?.loadBalancer?.ingress !== undefined) return;
    await this.#cluster.patchStatus(SERVICE, service, {
      loadBalancer: { ingress: [{ ip: '192.0.2.1', ipMode: 'VIP' }] },
    });
  }
}

function running(pod: Pod): object {
  const now = instant();
  const conditions = ['ContainersReady', 'Ready'].map((type) => ({
    type,
    status: 'True',
    lastTransitionTime: now,
  }));
  const containerStatuses = [{ ...containerOf(pod), ready: true, state: { running: { startedAt: now } } }];
  const podIPs = [{ ip: PREDICTOR_ADDRESS }];
  return { phase: 'Running', podIP: PREDICTOR_ADDRESS, podIPs, conditions, containerStatuses };
}

function containerOf({ spec }: Pod): object {
  const [container] = spec?.containers ?? [];
  return { name: container?.name, image: container?.image, imageID: '', restartCount: 0 };
}

function instant(): string {
  return new Date().toISOString().replace(/\.\d+/, '');
}

function resultOf({ metadata: { labels } }: Job): RunResult {
  const run = labels?.[LABEL.run] ?? '';
  if (labels?.[LABEL.scoringJob] === undefined) return aTrainResult('v1', { run });
  return { kind: 'score', run, version: 'v1', rows: 180_000, atRisk: 20_000, tableVersion: 1, seconds: 1 };
}
