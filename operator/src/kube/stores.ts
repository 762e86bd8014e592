import type { ScoringJob, StockoutModel } from '@stockout/crds';
import type {
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  Job,
  KubeEvent,
  KubeObject,
  Pod,
  PodDisruptionBudget,
  Service,
} from '../api/kubernetes.ts';
import { LABEL, MANAGED_SELECTOR } from '../resources/names.ts';
import type { Log } from '../log.ts';
import type { KubeClient, Selection } from './client.ts';
import {
  AUTOSCALER,
  CONFIG_MAP,
  DEPLOYMENT,
  DISRUPTION_BUDGET,
  EVENT,
  JOB,
  type Kind,
  POD,
  SCORING_JOB,
  SERVICE,
  STOCKOUT_MODEL,
} from './kinds.ts';
import { Reflector, type ReflectorOptions, withoutManagedFields } from './reflector.ts';
import { Store } from './store.ts';

type Kept<T> = Pick<Selection, 'fieldSelector' | 'labelSelector'> & Pick<ReflectorOptions<T>, 'trim'>;

const MOUNT_FAILURES = 'involvedObject.kind=Pod,reason=FailedMount';

/** All that the operator knows of the cluster. Children are grouped by `ownerKey`. */
export interface Stores {
  models: Store<StockoutModel>;
  scoringJobs: Store<ScoringJob>;
  jobs: Store<Job>;
  pods: Store<Pod>;
  deployments: Store<Deployment>;
  services: Store<Service>;
  configMaps: Store<ConfigMap>;
  budgets: Store<PodDisruptionBudget>;
  autoscalers: Store<HorizontalPodAutoscaler>;
  /** Of pods that wait for a volume, grouped by the pod's uid: a missing Secret shows nowhere else. */
  mountFailures: Store<KubeEvent>;
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
    budgets: new Store<PodDisruptionBudget>(ownerKey),
    autoscalers: new Store<HorizontalPodAutoscaler>(ownerKey),
    mountFailures: new Store<KubeEvent>(({ involvedObject }) => involvedObject.uid),
  };
}

/** The Events of a pod, in these stores. */
export function mountFailuresIn({ mountFailures }: Stores): (pod: KubeObject) => KubeEvent[] {
  return ({ metadata: { uid } }) => (uid === undefined ? [] : mountFailures.inGroup(uid));
}

/** Of pods only what became of them is looked at; what they are, a manifest among it, is in what made them. */
function fateOf(pod: Pod): Pod {
  const { spec: _, ...rest } = withoutManagedFields(pod);
  const { annotations: __, ...metadata } = rest.metadata;
  return { ...rest, metadata };
}

/** @param namespaces all of them when undefined */
export function createReflectors(
  client: KubeClient,
  stores: Stores,
  namespaces: readonly string[] | undefined,
  log: Log,
): Reflector<never>[] {
  const reflect = <T extends KubeObject>(kind: Kind<T>, store: Store<T>, kept: Kept<T> = {}) =>
    (namespaces ?? [undefined]).map((namespace) => {
      const { trim, ...selectors } = kept;
      const options = { selection: { namespace, ...selectors }, trim };
      return new Reflector(client, kind, store, options, log);
    });
  const managed = { labelSelector: MANAGED_SELECTOR };
  return [
    ...reflect(STOCKOUT_MODEL, stores.models),
    ...reflect(SCORING_JOB, stores.scoringJobs),
    ...reflect(JOB, stores.jobs, managed),
    ...reflect(POD, stores.pods, { ...managed, trim: fateOf }),
    // Whether its replicas have been handed over to an autoscaler is seen there.
    ...reflect(DEPLOYMENT, stores.deployments, { ...managed, trim: (deployment) => deployment }),
    ...reflect(SERVICE, stores.services, managed),
    ...reflect(CONFIG_MAP, stores.configMaps, managed),
    ...reflect(DISRUPTION_BUDGET, stores.budgets, managed),
    ...reflect(AUTOSCALER, stores.autoscalers, managed),
    ...reflect(EVENT, stores.mountFailures, { fieldSelector: MOUNT_FAILURES }),
  ] as unknown as Reflector<never>[];
}
