import type { Isotonic } from '@stockout/contracts';
import type { Ranking } from '../evaluate/ranking.ts';

/** Rows that share a risk. */
interface Block {
  rows: number;
  /** Sum of the scores, and of the labels. */
  scores: number;
  positives: number;
}

/** Enough for any curve that the eye can tell, and small in a manifest. */
const MAX_KNOTS = 48;
/**
 * How steep the map may be. Scorers add up leaves in different orders, so that their scores differ by up to 1.5e-7
 * (measured: test/parity); after the map they must still agree within 1e-6. A jump would make labels of roundings.
 */
const MAX_SLOPE = 4;

/**
 * Isotonic calibration: the rising map from score to risk that fits the labels best (least squares), by pooling
 * adjacent violators (Ayer et al. 1955), each pool a knot at its mean score, with lines between (centered isotonic
 * regression, Oron and Flournoy 2017). Knots that would make it steeper or finer than a table needs are pooled too.
 * @param ranking the validation rows by their uncalibrated scores; of both classes
 */
export function fitIsotonic(ranking: Ranking): Isotonic {
  const blocks = poolWhere(poolViolators(ranking));
  const knots = blocks.length > 1 ? blocks : [...blocks, ...blocks];
  return {
    method: 'Isotonic',
    // A single pool is a constant: its knots are the ends of the scale.
    scores: blocks.length > 1 ? knots.map(scoreOf) : [0, 1],
    risks: knots.map(riskOf),
  };
}

/** From the least score up: a pool whose risk is not above the one before joins it. */
export function poolViolators({ values, positives, negatives }: Ranking): Block[] {
  const pools: Block[] = [];
  for (let i = values.length - 1; i >= 0; i--) {
    const rows = positives[i]! + negatives[i]!;
    let pool: Block = { rows, scores: values[i]! * rows, positives: positives[i]! };
    for (let last = pools.at(-1); last && riskOf(last) >= riskOf(pool); last = pools.at(-1)) {
      pool = merge(last, pool);
      pools.pop();
    }
    pools.push(pool);
  }
  return pools;
}

/** Merges neighbours, the steepest first, then the most alike, until the table is as it may be. */
function poolWhere(blocks: Block[]): Block[] {
  const pooled = [...blocks];
  while (pooled.length > 1) {
    const steepest = largest(pooled, (low, high) => (riskOf(high) - riskOf(low)) / (scoreOf(high) - scoreOf(low))); // prettier-ignore
    const alike = largest(pooled, (low, high) => riskOf(low) - riskOf(high));
    const at = steepest.value > MAX_SLOPE ? steepest.at : pooled.length > MAX_KNOTS ? alike.at : -1;
    if (at < 0) break;
    pooled.splice(at, 2, merge(pooled[at]!, pooled[at + 1]!));
  }
  return pooled;
}

function largest(blocks: readonly Block[], measure: (low: Block, high: Block) => number) {
  let best = { at: -1, value: Number.NEGATIVE_INFINITY };
  for (let at = 0; at + 1 < blocks.length; at++) {
    const value = measure(blocks[at]!, blocks[at + 1]!);
    if (value > best.value) best = { at, value };
  }
  return best;
}

function merge(a: Block, b: Block): Block {
  return { rows: a.rows + b.rows, scores: a.scores + b.scores, positives: a.positives + b.positives };
}

function scoreOf({ scores, rows }: Block): number {
  return scores / rows;
}

export function riskOf({ positives, rows }: Block): number {
  return positives / rows;
}
