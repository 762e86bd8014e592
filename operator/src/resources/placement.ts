import type { PodSpec, Toleration } from '../api/kubernetes.ts';

/** Which nodes pods may run on, in a pod's own words. */
export interface Placement {
  nodeSelector?: Record<string, string> | undefined;
  tolerations?: Toleration[] | undefined;
}

/**
 * What of it stands in a pod: nothing where nothing is asked for, so that the template, and with it its hash, is that of a
 * spec without these fields; and no empty text, which an API server leaves out.
 */
export function placementOf(placement: Placement = {}): Pick<PodSpec, 'nodeSelector' | 'tolerations'> {
  const { nodeSelector = {}, tolerations = [] } = placement;
  return {
    ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
    ...(tolerations.length === 0 ? {} : { tolerations: tolerations.map(withoutEmptyText) }),
  };
}

function withoutEmptyText(toleration: Toleration): Toleration {
  return Object.fromEntries(Object.entries(toleration).filter(([, value]) => value !== ''));
}
