import type { Baseline, Champion, Manifest, Metrics } from '@stockout/contracts';
import type { Judgement } from '../evaluate/judge-scores.ts';
import type { FeaturesTable } from '../features.ts';
import { parseSplitPlan, type SplitPlan } from './split-plan.ts';

/** Below this the model tells hardly more than its best feature does by itself. */
const SMALL_GAIN = 0.01;

/** What people should know before they trust the metrics, a sentence each. */
export function buildWarnings(
  plan: SplitPlan,
  { evaluation, baseline, disguised }: Pick<Judgement, 'evaluation' | 'baseline' | 'disguised'>,
  against: { manifest: Manifest | undefined; champion: Champion | undefined },
): string[] {
  return [
    ...splitWarning(plan),
    ...disguised.map(disguiseWarning),
    ...(disguised.length > 0 ? [] : baselineWarning(evaluation.metrics, baseline)),
    ...championWarning(against.manifest, against.champion),
    ...seenWarning(plan, against.manifest),
  ];
}

/** Of rows that were fetched from a cluster as far as this machine's disk held them. */
export function sampleWarning({
  table,
  rows,
  share,
}: Pick<FeaturesTable, 'table' | 'rows' | 'share'>): string[] {
  if (share === 1) return [];
  const percent = Number((100 * share).toFixed(1));
  return [
    `trained and judged on a sample: ${percent}% of the store x products of table ${table} (of ${rows} rows), ` +
      'which is what this machine’s disk holds: give the pod a larger temporary volume to learn from more',
  ];
}

function splitWarning(plan: SplitPlan): string[] {
  if (plan.strategy !== 'Random') return [];
  return [
    `split Random tests on ${plan.testFraction} of the rows, whose neighbouring days the model has trained on: ` +
      'the metrics are too kind to it; split Time is honest',
  ];
}

function disguiseWarning({ feature, auc }: Baseline): string {
  const perfectly = auc === 1 ? 'perfectly' : 'almost perfectly';
  return (
    `feature ${feature} alone ranks the test rows ${perfectly} (AUC ${auc?.toFixed(4)}): it may be the label in disguise, ` +
    'something only known afterwards; make sure that it is known on the day, or leave its column out'
  );
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
    `${manifest.version} could not be compared: the data does not yield all features that it needs ` +
      `(${manifest.features.map((feature) => feature.name).join(', ')})`,
  ];
}

/** A champion that has trained on the test rows knows them by heart: a candidate can only lose against it. */
function seenWarning(plan: SplitPlan, champion: Manifest | undefined): string[] {
  if (champion === undefined || !mayHaveSeen(plan, parseSplitPlan(champion.split))) return [];
  return [
    `${champion.version} may have trained on some of these test rows (its split is ${champion.split.strategy}): ` +
      'the comparison is too kind to it',
  ];
}

function mayHaveSeen(plan: SplitPlan, theirs: SplitPlan): boolean {
  // Of a random split the leak is told already, whoever the champion is.
  if (plan.strategy === 'Random') return false;
  if (plan.strategy === 'Time' && theirs.strategy === 'Time') return theirs.trainTo >= plan.testFrom;
  return JSON.stringify(plan) !== JSON.stringify(theirs);
}
