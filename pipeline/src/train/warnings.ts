import type { Baseline, Champion, Manifest, Metrics } from '@stockout/contracts';
import type { SplitPlan } from './split-plan.ts';

/** Below this the model tells hardly more than its best feature does by itself. */
const SMALL_GAIN = 0.01;

/** What people should know before they trust the metrics, a sentence each. */
export function buildWarnings(
  plan: SplitPlan,
  metrics: Metrics,
  baseline: Baseline | undefined,
  against: { manifest: Manifest | undefined; champion: Champion | undefined },
): string[] {
  return [
    ...splitWarning(plan),
    ...baselineWarning(metrics, baseline),
    ...championWarning(against.manifest, against.champion),
  ];
}

function splitWarning(plan: SplitPlan): string[] {
  if (plan.strategy !== 'Random') return [];
  return [
    `split Random tests on ${plan.testFraction} of the rows, whose neighbouring days the model has trained on: ` +
      'the metrics are too kind to it; split Time is honest',
  ];
}

function baselineWarning({ auc }: Metrics, baseline: Baseline | undefined): string[] {
  if (auc === null || baseline?.auc == null || auc - baseline.auc >= SMALL_GAIN) return [];
  const more = baseline.direction === 1 ? 'more' : 'less';
  return [
    `${more} ${baseline.feature} alone ranks the rows ${baseline.auc < auc ? 'nearly as well as' : 'no worse than'} ` +
      `the model: AUC ${baseline.auc.toFixed(4)} against ${auc.toFixed(4)}`,
  ];
}

function championWarning(manifest: Manifest | undefined, champion: Champion | undefined): string[] {
  if (manifest === undefined || champion !== undefined) return [];
  return [
    `${manifest.version} could not be compared: the features table lacks features that it needs ` +
      `(it has ${manifest.features.map((feature) => feature.name).join(', ')})`,
  ];
}
