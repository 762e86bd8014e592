import type { ConfidenceMetric } from '@stockout/contracts';
import { sortByScore } from './sorted-rows.ts';

/** Rows by a score of theirs. */
export interface Scored {
  /** More is more risk; NaN is ranked last. */
  scores: Float32Array;
  /** From which score on a row is labelled 1. */
  threshold: number;
}

/** Which series each row is of, and its label. */
export interface SeriesRows {
  labels: Float32Array;
  /** Numbers from 0. */
  series: Int32Array;
}

type Values = Record<ConfidenceMetric, number>;

/**
 * Rows sorted once, whose metrics can then be taken again and again with other weights of the series: one pass, no
 * sorting, no memory.
 */
export class WeightedRanking {
  /** Highest score first: 4 x series, + 2 at the last row of each score, + 1 where the label is 1. */
  readonly #codes: Int32Array;
  /** Of each series: rows that are 1, rows that are labelled 1, and rows that are both. */
  readonly #positives: Float64Array;
  readonly #warned: Float64Array;
  readonly #hits: Float64Array;

  /** @param count how many series there are */
  constructor({ scores, threshold }: Scored, { labels, series }: SeriesRows, count: number) {
    const rows = scores.length;
    const order = sortByScore(scores);
    this.#codes = new Int32Array(rows);
    this.#positives = new Float64Array(count);
    this.#warned = new Float64Array(count);
    this.#hits = new Float64Array(count);
    for (let i = 0; i < rows; i++) {
      const row = order[i]!;
      const [label, warned] = [Number(labels[row] === 1), Number(scores[row]! >= threshold)];
      const isLast = i + 1 === rows || !isSame(scores[row]!, scores[order[i + 1]!]!);
      const one = series[row]!;
      this.#codes[i] = 4 * one + 2 * Number(isLast) + label;
      this.#positives[one]! += label;
      this.#warned[one]! += warned;
      this.#hits[one]! += label * warned;
    }
  }

  /**
   * AUC, average precision and F1 as in ranking-metrics.ts and confusion.ts, every row counted as often as its series'
   * weight says. NaN where a class is missing.
   */
  measure(weights: Uint16Array): Values {
    return { ...this.#measureRanks(weights), f1: this.#measureF1(weights) };
  }

  #measureRanks(weights: Uint16Array): { auc: number; prAuc: number } {
    const codes = this.#codes;
    let hits = 0;
    let misses = 0;
    let ones = 0;
    let zeros = 0;
    let pairs = 0;
    let precisions = 0;
    for (let i = 0; i < codes.length; i++) {
      const code = codes[i]!;
      const weight = weights[code >> 2]!;
      // Labels come in no order: a jump for each would mispredict half of the time.
      const isOne = code & 1;
      ones += weight * isOne;
      zeros += weight * (1 - isOne);
      if ((code & 2) === 0) continue;
      pairs += zeros * (hits + ones / 2);
      hits += ones;
      misses += zeros;
      precisions += (ones * hits) / (hits + misses + NONE);
      ones = 0;
      zeros = 0;
    }
    return {
      auc: hits > 0 && misses > 0 ? pairs / (hits * misses) : Number.NaN,
      prAuc: hits > 0 ? precisions / hits : Number.NaN,
    };
  }

  #measureF1(weights: Uint16Array): number {
    let [hits, others] = [0, 0];
    for (let one = 0; one < weights.length; one++) {
      const weight = weights[one]!;
      hits += weight * this.#hits[one]!;
      others += weight * (this.#positives[one]! + this.#warned[one]!);
    }
    return others > 0 ? (2 * hits) / others : Number.NaN;
  }
}

/** Keeps 0 / 0 from being NaN, and changes no sum of rows in 64 bits. */
const NONE = Number.MIN_VALUE;

function isSame(score: number, next: number): boolean {
  return score === next || (Number.isNaN(score) && Number.isNaN(next));
}
