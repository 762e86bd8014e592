import type { TrainOutcome } from '@stockout/pipeline';

/** What --json prints of a trained or evaluated version; a champion only where one was asked for. */
export function trainedJson(outcome: TrainOutcome): object {
  const {
    version,
    uri,
    digest,
    metrics,
    baseline,
    champion,
    confidence,
    coldStart,
    search,
    confusionMatrix,
    gates,
  } = outcome;
  const { warnings, mlflow, untracked, seconds } = outcome;
  return {
    version,
    uri,
    digest,
    metrics,
    baseline,
    ...(champion && { champion }),
    ...(confidence && { confidence }),
    ...(coldStart && { coldStart }),
    ...(search && { search }),
    confusionMatrix,
    gates,
    warnings,
    ...(mlflow && { mlflow }),
    ...(untracked && { untracked }),
    seconds: Math.round(seconds * 1000) / 1000,
  };
}
