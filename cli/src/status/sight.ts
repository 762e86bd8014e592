import type { ScoringJob, StockoutModel } from '@stockout/crds';
import { DEPLOYMENT, JOB, type Kind, KubeError, POD, SCORING_JOB, SERVICE } from '@stockout/operator/kube';
import {
  type Deployment,
  type Job,
  type KubeObject,
  LABEL,
  MANAGED_SELECTOR,
  type Pod,
  type Service,
} from '@stockout/operator/outlook';
import type { Cluster } from '../cluster/cluster.ts';
import { whereOf } from '../cluster/models.ts';
import { inWords } from '../cluster/refusals.ts';

/** All that there is to see of a model. */
export interface Sight {
  model: StockoutModel;
  scoringJobs: readonly ScoringJob[];
  pods: readonly Pod[];
  deployments: readonly Deployment[];
  services: readonly Service[];
  jobs: readonly Job[];
  /** Kinds that the person who asks may not read, in the plural. */
  hidden: readonly string[];
}

/** Looks at what belongs to these models. @param namespace all of them when undefined */
export async function lookAt(
  cluster: Cluster,
  namespace: string | undefined,
  models: readonly StockoutModel[],
): Promise<Sight[]> {
  const hidden: string[] = [];
  const [only] = models;
  const selector =
    models.length === 1 ? `${MANAGED_SELECTOR},${LABEL.model}=${only?.metadata.name}` : MANAGED_SELECTOR;
  const list = async <T extends KubeObject>(kind: Kind<T>, labelSelector?: string): Promise<T[]> => {
    try {
      return (await cluster.client.list(kind, { namespace, labelSelector })).items;
    } catch (error) {
      // Whoever may read models alone is told of these.
      if (!(error instanceof KubeError) || error.code !== 403) throw inWords(error, whereOf(namespace));
      hidden.push(kind.plural);
      return [];
    }
  };
  const [scoringJobs, pods, deployments, services, jobs] = await Promise.all([
    list(SCORING_JOB),
    list(POD, selector),
    list(DEPLOYMENT, selector),
    list(SERVICE, selector),
    list(JOB, selector),
  ]);
  const seen = { scoringJobs, pods, deployments, services, jobs, hidden: hidden.toSorted() };
  return models.map((model) => sightOf(model, seen));
}

/** What of all that was seen belongs to one model. */
export function sightOf(model: StockoutModel, seen: Omit<Sight, 'model'>): Sight {
  const { name, namespace } = model.metadata;
  const isIts = ({ metadata }: KubeObject): boolean =>
    metadata.namespace === namespace && metadata.labels?.[LABEL.model] === name;
  return {
    model,
    scoringJobs: seen.scoringJobs.filter(
      ({ metadata, spec }) => metadata.namespace === namespace && spec.modelRef.name === name,
    ),
    pods: seen.pods.filter(isIts),
    deployments: seen.deployments.filter(isIts),
    services: seen.services.filter(isIts),
    jobs: seen.jobs.filter(isIts),
    hidden: seen.hidden,
  };
}
