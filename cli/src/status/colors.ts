import { ANNOTATION, firstTrouble, type KubeObject, LABEL, type Pod } from '@stockout/operator/outlook';
import type { Sight } from './sight.ts';

/** A predictor's Deployment, or what is left of it. */
export interface ColorReport {
  color: string;
  version: string;
  /** Whether the Service leads there. */
  serves: boolean;
  /** Why it was given up as a candidate. */
  givenUp?: string;
  /** Pods that are wanted. */
  replicas: number;
  pods: PodReport[];
}

interface PodReport {
  name: string;
  /** Another than its color's while pods are replaced one by one. */
  version: string;
  ready: boolean;
  restarts: number;
  /** Why it does not get going. */
  trouble?: string;
}

/** What serves first. */
export function colorsOf({ model, pods, deployments }: Sight): ColorReport[] {
  const { selector = '' } = model.status ?? {};
  const serving = selector
    .split(',')
    .map((part) => part.split('='))
    .find(([label]) => label === LABEL.color)?.[1];
  const colors = [...pods, ...deployments].map(({ metadata }) => metadata.labels?.[LABEL.color]);
  return [...new Set(colors)]
    .filter((color) => color !== undefined)
    .toSorted((a, b) => Number(b === serving) - Number(a === serving))
    .map((color) => {
      const isIts = ({ metadata }: KubeObject): boolean => metadata.labels?.[LABEL.color] === color;
      const deployment = deployments.find(isIts);
      const own = pods.filter(isIts).toSorted((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
      const labels = (deployment ?? own[0])?.metadata.labels;
      const givenUp = deployment?.metadata.annotations?.[ANNOTATION.givenUp];
      return {
        color,
        version: labels?.[LABEL.version] ?? '',
        serves: color === serving,
        ...(givenUp === undefined ? {} : { givenUp }),
        replicas: deployment?.spec.replicas ?? own.length,
        pods: own.map(podOf),
      };
    });
}

function podOf(pod: Pod): PodReport {
  const { metadata, status } = pod;
  const ready = status?.conditions?.find(({ type }) => type === 'Ready');
  const restarts = (status?.containerStatuses ?? []).reduce((sum, each) => sum + each.restartCount, 0);
  const trouble = metadata.deletionTimestamp === undefined ? firstTrouble([pod], () => []) : 'it ends';
  return {
    name: metadata.name,
    version: metadata.labels?.[LABEL.version] ?? '',
    ready: ready?.status === 'True',
    restarts,
    ...(trouble === undefined ? {} : { trouble }),
  };
}
