import { logistic } from '@stockout/contracts/probability';
import { type BlockKernel, startKernel } from './block-kernel.ts';
import { BLOCK_ROWS, layOutForest } from './block-layout.ts';
import { MemoryImage } from './memory-image.ts';
import type { BoostedTrees } from './parse-ubj.ts';
import { SplitTests } from './split-tests.ts';

/** A node's test is a number of 16 bits. Their answers take a megabyte then, and each block computes them all. */
const MOST_TESTS = 2 ** 16;

/**
 * Boosted trees for many rows: 0.3 us a row for 200 trees of depth 6. Margins are those of FlatTrees bit for bit: the same
 * comparisons, and leaves added in tree order, each sum rounded to 32 bits.
 *
 * 128 rows go together, a bit each in a vector of WebAssembly:
 * - Of each feature a row's value is ranked among the thresholds of all trees, once. The rows of a rank or a higher one are
 *   the answer to that threshold's test, for every node that asks it.
 * - A tree takes no steps. All its tests are looked up, and for each level the bits of the rows choose between them.
 *   Choosing among 63 answers takes as long for 128 rows as six steps would for seven.
 * - The steps of a row, a bit a level, are the number of its leaf.
 *
 * Trees of more than eight levels are walked row by row, with the same answers.
 */
export class BlockTrees {
  readonly #featureCount: number;
  readonly #kernel: BlockKernel;
  readonly #forest: number;
  readonly #rows: Float32Array;
  readonly #margins: Float32Array;
  readonly #scoreOf: (margin: number) => number;

  private constructor(boosted: BoostedTrees, tests: SplitTests, scoreOf: (margin: number) => number) {
    const image = new MemoryImage();
    const { forest, rows, margins } = layOutForest(image, boosted, tests);
    this.#featureCount = boosted.featureCount;
    this.#kernel = startKernel(image.pages);
    image.writeTo(this.#kernel.memory);
    this.#forest = forest;
    this.#rows = new Float32Array(this.#kernel.memory, rows, BLOCK_ROWS * boosted.featureCount);
    this.#margins = new Float32Array(this.#kernel.memory, margins, BLOCK_ROWS);
    this.#scoreOf = scoreOf;
  }

  /** Whether the trees split at so few thresholds that blocks pay. */
  static suit(boosted: BoostedTrees): boolean {
    return new SplitTests(boosted).count <= MOST_TESTS;
  }

  /**
   * @param scoreOf from margin to probability, where that is more than the logistic function
   * @returns undefined for trees that split at so many thresholds that this would not pay
   */
  static of(boosted: BoostedTrees, scoreOf = logistic): BlockTrees | undefined {
    const tests = new SplitTests(boosted);
    return tests.count > MOST_TESTS ? undefined : new BlockTrees(boosted, tests, scoreOf);
  }

  /**
   * Probabilities of `count` rows, as 32-bit floats.
   * @param matrix rows of `featureCount` 32-bit floats, NaN where a value is missing
   */
  scoreAll(matrix: Float32Array, count: number): Float32Array {
    const scores = this.margins(matrix, count);
    const scoreOf = this.#scoreOf;
    for (let row = 0; row < count; row++) scores[row] = scoreOf(scores[row]!);
    return scores;
  }

  /** The raw scores of `count` rows before the logistic function. */
  margins(matrix: Float32Array, count: number): Float32Array {
    const all = new Float32Array(count);
    const width = this.#featureCount;
    for (let start = 0; start < count; start += BLOCK_ROWS) {
      const rows = Math.min(BLOCK_ROWS, count - start);
      this.#rows.set(matrix.subarray(start * width, (start + rows) * width));
      this.#kernel.score(this.#forest, rows);
      all.set(this.#margins.subarray(0, rows), start);
    }
    return all;
  }
}
