import { type Manifest, StockoutError } from '@stockout/contracts';
import type { StockoutModelSpec } from '@stockout/crds';
import { bestCut, cheapestCut } from '../evaluate/cuts.ts';
import type { Ranking } from '../evaluate/ranking.ts';

/**
 * From which score on a row is labelled 1: the spec's own value, or the cut that is best on the validation rows.
 * @param validation the scores of rows that neither train nor test; not looked at for Fixed
 */
export function chooseThreshold(
  { strategy, value, missedStockout, falseAlarm }: StockoutModelSpec['serving']['threshold'],
  validation: Ranking | undefined,
): Manifest['threshold'] {
  if (strategy === 'Fixed') return { strategy, value: Number(value) };
  if (validation === undefined) throw new StockoutError(`threshold ${strategy} needs validation rows`);
  const costs = { missedStockout: Number(missedStockout), falseAlarm: Number(falseAlarm) };
  const cut = strategy === 'F1' ? bestCut(validation) : cheapestCut(validation, costs);
  if (cut === null) throw new StockoutError(`threshold ${strategy}: the validation rows are of one class`);
  return { strategy, value: cut.threshold, ...(strategy === 'Cost' && costs) };
}
