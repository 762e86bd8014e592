import type { StockoutModel } from '@stockout/crds';
import type { DriftMark } from '../../resources/drift-mark.ts';
import { ANNOTATION } from '../../resources/names.ts';
import { timestamp } from '../../set-conditions.ts';

const DAY_MS = 86_400_000;

/**
 * When drift last asked for a training: when it was found and, while it lasts, every day after. Each makes a version only of
 * data that no version of the same spec was trained on, which the Job finds out: only it sees the tables. So there is no
 * more than one a data version, and a day's delivery is not waited for in vain.
 * @param mark as it stands on the record: a finding that is still to be written may be written at another time
 * @returns undefined where drift asks for none
 */
export function retrainingTime(
  model: StockoutModel,
  mark: DriftMark | undefined,
  now: Date,
): string | undefined {
  if (!isRetrained(model)) return undefined;
  const found = Date.parse(mark?.found ?? '');
  const days = Math.floor((now.getTime() - found) / DAY_MS);
  return days >= 0 ? timestamp(new Date(found + days * DAY_MS)) : undefined;
}

/** What follows from drift, for whoever reads of it. */
export function whatFollows(model: StockoutModel): string {
  const { training, data } = model.spec;
  if (training === undefined) return 'an imported model is not trained anew: import one that knows such rows';
  if (isRetrained(model)) return `a version is trained if ${data.rawTable} has data that none was trained on`;
  const isHeldBack = training.suspend && model.spec.monitoring?.drift?.retrain;
  if (isHeldBack) return 'no training starts while spec.training.suspend is true';
  return `to train a version: the annotation ${ANNOTATION.retrainRequestedAt}, or spec.monitoring.drift.retrain`;
}

function isRetrained({ spec: { training, monitoring } }: StockoutModel): boolean {
  return training !== undefined && !training.suspend && monitoring?.drift?.retrain === true;
}
