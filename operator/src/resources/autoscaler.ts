import type { StockoutModel } from '@stockout/crds';
import type { Deployment, HorizontalPodAutoscaler, KubeObject } from '../api/kubernetes.ts';
import { withAppliedHash } from './applied.ts';
import { type Color, metadataOf, OPERATOR, predictorName } from './names.ts';

type Autoscaling = NonNullable<StockoutModel['spec']['serving']['autoscaling']>;

/** Owns `replicas` from when we let go of it to when the autoscaler first changes it: without an owner it would be 1. */
export const REPLICAS_MANAGER = `${OPERATOR}-autoscaling`;

/**
 * It scales the Deployment that serves, not the StockoutModel: `spec` is Git's, and an autoscaler that wrote
 * `spec.serving.replicas` would be undone by the next sync.
 */
export function buildAutoscaler(
  model: StockoutModel,
  autoscaling: Autoscaling,
  color: Color,
): HorizontalPodAutoscaler {
  const { name } = model.metadata;
  const { minReplicas, maxReplicas, targetCPUUtilizationPercentage } = autoscaling;
  const target = { type: 'Utilization' as const, averageUtilization: targetCPUUtilizationPercentage };
  return withAppliedHash({
    apiVersion: 'autoscaling/v2',
    kind: 'HorizontalPodAutoscaler',
    metadata: metadataOf(model, name, 'predictor'),
    spec: {
      scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: predictorName(name, color) },
      minReplicas,
      maxReplicas,
      metrics: [{ type: 'Resource', resource: { name: 'cpu', target } }],
    },
  });
}

/** The one field that is handed over, as server-side apply takes it. */
export function buildReplicas({ apiVersion, kind, metadata }: Deployment, replicas: number): KubeObject {
  const { name, namespace } = metadata;
  return { apiVersion, kind, metadata: { name, namespace }, spec: { replicas } } as KubeObject;
}

/** Whether someone besides us owns `replicas`: it stays when we let go. */
export function isHandedOver({ metadata: { managedFields = [] } }: Deployment): boolean {
  return managedFields.some(
    ({ manager, fieldsV1 }) => manager !== OPERATOR && fieldsV1?.['f:spec']?.['f:replicas'] !== undefined,
  );
}

export function withinBounds({ minReplicas, maxReplicas }: Autoscaling, replicas: number): number {
  return Math.min(Math.max(replicas, minReplicas), maxReplicas);
}
