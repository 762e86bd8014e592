import type { StockoutModel } from '@stockout/crds';
import type { KubeObject } from '../../operator/src/api/kubernetes.ts';
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

  /** What controllers do: Jobs begin, and pods go that their Deployment does not want any more. */
  runControllers(): void {
    const { pods, deployments, jobs } = this.stores;
    for (const job of [...jobs.values()].filter(({ status }) => status === undefined)) {
      this.put(jobs, {
        ...job,
        status: { active: 1, startTime: this.now.toISOString().replace('.000', '') },
      });
    }
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
}
