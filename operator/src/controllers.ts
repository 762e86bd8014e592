import { isDeepStrictEqual } from 'node:util';
import type { OperatorContext } from './context.ts';
import { Controller } from './controller.ts';
import { keyOf } from './kube/store.ts';
import { ownerKey } from './kube/stores.ts';
import type { KubeObject } from './api/kubernetes.ts';
import { forgetModel, forgetScoringJob } from './metrics.ts';
import { reconcileScoringJob } from './scoringjob/reconcile.ts';
import { reconcileModel } from './stockoutmodel/reconcile.ts';

type SpecObject = KubeObject & { spec: object };

/** Both kinds' controllers, and which change concerns which object. */
export class Controllers {
  readonly #context: OperatorContext;
  readonly #models: Controller;
  readonly #scoringJobs: Controller;

  constructor(context: OperatorContext) {
    this.#context = context;
    this.#models = new Controller('stockoutmodel', context, reconcileModel);
    this.#scoringJobs = new Controller('scoringjob', context, reconcileScoringJob);
    this.#listen();
  }

  async run(signal: AbortSignal): Promise<void> {
    const { models, scoringJobs } = this.#context.stores;
    await Promise.all([
      this.#context.interviewer.run((key) => this.#models.add(key), signal),
      this.#models.run(Array.from(models.values(), keyOf), signal),
      this.#scoringJobs.run(Array.from(scoringJobs.values(), keyOf), signal),
    ]);
  }

  #listen(): void {
    const { stores, metrics } = this.#context;
    stores.models.onChange((model) => {
      const key = keyOf(model);
      this.#models.add(key);
      // Scoring jobs wait for what the model serves.
      for (const job of stores.scoringJobs.inGroup(`StockoutModel/${key}`)) this.#scoringJobs.add(keyOf(job));
      if (stores.models.get(key) === undefined) forgetModel(metrics, model, model.status);
    });
    stores.scoringJobs.onChange((job) => {
      this.#scoringJobs.add(keyOf(job));
      if (stores.scoringJobs.get(keyOf(job)) === undefined) forgetScoringJob(metrics, job);
    });
    const children = [stores.jobs, stores.pods, stores.deployments, stores.services, stores.configMaps];
    for (const store of children) store.onChange((child: KubeObject) => this.#addOwner(child));
    // Their status moves every few seconds, and nothing follows from it.
    for (const store of [stores.budgets, stores.autoscalers]) {
      store.onChange((child: SpecObject, before) => {
        const isGone = store.get(keyOf(child)) === undefined;
        if (isGone || !isDeepStrictEqual(child.spec, before?.spec)) this.#addOwner(child);
      });
    }
    stores.mountFailures.onChange(({ involvedObject: { namespace, name } }) => {
      const pod = stores.pods.get(`${namespace}/${name}`);
      if (pod !== undefined) this.#addOwner(pod);
    });
  }

  #addOwner(child: KubeObject): void {
    const [kind, ...key] = ownerKey(child)?.split('/') ?? [];
    if (kind === 'StockoutModel') this.#models.add(key.join('/'));
    if (kind === 'ScoringJob') this.#scoringJobs.add(key.join('/'));
  }
}
