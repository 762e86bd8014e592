import type { BoostedTrees, Tree } from './parse-ubj.ts';

/** What trees ask of one feature. */
export interface FeatureTests {
  column: number;
  /** Distinct, ascending. */
  thresholds: Float32Array;
  /** Number of the first threshold's test, for nodes that send missing values to the left; 0 where there are none. */
  left: number;
  right: number;
}

/**
 * The distinct tests of all nodes. Boosted trees split at few thresholds (the bins of training, 256 a feature at the most by
 * default), so that most tests are asked more than once. Tests are numbered from 1: 0 is the test that nothing passes.
 */
export class SplitTests {
  readonly features: readonly FeatureTests[];
  /** With the one that nothing passes. */
  readonly count: number;
  readonly #byColumn = new Map<number, { tests: FeatureTests; ranks: Map<number, number> }>();

  constructor({ trees }: BoostedTrees) {
    let count = 1;
    for (const [column, { thresholds, ways }] of collect(trees)) {
      const take = (way: number): number => {
        if (!ways.has(way)) return 0;
        count += thresholds.length;
        return count - thresholds.length;
      };
      const tests = { column, thresholds, left: take(1), right: take(0) };
      const ranks = new Map(Array.from(thresholds, (threshold, rank) => [threshold, rank]));
      this.#byColumn.set(column, { tests, ranks });
    }
    this.features = [...this.#byColumn.values()].map(({ tests }) => tests);
    this.count = count;
  }

  /** Of the test that a node asks. */
  numberOf({ feature, condition, defaultLeft }: Tree, node: number): number {
    const { tests, ranks } = this.#byColumn.get(Number(feature[node]))!;
    const first = Number(defaultLeft[node]) === 1 ? tests.left : tests.right;
    return first + ranks.get(Math.fround(Number(condition[node])))!;
  }
}

interface Asked {
  thresholds: Float32Array;
  /** Values of `defaultLeft` that occur. */
  ways: Set<number>;
}

function collect(trees: readonly Tree[]): [column: number, Asked][] {
  const found = new Map<number, { thresholds: Set<number>; ways: Set<number> }>();
  for (const { left, feature, condition, defaultLeft } of trees) {
    for (let node = 0; node < left.length; node++) {
      if (Number(left[node]) < 0) continue;
      const column = Number(feature[node]);
      const asked = found.get(column) ?? { thresholds: new Set(), ways: new Set() };
      found.set(column, asked);
      asked.thresholds.add(Math.fround(Number(condition[node])));
      asked.ways.add(Number(defaultLeft[node]) === 1 ? 1 : 0);
    }
  }
  return [...found].map(([column, { thresholds, ways }]) => [
    column,
    { thresholds: Float32Array.from(thresholds).sort(), ways },
  ]);
}
