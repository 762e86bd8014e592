import type { Action } from '../../actions.ts';
import type { KubeObject } from '../../api/kubernetes.ts';
import { isApplied } from '../../resources/applied.ts';
import {
  buildAutoscaler,
  buildReplicas,
  isHandedOver,
  REPLICAS_MANAGER,
  withinBounds,
} from '../../resources/autoscaler.ts';
import { buildDisruptionBudget, needsBudget } from '../../resources/disruption-budget.ts';
import { type ObservedModel, type PredictorState, servingOf } from '../../stockoutmodel/observed.ts';

/** What keeps the serving pods up, and as many as it takes: a budget for drains, an autoscaler where one is asked for. */
export function planAvailability(observed: ObservedModel): Action[] {
  const serving = servingOf(observed);
  return [...planBudget(observed, serving), ...planAutoscaler(observed, serving)];
}

function planBudget({ model, budget }: ObservedModel, serving: PredictorState | undefined): Action[] {
  if (!needsBudget(model)) return drop(budget, 'one pod alone would only hold up drains');
  if (serving === undefined) return [];
  return keep(buildDisruptionBudget(model, serving.color), budget, 'drains take one pod at a time');
}

function planAutoscaler({ model, autoscaler }: ObservedModel, serving: PredictorState | undefined): Action[] {
  const { autoscaling } = model.spec.serving;
  if (autoscaling === undefined) return drop(autoscaler, 'the spec says how many pods there are');
  if (serving === undefined) return [];
  const { minReplicas, maxReplicas } = autoscaling;
  const desired = buildAutoscaler(model, autoscaling, serving.color);
  const why = `it keeps ${minReplicas} to ${maxReplicas} pods of ${serving.color}`;
  return [
    ...keep(desired, autoscaler, why),
    ...handOver(serving, withinBounds(autoscaling, serving.deployment.spec.replicas)),
  ];
}

/** Before we let go of the field, in a write of its own: the next plan sees that it has another owner, and drops it. */
function handOver({ deployment }: PredictorState, replicas: number): Action[] {
  if (isHandedOver(deployment)) return [];
  const onto = deployment.metadata.resourceVersion;
  const object = buildReplicas(deployment, replicas);
  return [
    { verb: 'apply', object, onto, manager: REPLICAS_MANAGER, why: 'replicas are left to the autoscaler' },
  ];
}

function keep(desired: KubeObject, existing: KubeObject | undefined, why: string): Action[] {
  if (isApplied(desired, existing)) return [];
  return [{ verb: 'apply', object: desired, onto: existing?.metadata.resourceVersion, why }];
}

function drop(existing: KubeObject | undefined, why: string): Action[] {
  return existing === undefined ? [] : [{ verb: 'delete', object: existing, why }];
}
