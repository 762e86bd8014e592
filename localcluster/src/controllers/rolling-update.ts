import type { Deployment, ReplicaSet } from '../types.ts';

export interface Scale {
  set: ReplicaSet;
  replicas: number;
}

/** A count, or a share of the replicas rounded as Kubernetes does. */
function resolveCount(
  value: number | string | undefined,
  total: number,
  round: (share: number) => number,
): number {
  if (typeof value === 'number') return value;
  return round((Number.parseInt(value ?? '25%', 10) * total) / 100);
}

/** How many pods may be too many, and too few. Both zero would never move: then one may be missing. */
export function limits({ spec }: Deployment): { surge: number; unavailable: number } {
  const replicas = spec.replicas ?? 1;
  const { maxSurge, maxUnavailable } = spec.strategy?.rollingUpdate ?? {};
  const surge = resolveCount(maxSurge, replicas, Math.ceil);
  const unavailable = resolveCount(maxUnavailable, replicas, Math.floor);
  return surge === 0 && unavailable === 0 ? { surge, unavailable: 1 } : { surge, unavailable };
}

/** The replicas that each ReplicaSet gets now, on the way to all of them in the current one. */
export function planScales(
  deployment: Deployment,
  current: ReplicaSet | undefined,
  others: ReplicaSet[],
): Scale[] {
  const wanted = deployment.spec.replicas ?? 1;
  if (!current) return [];
  if (deployment.spec.strategy?.type === 'Recreate') {
    return [{ set: current, replicas: wanted }, ...others.map((set) => ({ set, replicas: 0 }))];
  }
  const { surge, unavailable } = limits(deployment);
  const running = others.reduce((sum, set) => sum + size(set), 0);
  const room = wanted + surge - running - size(current);
  const grown = size(current) > wanted ? wanted : Math.min(wanted, size(current) + Math.max(0, room));
  const scales: Scale[] = [{ set: current, replicas: grown }];
  const ready = [current, ...others].reduce((sum, set) => sum + (set.status?.availableReplicas ?? 0), 0);
  let spare = Math.max(0, ready - (wanted - unavailable));
  for (const set of others.toSorted((a, b) => size(a) - size(b))) {
    // Pods that are not available can go at once: nobody is served by them.
    const broken = Math.max(0, size(set) - (set.status?.availableReplicas ?? 0));
    const reducible = current.status?.replicas === undefined ? 0 : broken;
    const healthy = Math.min(spare, size(set) - reducible);
    spare -= healthy;
    if (reducible + healthy > 0) scales.push({ set, replicas: size(set) - reducible - healthy });
  }
  return scales;
}

function size(set: ReplicaSet | undefined): number {
  return set?.spec.replicas ?? 0;
}
