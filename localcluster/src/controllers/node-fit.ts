import type { Node, Pod } from '../types.ts';
import { conditionOf } from './pods.ts';

type Taint = NonNullable<NonNullable<Node['spec']>['taints']>[number];
type Toleration = NonNullable<Pod['spec']['tolerations']>[number];

/** Why a pod may not go to a node, in a real scheduler's words; undefined when it may. */
export function misfitOf(node: Node, { spec }: Pod): string | undefined {
  const labels = node.metadata.labels ?? {};
  const selected = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  if (node.spec?.unschedulable) return 'node(s) were unschedulable';
  if (conditionOf(node.status?.conditions, 'Ready')?.status !== 'True') return 'node(s) were not ready';
  if (!keepsNone(node.spec?.taints ?? [], spec.tolerations ?? [])) return 'node(s) had untolerated taint(s)';
  return selected ? undefined : "node(s) didn't match Pod's node affinity/selector";
}

/** A PreferNoSchedule only makes a node less welcome. */
function keepsNone(taints: readonly Taint[], tolerations: readonly Toleration[]): boolean {
  return taints
    .filter(({ effect }) => effect !== 'PreferNoSchedule')
    .every((taint) => tolerations.some((toleration) => tolerates(toleration, taint)));
}

/** What a toleration leaves out it does not ask for: no effect is every effect, no key (with Exists) every taint. */
function tolerates({ key = '', operator, value = '', effect }: Toleration, taint: Taint): boolean {
  if (effect && effect !== taint.effect) return false;
  if (key !== '' && key !== taint.key) return false;
  return operator === 'Exists' || (key !== '' && value === (taint.value ?? ''));
}
