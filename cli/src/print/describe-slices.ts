import type { EvaluateOutcome } from '@stockout/pipeline';
import { shortened } from './fit.ts';
import { count, metric, table } from './table.ts';

type Slices = NonNullable<EvaluateOutcome['slices']>;
type Slice = Slices['stores'][number];

/** --json has all of them. */
const MOST = 10;
const NAME = 28;

/** How good a version is on parts of its test rows, for a terminal of 80 columns. */
export function describeSlices({ ages, weeks, salesClasses, stores, worst }: Slices): string {
  const worstStores = stores.toSorted((a, b) => (a.auc ?? 2) - (b.auc ?? 2)).slice(0, MOST);
  const shown = stores.length > MOST ? `THE ${MOST} WORST OF ${stores.length} STORES` : 'STORE';
  return [
    ...describeGroup('NEW', ages),
    ...describeGroup('WEEK', weeks),
    ...describeGroup('SALES', salesClasses),
    ...describeGroup(shown, worstStores),
    ...describeWorst(worst),
  ].join('\n\n');
}

function describeGroup(head: string, slices: readonly Slice[]): string[] {
  if (slices.length === 0) return [];
  const rows = slices.map(({ name, rows: all, positives, ...of }) => [
    shortened(name, NAME),
    count(all),
    count(positives),
    ...[of.auc, of.prAuc, of.precision, of.recall].map(metric),
  ]);
  return [table([head, 'ROWS', 'STOCKOUT', 'AUC', 'PR-AUC', 'PRECIS.', 'RECALL'], rows)];
}

function describeWorst(worst: Slices['worst']): string[] {
  if (worst.length === 0) return [];
  const rows = worst.map(({ store, product, rows: all, positives, score, missed, falseAlarms }) => [
    shortened(`${store}, ${product}`, NAME),
    count(all),
    count(positives),
    metric(score),
    count(missed),
    count(falseAlarms),
  ]);
  return [table(['WORST SERIES', 'ROWS', 'STOCKOUT', 'SCORE', 'MISSED', 'FALSE ALARMS'], rows)];
}
