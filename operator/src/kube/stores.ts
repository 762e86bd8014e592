import type { ScoringJob, StockoutModel } from '@stockout/crds';
import type { ConfigMap, Deployment, Job, KubeObject, Pod, Service } from '../api/kubernetes.ts';
import { LABEL, MANAGED_SELECTOR } from '../resources/names.ts';
import type { Log } from '../log.ts';
import type { KubeClient } from './client.ts';
import {
  CONFIG_MAP,
  DEPLOYMENT,
  JOB,
  type Kind,
  POD,
  SCORING_JOB,
  SERVICE,
  STOCKOUT_MODEL,
} from './kinds.ts';
import { Reflector } from './reflector.ts';
import { Store } from './store.ts';

/** All that the operator knows of the cluster. Children are grouped by `ownerKey`. */
export interface Stores {
  models: Store<StockoutModel>;
  scoringJobs: Store<ScoringJob>;
  jobs: Store<Job>;
  pods: Store<Pod>;
  deployments: Store<Deployment>;
  services: Store<Service>;
  configMaps: Store<ConfigMap>;
}

/** `StockoutModel/namespace/name`, or of a ScoringJob; undefined for an object of neither. */
export function ownerKey({ metadata }: KubeObject): string | undefined {
  const { namespace, labels } = metadata;
  const model = labels?.[LABEL.model];
  const scoringJob = labels?.[LABEL.scoringJob];
  if (model !== undefined) return `StockoutModel/${namespace}/${model}`;
  return scoringJob === undefined ? undefined : `ScoringJob/${namespace}/${scoringJob}`;
}

export function createStores(): Stores {
  return {
    models: new Store(),
    scoringJobs: new Store((job) => `StockoutModel/${job.metadata.namespace}/${job.spec.modelRef.name}`),
    jobs: new Store<Job>(ownerKey),
    pods: new Store<Pod>(ownerKey),
    deployments: new Store<Deployment>(ownerKey),
    services: new Store<Service>(ownerKey),
    configMaps: new Store<ConfigMap>(ownerKey),
  };
}

/** @param namespaces all of them when undefined */
export function createReflectors(
  client: KubeClient,
  stores: Stores,
  namespaces: readonly string[] | undefined,
  log: Log,
): Reflector<never>[] {
  const reflect = <T extends KubeObject>(kind: Kind<T>, store: Store<T>, labelSelector?: string) =>
    (namespaces ?? [undefined]).map(
      (namespace) => new Reflector(client, kind, store, { selection: { namespace, labelSelector } }, log),
    );
  return [
    ...reflect(STOCKOUT_MODEL, stores.models),
    ...reflect(SCORING_JOB, stores.scoringJobs),
    ...reflect(JOB, stores.jobs, MANAGED_SELECTOR),
    ...reflect(POD, stores.pods, MANAGED_SELECTOR),
    ...reflect(DEPLOYMENT, stores.deployments, MANAGED_SELECTOR),
    ...reflect(SERVICE, stores.services, MANAGED_SELECTOR),
    ...reflect(CONFIG_MAP, stores.configMaps, MANAGED_SELECTOR),
  ] as unknown as Reflector<never>[];
}
