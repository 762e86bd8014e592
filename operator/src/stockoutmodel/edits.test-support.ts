import type { StockoutModel } from '@stockout/crds';
import { expect } from 'vitest';
import type { Deployment, Job, Service } from '../api/kubernetes.ts';
import { ANNOTATION, LABEL } from '../resources/names.ts';
import { aModel } from '../testing/builders.ts';
import { FakeCluster } from '../testing/fake-cluster.ts';
import type { PlayedAnswers } from '../testing/played-answers.ts';
import { DriftStory } from './drift-story.test-support.ts';
import { autoscale, expectScaled } from './edited-scale.test-support.ts';
import { expireComparisons, MadeVersions } from './made-versions.test-support.ts';

export const MINIMA = ['0.9', '0.97', '0.99', '0.999'];
const ANY_COLOR = 'any';

/**
 * A model of people's and of the operator's doing on a cluster of stores, and what must be true of it at every moment.
 * It knows of the operator's rules only what the documentation promises.
 */
export class EditedModel {
  readonly cluster = new FakeCluster(newborn(0));
  readonly #made = new MadeVersions();
  readonly drift = new DriftStory(this.cluster);
  #births = 0;
  #serving: string | undefined;
  /** What serves, while somebody deleted its pods and these are not up again; ANY_COLOR when its Service went, too. */
  #comingBack: string | undefined;

  edit(what: string, change: (spec: StockoutModel['spec']) => void): void {
    this.cluster.edit(what, change);
    this.live();
  }

  annotate(name: keyof typeof ANNOTATION, value: string): void {
    const { model, stores } = this.cluster;
    const annotations = { ...model.metadata.annotations, [ANNOTATION[name]]: value };
    this.cluster.put(stores.models, { ...model, metadata: { ...model.metadata, annotations } });
    this.live();
  }

  /** Kubernetes removes what the old one owned; what lies in storage stays. */
  recreate(): void {
    const { stores } = this.cluster;
    this.cluster.note('the model is deleted, and made anew');
    for (const store of Object.values(stores)) {
      for (const object of store.values()) store.delete(object as never);
    }
    this.#serving = undefined;
    this.#comingBack = undefined;
    this.drift.forget();
    this.cluster.put(stores.models, newborn(++this.#births));
    this.live();
  }

  /** A person deletes the Deployment that serves, and its pods with it. */
  deleteDeployment(): void {
    const color = this.#selected();
    const { deployments } = this.cluster.stores;
    const deployment = deployments.get(`shop/retail-${color}`);
    if (deployment === undefined) return;
    this.cluster.note('the Deployment that serves is deleted');
    this.#comingBack = color;
    deployments.delete(deployment);
    this.live();
  }

  deleteService(): void {
    const { services } = this.cluster.stores;
    const service = services.get('shop/retail');
    if (service === undefined) return;
    this.cluster.note('the Service is deleted');
    // Another Deployment of that version may be on its way: a new Service leads there.
    if (this.#comingBack !== undefined && this.#comingBack === this.#selected()) this.#comingBack = ANY_COLOR;
    services.delete(service);
    this.live();
  }

  /** The Job that trains, if any, comes to its end. */
  endTraining(well: boolean): void {
    const [job] = this.#running('train');
    if (job === undefined) return;
    this.cluster.finishJob(
      job,
      well
        ? this.#made.train(job, this.cluster.now)
        : { kind: 'failure', exitCode: 2, message: 'no such table' },
    );
    this.live();
  }

  /** The Job that compares a version with what serves, if any, comes to its end. */
  endComparison(well: boolean): void {
    const [job] = this.#running('evaluate');
    if (job === undefined) return;
    this.cluster.finishJob(
      job,
      well ? this.#made.compare(job) : { kind: 'failure', exitCode: 1, message: 'no answer' },
    );
    this.live();
  }

  /** The raw table has another version. */
  deliver(): void {
    this.#made.deliver();
  }

  /** What pods tell of drift, from now on. */
  tell(drift: PlayedAnswers['drift']): void {
    this.cluster.answers.drift = drift;
    this.live();
  }

  /** The Job that looks for versions in storage, if any, finds all that there are. */
  endSearch(): void {
    const [job] = this.#running('recover');
    if (job === undefined) return;
    const { packed } = this.#made;
    this.cluster.finishJob(job, { kind: 'recover', packed, absent: [], passedOver: [], left: [] });
    this.live();
  }

  /** Pods of a color come up, or make no progress. */
  deployed(color: string, what: 'bringUp' | 'stall'): void {
    const name = `retail-${color}`;
    if (this.cluster.stores.deployments.get(`shop/${name}`) === undefined) return;
    // Pods that serve and are well do not stop being so for no reason.
    if (what === 'stall' && this.#selected() === color) return;
    this.cluster[what](name);
    this.live();
  }

  autoscale(replicas: number): void {
    autoscale(this.cluster, replicas);
    this.live();
  }

  pass(seconds: number): void {
    this.cluster.pass(seconds);
    expireComparisons(this.cluster);
    this.live();
  }

  /** The operator dies after some writes, and another one begins. */
  interrupt(writes: number): void {
    this.cluster.step(writes);
    this.#expectSafe();
    this.live();
  }

  /** Reconciles until nothing is left to do, looking at every step. @throws Error when there is no end */
  live(): void {
    for (let round = 0; round < 20; round++) {
      const plan = this.cluster.step();
      this.#expectSafe();
      if (!this.#isPaused) this.drift.look(plan);
      if (plan.chains.flat().length === 0) return this.#expectTold();
    }
    throw new Error(`no end:\n${this.cluster.log.slice(-30).join('\n')}`);
  }

  /** People wait, and everything works: whatever stood in the way is gone. */
  allIsWell(): void {
    this.annotate('paused', 'false');
    this.edit('it may train, and in another way', (spec) => {
      spec.training!.suspend = false;
      spec.training!.resources = { limits: { memory: '8Gi' } };
    });
    this.edit('what was given up is tried again', (spec) => {
      spec.serving.resources = { limits: { memory: '4Gi' } };
    });
    for (let round = 0; round < 4 || this.#running('evaluate').length > 0; round++) {
      this.endSearch();
      this.endTraining(true);
      this.endComparison(true);
      for (const color of ['blue', 'green']) this.deployed(color, 'bringUp');
      this.pass(601);
    }
  }

  /** A pin that passes serves; without one what serves is the newest that passes, or was better once. */
  expectArrived(): void {
    const { spec } = this.cluster.model;
    const { version: pin, policy } = spec.promotion;
    const records = this.#records();
    if (pin !== undefined && records.includes(pin) && this.#passes(pin, this.#serving))
      expect(this.#serving, this.#story()).toBe(pin);
    if (pin === undefined && policy === 'Automatic') {
      const best = records
        .filter((version) => this.#passes(version, this.#serving))
        .toSorted(byNumber)
        .at(-1);
      if (best !== undefined)
        expect(numberOf(this.#serving), this.#story()).toBeGreaterThanOrEqual(numberOf(best));
    }
  }

  #expectSafe(): void {
    expect(this.#running('train').length, `one training at a time\n${this.#story()}`).toBeLessThanOrEqual(1);
    expect(
      this.#running('evaluate').length,
      `one comparison at a time\n${this.#story()}`,
    ).toBeLessThanOrEqual(1);
    const color = this.#selected();
    // What is deleted while the operator is paused comes back after it.
    if (color === undefined) {
      if (!this.#isPaused) expect(this.#serving, `somebody serves\n${this.#story()}`).toBeUndefined();
      return;
    }
    const deployment = this.cluster.stores.deployments.get(`shop/retail-${color}`);
    if (this.#isDown(color, deployment)) return;
    expect(readyOf(deployment), `whoever gets the traffic is up\n${this.#story()}`).toBeGreaterThan(0);
    expect(deployment?.spec.replicas, this.#story()).toBeGreaterThan(0);
    const version = deployment?.metadata.labels?.[LABEL.version];
    if (version !== this.#serving)
      expect(this.#passes(version, this.#serving), `${version} passed\n${this.#story()}`).toBe(true);
    this.#serving = version;
  }

  /** Its pods are still to come up again, and are of no other version. */
  #isDown(color: string, deployment: Deployment | undefined): boolean {
    const isComing = this.#comingBack === color || this.#comingBack === ANY_COLOR;
    if (!isComing || readyOf(deployment) > 0) {
      this.#comingBack = undefined;
      return false;
    }
    if (deployment !== undefined)
      expect(deployment.metadata.labels?.[LABEL.version], this.#story()).toBe(this.#serving);
    return true;
  }

  get #isPaused(): boolean {
    return this.cluster.model.metadata.annotations?.[ANNOTATION.paused] === 'true';
  }

  #expectTold(): void {
    const { status, metadata, spec } = this.cluster.model;
    const ready = this.cluster.condition('Ready');
    expect(status?.observedGeneration).toBe(metadata.generation);
    const deployment = this.cluster.stores.deployments.get(`shop/retail-${this.#selected()}`);
    if (deployment !== undefined) expect(status?.servingVersion, this.#story()).toBe(this.#serving);
    const isRolledOut = this.cluster.condition('RolledOut')?.status === 'True';
    if (deployment !== undefined && isRolledOut && !this.#isPaused)
      expectScaled(this.cluster, deployment, this.#story());
    expect(status?.latestVersion).toBe(this.#records().toSorted(byNumber).at(-1));
    this.drift.expectTold(this.#story());
    if (ready?.status !== 'True') return;
    expect(this.#serving, this.#story()).toBeDefined();
    const { version: pin } = spec.promotion;
    if (pin !== undefined && !this.#isPaused) expect(this.#serving, this.#story()).toBe(pin);
  }

  #running(what: 'recover' | 'train' | 'evaluate'): Job[] {
    const jobs = [...this.cluster.stores.jobs.values()];
    return jobs.filter(
      ({ metadata, status }) =>
        metadata.name.startsWith(`retail-${what}-`) && status?.conditions === undefined,
    );
  }

  #selected(): string | undefined {
    const service: Service | undefined = this.cluster.stores.services.get('shop/retail');
    const color = service?.spec.selector[LABEL.color];
    return color === 'none' ? undefined : color;
  }

  #records(): string[] {
    const records = [...this.cluster.stores.configMaps.values()];
    return records
      .map(({ metadata }) => metadata.labels?.[LABEL.version])
      .filter((version) => version !== undefined);
  }

  /** @param before what it follows: nothing that is newer may be worse, as no training compares here */
  #passes(version: string | undefined, before: string | undefined): boolean {
    const auc = this.#made.aucOf(version);
    const isNewer = before !== undefined && numberOf(version) > numberOf(before);
    const drop = isNewer ? this.#made.aucOf(before) - auc : 0;
    return this.cluster.model.spec.gates.every(
      ({ min = '0', maxDropFromServing = '1' }) => auc >= Number(min) && drop <= Number(maxDropFromServing),
    );
  }

  #story(): string {
    return this.cluster.log.slice(-40).join('\n');
  }
}

function newborn(birth: number): StockoutModel {
  const spec = {
    training: { params: { rounds: 200 } },
    serving: { service: { type: 'ClusterIP' as const } },
    monitoring: { drift: { psiThreshold: '0.2', retrain: true } },
  };
  return aModel(spec, { uid: `model-${birth}` });
}

const readyOf = (deployment: Deployment | undefined): number => deployment?.status?.readyReplicas ?? 0;
const numberOf = (version: string | undefined): number => Number(version?.slice(1) ?? 0);
const byNumber = (a: string, b: string): number => numberOf(a) - numberOf(b);
