import { nextFloat } from './histogram.ts';
import { countClasses, type Ranking } from './ranking.ts';

/** A cut: every row whose score is at least `threshold` is labelled 1. */
interface Cut {
  threshold: number;
}

/** The cut with the best F1. null without a row of class 1. */
export function bestCut(ranking: Ranking): (Cut & { f1: number }) | null {
  const { positives } = countClasses(ranking);
  if (positives === 0) return null;
  let best = { threshold: Number.POSITIVE_INFINITY, f1: 0 };
  let [hits, seen] = [0, 0];
  for (let i = 0; i < ranking.values.length; i++) {
    hits += ranking.positives[i] as number;
    seen += (ranking.positives[i] as number) + (ranking.negatives[i] as number);
    const f1 = (2 * hits) / (seen + positives);
    if (f1 > best.f1) best = { threshold: ranking.values[i] as number, f1 };
  }
  return best;
}

/** What an error costs, in any unit. */
export interface ErrorCosts {
  missedStockout: number;
  falseAlarm: number;
}

/**
 * What every cut costs a row, (missedStockout x missed + falseAlarm x false alarms) / rows, from the cut that warns of
 * nothing to the one that warns of everything. Only for scores that are numbers.
 */
export function costOfCuts(ranking: Ranking, costs: ErrorCosts): (Cut & { cost: number })[] {
  const { positives, negatives } = countClasses(ranking);
  const rows = positives + negatives;
  if (rows === 0) return [];
  let [missed, falseAlarms] = [positives, 0];
  const costNow = (): number => (missed * costs.missedStockout + falseAlarms * costs.falseAlarm) / rows;
  // Above the highest score nothing is warned of: that has a threshold too.
  const cuts = [{ threshold: nextFloat(ranking.values[0] as number), cost: costNow() }];
  for (let i = 0; i < ranking.values.length; i++) {
    missed -= ranking.positives[i] as number;
    falseAlarms += ranking.negatives[i] as number;
    cuts.push({ threshold: ranking.values[i] as number, cost: costNow() });
  }
  return cuts;
}

/** The cut of least cost (Elkan 2001, The Foundations of Cost-Sensitive Learning); of equals the one that warns least. */
export function cheapestCut(ranking: Ranking, costs: ErrorCosts): (Cut & { cost: number }) | null {
  let best: (Cut & { cost: number }) | null = null;
  for (const cut of costOfCuts(ranking, costs)) {
    if (best === null || cut.cost < best.cost) best = cut;
  }
  return best;
}
