import type { StockoutModel } from '@stockout/crds';
import { isHandedOver, withinBounds } from '../../resources/autoscaler.ts';
import type { Color } from '../../resources/names.ts';
import type { PredictorState } from '../../stockoutmodel/observed.ts';

/**
 * How many pods a color is to have. With autoscaling as many as serve now, so that a candidate can take all the traffic
 * at once; undefined where the autoscaler says it.
 */
export function replicasOf(
  model: StockoutModel,
  serving: PredictorState | undefined,
  color: Color,
): number | undefined {
  const { autoscaling, replicas } = model.spec.serving;
  if (autoscaling === undefined) return replicas;
  if (serving?.color === color && isHandedOver(serving.deployment)) return undefined;
  return withinBounds(autoscaling, serving?.deployment.spec.replicas ?? autoscaling.minReplicas);
}
