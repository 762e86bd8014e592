import type { Feature } from '@stockout/contracts';
import type { History, OutdatedSeries, SeriesFeatures } from '@stockout/features';
import { MOST_ROWS } from '../batch/explain-batch.ts';
import { labelOf } from '../batch/score-batch.ts';
import type { Explainer } from '../explain/explainer.ts';
import { type FieldError, MAX_ERRORS, WHOLE_BODY } from '../features.ts';
import { SCORE_BOUNDS, type ScoreSummary } from '../metrics/score-summary.ts';
import { Tally } from '../metrics/tally-histogram.ts';
import type { FlatTrees } from '../trees/flat-trees.ts';
import { type GivenHistory, seriesKey } from './read-history.ts';
import { dayText } from './read-value.ts';

/** What a version scores with. */
export interface Scorer {
  features: readonly Feature[];
  trees: FlatTrees;
  explainer: Explainer;
  threshold: number;
}

/** What an answer shows besides scores. */
export interface Shown {
  /** The features that were made and scored. */
  features: boolean;
  /** How many contributions of each score, the largest first; 0 for no explanation. */
  explain: number;
}

export type HistoryAnswer =
  | { kind: 'scored'; json: Uint8Array<ArrayBuffer>; summary: ScoreSummary }
  | { kind: 'wrong'; errors: FieldError[] };

/**
 * The features and the score of each given store x product, as of its last day.
 */
export async function scoreHistory(
  given: GivenHistory,
  history: History,
  scorer: Scorer,
  shown: Shown,
): Promise<HistoryAnswer> {
  if (shown.explain > 0 && given.last.size > MOST_ROWS) {
    const message = `asks for ${given.last.size} series, and ${MOST_ROWS} are explained at a time: send fewer, or leave out ?explain`;
    return { kind: 'wrong', errors: [{ field: given.prefix || WHOLE_BODY, message }] };
  }
  const made = await history.features(given.columns);
  if ('outdated' in made)
    return { kind: 'wrong', errors: made.outdated.map((one) => tellOutdated(one, given)) };
  const places = new Map([...given.last.keys()].map((series, place) => [series, place]));
  const place = ({ store, product }: SeriesFeatures) => places.get(seriesKey(store, product)) ?? 0;
  const series = made.toSorted((a, b) => place(a) - place(b));
  const errors = series.flatMap((one) => unusable(one, scorer.features, given)).slice(0, MAX_ERRORS);
  return errors.length > 0 ? { kind: 'wrong', errors } : render(series, scorer, shown);
}

function fieldOf(store: string, product: string, { last, prefix }: GivenHistory): string {
  return `${prefix}[${last.get(seriesKey(store, product)) ?? 0}]`;
}

function tellOutdated({ store, product, day, from }: OutdatedSeries, given: GivenHistory): FieldError {
  return {
    field: fieldOf(store, product, given),
    message: `is of ${day}, and the model was trained on rows up to ${from} from which it has its means: send the rows up to ${from} or later`,
  };
}

/** What POST /predict would refuse is refused here: a value that was there on every row of the training. */
function unusable(series: SeriesFeatures, features: readonly Feature[], given: GivenHistory): FieldError[] {
  const field = fieldOf(series.store, series.product, given);
  return features.flatMap(({ name, nullable }, index) => {
    const value = series.values[index] ?? null;
    if (value === null) {
      return nullable ? [] : [{ field, message: leavesUnknown(name) }];
    }
    return Number.isFinite(Math.fround(value)) ? [] : [{ field, message: `makes ${name} overflow 32 bits` }];
  });
}

function leavesUnknown(feature: string): string {
  const needed = feature.startsWith('region_product_') ? ': send the region of the store' : '';
  return `leaves ${feature} unknown, which the model has always known${needed}`;
}

function render(
  series: readonly SeriesFeatures[],
  { features, trees, explainer, threshold }: Scorer,
  shown: Shown,
): HistoryAnswer {
  const tally = new Tally(SCORE_BOUNDS);
  const row = new Float32Array(features.length);
  let atRisk = 0;
  const predictions = series.map(({ store, product, day, values }) => {
    row.set(values.map((value) => value ?? Number.NaN));
    const score = trees.score(row);
    const label = labelOf(score, threshold);
    atRisk += label;
    tally.observe(score);
    return {
      store_id: store,
      product_id: product,
      date: dayText(day),
      stockout_risk_score: score,
      stockout_risk_label: label,
      ...(shown.explain > 0 && { explanation: explainer.explain(row, 0, shown.explain).explanation }),
      ...(shown.features && {
        features: Object.fromEntries(features.map(({ name }, index) => [name, values[index] ?? null])),
      }),
    };
  });
  const summary = { rows: series.length, atRisk, ...tally.snapshot() };
  // With memory of its own, which can change threads.
  return { kind: 'scored', json: new TextEncoder().encode(JSON.stringify(predictions)), summary };
}
