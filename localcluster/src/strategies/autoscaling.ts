import type { StatusCause } from '../api/api-error.ts';
import { invalidValue, required } from '../registry/metadata.ts';
import type { Strategy } from '../registry/resource.ts';
import type { HorizontalPodAutoscaler } from '../types.ts';

type Rules = NonNullable<NonNullable<HorizontalPodAutoscaler['spec']['behavior']>['scaleUp']>;

const CPU_UTILIZATION = 80;
const PERIOD_SECONDS = 15;
const DOUBLE = { type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS };
const UP: Rules = {
  stabilizationWindowSeconds: 0,
  selectPolicy: 'Max',
  policies: [{ type: 'Pods', value: 4, periodSeconds: PERIOD_SECONDS }, DOUBLE],
};
const DOWN: Rules = { selectPolicy: 'Max', policies: [DOUBLE] };

/** Autoscalers are stored and shown; nothing here measures, so nothing here scales. */
export const autoscalerStrategy: Strategy = {
  defaults(object) {
    const { spec } = object as HorizontalPodAutoscaler;
    if (!spec) return;
    spec.minReplicas ??= 1;
    const target = { type: 'Utilization', averageUtilization: CPU_UTILIZATION };
    spec.metrics ??= [{ type: 'Resource', resource: { name: 'cpu', target } }];
    if (!spec.behavior) return;
    spec.behavior.scaleUp = { ...structuredClone(UP), ...spec.behavior.scaleUp };
    spec.behavior.scaleDown = { ...structuredClone(DOWN), ...spec.behavior.scaleDown };
  },
  create(object) {
    Object.assign(object, { status: { currentMetrics: null, desiredReplicas: 0 } });
  },
  validate(object) {
    const { spec } = object as HorizontalPodAutoscaler;
    return [...validateCounts(spec), ...validateTarget(spec)];
  },
};

type Spec = HorizontalPodAutoscaler['spec'];

function validateCounts({ minReplicas = 1, maxReplicas = 0 }: Spec): StatusCause[] {
  const causes: StatusCause[] = [];
  if (minReplicas < 1) {
    causes.push(invalidValue('spec.minReplicas', minReplicas, 'must be greater than or equal to 1'));
  }
  if (minReplicas === 0) causes.push(FROM_NOTHING);
  if (maxReplicas < 1) causes.push(invalidValue('spec.maxReplicas', maxReplicas, 'must be greater than 0'));
  if (maxReplicas < minReplicas) {
    const why = 'must be greater than or equal to `minReplicas`';
    causes.push(invalidValue('spec.maxReplicas', maxReplicas, why));
  }
  return causes;
}

/** Who measures pods cannot wake up none. */
const FROM_NOTHING: StatusCause = {
  reason: 'FieldValueForbidden',
  message:
    'Forbidden: must specify at least one Object or External metric to support scaling to zero replicas',
  field: 'spec.metrics',
};

function validateTarget({ scaleTargetRef }: Spec): StatusCause[] {
  const { apiVersion = '', kind, name } = scaleTargetRef ?? {};
  const field = 'spec.scaleTargetRef.apiVersion';
  return [
    ...(apiVersion.includes('/')
      ? []
      : [invalidValue(field, apiVersion, 'apiVersion must specify API group')]),
    ...(kind ? [] : [required('spec.scaleTargetRef.kind')]),
    ...(name ? [] : [required('spec.scaleTargetRef.name')]),
  ];
}
