import { isDeepStrictEqual } from 'node:util';
import type { FailureResult, RunResult } from '@stockout/contracts';
import type { Condition, StockoutModel } from '@stockout/crds';
import { type Action, describeAction } from '../actions.ts';
import type { Deployment, Job, KubeObject, Pod, Service } from '../api/kubernetes.ts';
import { keyOf, type Store } from '../kube/store.ts';
import { createStores } from '../kube/stores.ts';
import { timestamp } from '../set-conditions.ts';
import type { Settings } from '../settings.ts';
import { frozen } from './frozen.ts';
import { ownerOfReplicas, ownReplicas } from './owned-replicas.ts';
import { PlayedAnswers } from './played-answers.ts';
import { predictorPod } from './played-pods.ts';
import { LABEL } from '../resources/names.ts';
import { observeModel } from '../stockoutmodel/observe.ts';
import type { ObservedModel } from '../stockoutmodel/observed.ts';
import { type ModelPlan, planModel } from '../stockoutmodel/plan.ts';
import { modelStatusOf } from '../stockoutmodel/status.ts';
import { NOW, SETTINGS } from './builders.ts';

/** As an API server answers a write on top of an old object. */
class Conflict extends Error {}

/**
 * The operator's plans, played on stores alone: actions change them as an API server would, and the test says what
 * kubelets and controllers do. Every action, and every change of a condition, goes to the log.
 */
export class FakeCluster {
  readonly stores = createStores();
  readonly log: string[] = [];
  now = NOW;
  /** What the predictors tell; they reproduce their golden predictions unless a test says otherwise. */
  answers = new PlayedAnswers();
  podNetwork = SETTINGS.podNetwork;
  #version = 0;

  constructor(model: StockoutModel) {
    this.put(this.stores.models, model);
  }

  get #settings(): Settings {
    return { ...SETTINGS, podNetwork: this.podNetwork };
  }

  get model(): StockoutModel {
    return [...this.stores.models.values()][0] as StockoutModel;
  }

  get serving(): string | undefined {
    return this.model.status?.servingVersion;
  }

  condition(type: string): Condition | undefined {
    return this.model.status?.conditions?.find((condition) => condition.type === type);
  }

  note(text: string): void {
    this.log.push('', `# ${text}`);
  }

  put<T extends KubeObject>(store: Store<T>, object: T): void {
    const resourceVersion = String(++this.#version);
    const uid = object.metadata.uid ?? `uid-${resourceVersion}`;
    store.set(frozen({ ...object, metadata: { ...object.metadata, uid, resourceVersion } }));
  }

  /** A person changes the spec. */
  edit(what: string, change: (spec: StockoutModel['spec']) => void): void {
    this.note(what);
    const model = structuredClone(this.model);
    change(model.spec);
    model.metadata.generation = (model.metadata.generation ?? 0) + 1;
    this.put(this.stores.models, model);
  }

  pass(seconds: number): void {
    this.now = new Date(this.now.getTime() + seconds * 1000);
    this.note(`${seconds} s later`);
  }

  /** Reconciles until there is nothing left to do. */
  settle(): ModelPlan {
    for (let round = 0; round < 20; round++) {
      const plan = this.step();
      if (plan.chains.flat().length === 0) return plan;
    }
    throw new Error(`the plans go round in circles:\n${this.log.slice(-20).join('\n')}`);
  }

  /** One reconcile, as if the operator died after `limit` actions. */
  step(limit = Infinity): ModelPlan {
    const observed = this.observe();
    const plan = planModel(observed, this.#settings, this.now);
    const done = this.#play(plan.chains, limit);
    if (done) this.#tell(modelStatusOf(observed, plan, undefined, this.now));
    return plan;
  }

  observe(): ObservedModel {
    const observed = observeModel(this.stores, keyOf(this.model), this.answers);
    if (observed === undefined) throw new Error('no model');
    return observed;
  }

  /** A reconcile on a cache that is behind in what is given. Its status is refused, as the model's is not the newest. */
  stepSeeing(old: Partial<ObservedModel>): void {
    this.#play(planModel({ ...this.observe(), ...old }, this.#settings, this.now).chains, Infinity);
  }

  /** Whether all was done, or refused as outdated, within the limit. */
  #play(chains: readonly Action[][], limit: number): boolean {
    let left = limit;
    for (const chain of chains) {
      try {
        for (const action of chain) {
          if (left-- <= 0) return false;
          this.#perform(action);
        }
      } catch (error) {
        if (!(error instanceof Conflict)) throw error;
      }
    }
    return true;
  }

  #tell(status: NonNullable<StockoutModel['status']>): void {
    const before = this.model.status?.conditions ?? [];
    for (const { type, status: value, reason, message } of status.conditions ?? []) {
      const old = before.find((condition) => condition.type === type);
      if (old?.status === value && old.message === message) continue;
      this.log.push(`  ${type} ${value} ${reason}: ${message}`);
    }
    this.put(this.stores.models, { ...this.model, status });
  }

  #perform(action: Action): void {
    this.log.push(describeAction(action));
    const store = this.#storeOf(action.object);
    const key = `${action.object.metadata.namespace}/${action.object.metadata.name}`;
    const existing = store.get(key);
    this.#refuseIfChanged(action.given);
    if (action.verb === 'finalize') {
      if (existing !== undefined) this.put(store, action.object);
    } else if (action.verb === 'delete') {
      const { uid } = action.object.metadata;
      if (uid === undefined) throw new TypeError(`${key} is to go by its uid`);
      if (existing?.metadata.uid === uid) store.delete(existing);
    } else if (action.verb === 'apply') {
      if (existing?.metadata.resourceVersion !== action.onto) throw new Conflict(key);
      const object = ownReplicas(action, existing);
      const isNew = !isDeepStrictEqual(specOf(existing), specOf(object));
      const generation = (existing?.metadata.generation ?? 0) + (isNew ? 1 : 0);
      this.put(store, {
        ...existing,
        ...object,
        metadata: { ...existing?.metadata, ...object.metadata, generation },
      });
    } else if (existing === undefined) this.put(store, action.object);
  }

  #refuseIfChanged(given: KubeObject | undefined): void {
    if (given === undefined) return;
    const now = this.#storeOf(given).get(keyOf(given));
    if (now?.metadata.resourceVersion !== given.metadata.resourceVersion) throw new Conflict(keyOf(given));
  }

  #storeOf({ kind }: KubeObject): Store<KubeObject> {
    const { models, jobs, deployments, services, configMaps, budgets, autoscalers } = this.stores;
    const stores = {
      StockoutModel: models,
      Job: jobs,
      Deployment: deployments,
      Service: services,
      ConfigMap: configMaps,
      PodDisruptionBudget: budgets,
      HorizontalPodAutoscaler: autoscalers,
    };
    return stores[kind as keyof typeof stores] as unknown as Store<KubeObject>;
  }

  /** The one Job of a name that begins so and has not ended. */
  runningJob(prefix: string): Job {
    const found = [...this.stores.jobs.values()].filter(
      (job) => job.metadata.name.startsWith(prefix) && job.status?.conditions === undefined,
    );
    if (found.length !== 1) throw new Error(`${found.length} Jobs ${prefix}* run`);
    return found[0] as Job;
  }

  /** A Job's pod leaves its result and the Job ends. */
  finishJob(job: Job, result: RunResult | FailureResult | undefined): void {
    const exitCode = result === undefined || result.kind === 'failure' ? 2 : 0;
    this.note(`${job.metadata.name} ${exitCode === 0 ? 'is done' : 'fails'}`);
    const left = result && 'run' in result ? { ...result, run: job.metadata.labels?.[LABEL.run] } : result;
    if (left !== undefined) this.put(this.stores.pods, podOf(job, exitCode, JSON.stringify(left)));
    const type = exitCode === 0 ? 'Complete' : 'Failed';
    const condition = { type, status: 'True', lastTransitionTime: this.now.toISOString() };
    this.put(this.stores.jobs, { ...job, status: { conditions: [condition] } });
  }

  /** A controller brings up a Deployment's pods, or some of them. */
  bringUp(name: string, ready?: number): void {
    const deployment = this.#deployment(name);
    const { replicas } = deployment.spec;
    const up = ready ?? replicas;
    this.note(`${up} of ${replicas} pods of ${name} are ready`);
    const counts = { replicas, updatedReplicas: replicas, readyReplicas: up, availableReplicas: up };
    this.#status(deployment, counts);
    for (let index = 0; index < up; index++) this.put(this.stores.pods, predictorPod(deployment, index));
  }

  /** A container of its first pod ends and is started again. */
  crash(name: string, reason: string): void {
    const pod = predictorPod(this.#deployment(name), 0);
    this.note(`${pod.metadata.name} ends: ${reason}`);
    const [status] = pod.status?.containerStatuses ?? [];
    const terminated = { exitCode: 137, reason, finishedAt: timestamp(this.now) };
    if (status !== undefined) Object.assign(status, { restartCount: 1, lastState: { terminated } });
    this.put(this.stores.pods, pod);
  }

  /** While a template is replaced: so many pods of the new one are ready, the rest are of the old one. */
  replacePods(name: string, replaced: number): void {
    const deployment = this.#deployment(name);
    const { replicas } = deployment.spec;
    this.note(`${replaced} of ${replicas} pods of ${name} are replaced`);
    const counts = { updatedReplicas: replaced, readyReplicas: replicas, availableReplicas: replicas };
    this.#status(deployment, { replicas, ...counts });
  }

  /** An autoscaler writes the scale of a Deployment. */
  autoscale(name: string, replicas: number): void {
    const deployment = this.#deployment(name);
    this.note(`the autoscaler wants ${replicas} pods of ${name}`);
    const { generation = 0 } = deployment.metadata;
    const metadata = {
      ...deployment.metadata,
      generation: generation + 1,
      managedFields: [ownerOfReplicas('autoscaler')],
    };
    this.put(this.stores.deployments, { ...deployment, metadata, spec: { ...deployment.spec, replicas } });
  }

  /** Its pods make no progress for progressDeadlineSeconds. */
  stall(name: string): void {
    this.note(`${name} makes no progress`);
    const reason = 'ProgressDeadlineExceeded';
    const { status } = this.#deployment(name);
    this.#status(this.#deployment(name), {
      ...status,
      conditions: [{ type: 'Progressing', status: 'False', reason }],
    });
  }

  #deployment(name: string): Deployment {
    const deployment = this.stores.deployments.get(`${this.model.metadata.namespace}/${name}`);
    if (deployment === undefined) throw new Error(`no Deployment ${name}`);
    return deployment;
  }

  #status(deployment: Deployment, status: NonNullable<Deployment['status']>): void {
    const observedGeneration = deployment.metadata.generation ?? 0;
    this.put(this.stores.deployments, { ...deployment, status: { ...status, observedGeneration } });
  }

  giveAddress(ip: string): void {
    this.note(`the load balancer has the address ${ip}`);
    const service = [...this.stores.services.values()][0] as Service;
    this.put(this.stores.services, { ...service, status: { loadBalancer: { ingress: [{ ip }] } } });
  }
}

function specOf(object: KubeObject | undefined): unknown {
  return (object as { spec?: unknown } | undefined)?.spec;
}

/** A pod of a Job that ended. */
export function podOf(job: Job, exitCode: number, message: string): Pod {
  const { name, namespace, labels, uid = '' } = job.metadata;
  const [container] = job.spec.template.spec.containers;
  const owner = { apiVersion: 'batch/v1', kind: 'Job', name, uid, controller: true };
  const terminated = { exitCode, reason: 'Completed', message, finishedAt: '2026-11-23T12:00:00Z' };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${name}-${labels?.[LABEL.run] ?? ''}-pod`,
      namespace,
      labels: labels ?? {},
      ownerReferences: [owner],
    },
    status: {
      phase: exitCode === 0 ? 'Succeeded' : 'Failed',
      containerStatuses: [
        { name: container?.name ?? '', ready: false, restartCount: 0, state: { terminated } },
      ],
    },
  };
}
