import type { StockoutModel } from '@stockout/crds';
import type { PodDisruptionBudget } from '../api/kubernetes.ts';
import { withAppliedHash } from './applied.ts';
import { type Color, metadataOf } from './names.ts';
import { predictorSelector } from './predictor-deployment.ts';

/** Whether there is a second pod that a drain could be told to leave alone; one alone would only hold drains up. */
export function needsBudget({ spec: { serving } }: StockoutModel): boolean {
  return (serving.autoscaling?.maxReplicas ?? serving.replicas) > 1;
}

/**
 * Drains take one serving pod at a time, however many an autoscaler has made. It follows the color that serves: a
 * candidate whose pods are not ready yet must not count against those that are.
 */
export function buildDisruptionBudget(model: StockoutModel, color: Color): PodDisruptionBudget {
  const { name } = model.metadata;
  return withAppliedHash({
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: metadataOf(model, name, 'predictor'),
    spec: {
      maxUnavailable: 1,
      selector: { matchLabels: predictorSelector(name, color) },
      // A pod that crashes serves nobody: it is no reason to keep a node.
      unhealthyPodEvictionPolicy: 'AlwaysAllow',
    },
  });
}
