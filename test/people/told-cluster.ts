import type { StockoutModel } from '@stockout/crds';
import type { Deployment, KubeObject } from '../../operator/src/api/kubernetes.ts';
import { keyOf, type Store } from '../../operator/src/kube/store.ts';
import { LABEL } from '../../operator/src/resources/names.ts';
import { newsOf } from '../../operator/src/stockoutmodel/news.ts';
import { FakeCluster } from '../../operator/src/testing/fake-cluster.ts';

export interface ToldEvent {
  type: 'Normal' | 'Warning';
  reason: string;
  message: string;
  at: Date;
}

/** Keeps the Events that the operator tells as the status changes. */
export class ToldCluster extends FakeCluster {
  readonly events: ToldEvent[] = [];

  override put<T extends KubeObject>(store: Store<T>, object: T): void {
    const before = this.stores.models.get(keyOf(object));
    if (before !== undefined && object.kind === 'StockoutModel') {
      const { status } = object as unknown as StockoutModel;
      const news = status === undefined ? [] : newsOf(before, status);
      this.events.push(...news.map((each) => ({ ...each, at: this.now })));
    }
    super.put(store, object);
  }

  /** What controllers do: Jobs begin, pods go that their Deployment does not want any more, and those that are left are counted. */
  runControllers(): void {
    this.#beginJobs();
    this.#removePods();
    for (const deployment of this.stores.deployments.values()) this.#count(deployment);
  }

  #beginJobs(): void {
    const { jobs } = this.stores;
    for (const job of [...jobs.values()].filter(({ status }) => status === undefined)) {
      this.put(jobs, {
        ...job,
        status: { active: 1, startTime: this.now.toISOString().replace('.000', '') },
      });
    }
  }

  #removePods(): void {
    const { pods, deployments } = this.stores;
    for (const pod of pods.values()) {
      const { labels, namespace } = pod.metadata;
      const color = labels?.[LABEL.color];
      if (color === undefined) continue;
      const deployment = deployments.get(`${namespace}/${this.model.metadata.name}-${color}`);
      const isWanted =
        (deployment?.spec.replicas ?? 0) > 0 &&
        deployment?.metadata.labels?.[LABEL.version] === labels?.[LABEL.version];
      if (!isWanted) pods.delete(pod);
    }
  }

  /** Once of each spec: what comes of its pods later, the story says. */
  #count(deployment: Deployment): void {
    const { labels = {}, generation = 0 } = deployment.metadata;
    const { replicas } = deployment.spec;
    if ((deployment.status?.observedGeneration ?? 0) >= generation) return;
    const up = [...this.stores.pods.values()].filter(
      ({ metadata, status }) =>
        [LABEL.color, LABEL.version].every((label) => metadata.labels?.[label] === labels[label]) &&
        status?.containerStatuses?.every(({ ready }) => ready),
    ).length;
    const counts = { replicas, updatedReplicas: replicas, readyReplicas: up, availableReplicas: up };
    this.put(this.stores.deployments, {
      ...deployment,
      status: { ...counts, observedGeneration: generation },
    });
  }
}
