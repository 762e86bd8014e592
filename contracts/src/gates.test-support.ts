import { type Gate, type GateInputs, type GateVerdict, judgeGates } from './gates.ts';
import { METRIC_NAMES, type Metrics } from './metrics.ts';

const metricsOf = (changes: Partial<Metrics> = {}): Metrics => ({
  ...(Object.fromEntries(METRIC_NAMES.map((name) => [name, null])) as Metrics),
  ...changes,
});
export const candidate = (metrics: Partial<Metrics>, rest: Partial<GateInputs> = {}): GateInputs => ({
  metrics: metricsOf(metrics),
  ...rest,
});
export const champion = (metrics: Partial<Metrics>, version = 'v1') => ({
  champion: { version, metrics: metricsOf(metrics) },
});
export const baseline = (auc: number | null) => ({
  baseline: { feature: 'inventory', direction: -1 as const, auc, prAuc: null, f1: null },
});

export function judge(gate: Gate, inputs: GateInputs, serving?: string): GateVerdict {
  const [verdict] = judgeGates([gate], inputs, serving);
  if (verdict === undefined) throw new Error('no verdict');
  return verdict;
}
