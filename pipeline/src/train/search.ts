import type { Search, Trial } from '@stockout/contracts';
import type { PipelineContext } from '../context.ts';
import { evaluateScores } from '../evaluate/metrics.ts';
import type { FeaturesTable } from '../features.ts';
import type { BoosterParams } from '../xgboost/protocol.ts';
import { XGBoost } from '../xgboost/xgboost.ts';
import { drawSettings } from './draw-settings.ts';
import { type Parts, readParts } from './material.ts';
import { boosterParams } from './params.ts';
import { seededRandom } from './seeded-random.ts';
import type { Training } from './supported.ts';

/** Rounds without a gain after which a drawn setting is at its best. */
const PATIENCE = 50;

export interface Searched {
  /** The spec's training section with the best settings in it. */
  training: Training;
  search: Search;
}

/**
 * Tries settings on the validation rows, which lie before the test days: the spec's own, then drawn ones. The best is
 * the one of least log loss there; the test rows are never looked at, so that their metrics stay honest.
 * @param settings how many besides the spec's
 */
export async function searchSettings(
  context: PipelineContext,
  table: FeaturesTable,
  training: Training,
  settings: number,
): Promise<Searched> {
  using parts = await readParts(context, table, training);
  await using xgboost = await XGBoost.start();
  const random = seededRandom(training.params.seed);
  const trials: Trial[] = [];
  let best: { training: Training; trial: Trial } | undefined;
  for (let i = 0; i <= settings; i++) {
    context.signal?.throwIfAborted();
    const params = i === 0 ? training.params : drawSettings(training.params, random);
    const tried = await tryParams(context, xgboost, parts, { params, isDrawn: i > 0, names: table.features });
    const trial = trialOf(training.params, tried);
    context.report?.({ step: describeTrial(i, settings, trial) });
    trials.push(trial);
    if (best === undefined || isBetter(trial, best.trial)) {
      best = { trial, training: { ...training, params: tried.params } };
    }
  }
  const [spec] = trials as [Trial];
  const search: Search = {
    settings: trials.length,
    validationRows: parts.validation.rows,
    spec,
    chosen: best?.trial ?? spec,
  };
  return { training: best?.training ?? training, search };
}

interface Setting {
  params: Training['params'];
  /** Drawn settings find their own number of rounds. */
  isDrawn: boolean;
  names: readonly string[];
}

interface Tried extends Pick<Trial, 'auc' | 'prAuc' | 'logLoss'> {
  /** With the number of rounds that was best. */
  params: Training['params'];
}

async function tryParams(
  { signal }: PipelineContext,
  xgboost: XGBoost,
  { train, validation }: Parts,
  { params, isDrawn, names }: Setting,
): Promise<Tried> {
  const stops = isDrawn ? PATIENCE : params.earlyStoppingRounds;
  const booster: BoosterParams = boosterParams(params, names);
  await using model = await xgboost.train({
    data: train.data,
    evaluation: validation,
    featureNames: names,
    params: booster,
    rounds: params.rounds,
    earlyStoppingRounds: stops,
    signal,
  });
  const { metrics } = evaluateScores(await model.predict(validation), validation.labels, 0.5);
  const { auc, prAuc, logLoss } = metrics;
  const { earlyStoppingRounds: _chosenAlready, ...rest } = params;
  return { params: isDrawn ? { ...rest, rounds: model.rounds } : params, auc, prAuc, logLoss };
}

/** What a trial changed of the spec's params, and what it reached. */
function trialOf(spec: Training['params'], { params, ...metrics }: Tried): Trial {
  const changed = Object.entries(params).filter(
    ([name, value]) => typeof value !== 'object' && value !== spec[name as keyof typeof spec],
  );
  return { params: Object.fromEntries(changed) as Trial['params'], ...metrics };
}

function isBetter(one: Trial, other: Trial): boolean {
  return (one.logLoss ?? Number.POSITIVE_INFINITY) < (other.logLoss ?? Number.POSITIVE_INFINITY);
}

function describeTrial(i: number, settings: number, { params, auc, prAuc, logLoss }: Trial): string {
  const shown = Object.entries(params).map(([name, value]) => `${name} ${value}`);
  const what = i === 0 ? "the spec's own" : shown.join(', ');
  const reached = `AUC ${auc?.toFixed(4)}, PR-AUC ${prAuc?.toFixed(4)}, log loss ${logLoss?.toFixed(4)}`;
  return `setting ${i} of ${settings}: ${reached}: ${what}`;
}
