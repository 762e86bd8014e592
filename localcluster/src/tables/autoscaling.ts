import type { Column } from '../registry/resource.ts';
import type { HorizontalPodAutoscaler } from '../types.ts';
import { ageColumn, nameColumn, text } from './columns.ts';

type Spec = HorizontalPodAutoscaler['spec'];
type Target = NonNullable<NonNullable<Spec['metrics']>[number]['resource']>['target'];

export const autoscalerColumns: Column[] = [
  nameColumn,
  text<HorizontalPodAutoscaler>('Reference', ({ spec }) => {
    return `${spec.scaleTargetRef.kind}/${spec.scaleTargetRef.name}`;
  }),
  text<HorizontalPodAutoscaler>('Targets', ({ spec }) => targets(spec)),
  text<HorizontalPodAutoscaler>('MinPods', ({ spec }) => String(spec.minReplicas ?? '<unset>')),
  text<HorizontalPodAutoscaler>('MaxPods', ({ spec }) => String(spec.maxReplicas)),
  text<HorizontalPodAutoscaler>('Replicas', ({ status }) => String(status?.currentReplicas ?? 0)),
  ageColumn,
];

/** What is measured is unknown: nothing here measures. */
function targets({ metrics = [] }: Spec): string {
  const known = metrics.map(({ resource, pods, object, external }) => {
    if (resource) return `${resource.name}: <unknown>/${amount(resource.target)}`;
    return `<unknown>/${amount((pods ?? object ?? external)?.target)}`;
  });
  return known.length === 0 ? '<none>' : known.join(', ');
}

function amount(target: Target | undefined): string {
  const { averageValue, averageUtilization, value } = target ?? {};
  if (averageUtilization !== undefined) return `${averageUtilization}%`;
  return averageValue ?? value ?? '<auto>';
}
