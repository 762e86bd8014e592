import type { Calibration } from '@stockout/contracts';
import { scoreOfMargin } from '@stockout/contracts/probability';
import { BlockTrees } from '../trees/block-trees.ts';
import { FlatTrees } from '../trees/flat-trees.ts';
import type { BoostedTrees } from '../trees/parse-ubj.ts';
import type { OnnxScorer } from './onnx-scorer.ts';

/** From so many rows on blocks take half of what the flat trees do (measured: bench/scorers.ts). */
const BLOCKS_FROM_ROWS = 8;
/** The same of ONNX Runtime. */
const ONNX_FROM_ROWS = 100;

interface Scored {
  calibration: Calibration | undefined;
  boosted: BoostedTrees;
  /** Undefined where blocks score, and nobody has to run it to know that it says the same. */
  onnx: Uint8Array | undefined;
  /** Threads of ONNX Runtime. */
  threads: number;
}

/** The scores of the same rows by each scorer of batches. */
export interface ComparedScores {
  /** Undefined where there is no model.onnx to be run. */
  onnx: Float32Array | undefined;
  /** Undefined where the trees do not suit blocks. */
  blocks: Float32Array | undefined;
}

/**
 * Rows in batches, by whichever scorer is the fastest for so many. ONNX Runtime is started for what needs it only: models
 * whose trees do not suit blocks, and the self-check of a model.onnx that may be another one. Once loaded, the library keeps 45 MB.
 */
export class RowScorer {
  readonly trees: FlatTrees;
  readonly #blocks: BlockTrees | undefined;
  readonly #model: Scored;
  #onnx: Promise<OnnxScorer> | undefined;

  constructor(model: Scored) {
    const scoreOf = scoreOfMargin(model.calibration);
    this.#model = model;
    this.trees = new FlatTrees(model.boosted, scoreOf);
    this.#blocks = BlockTrees.of(model.boosted, scoreOf);
  }

  /**
   * Probabilities of `count` rows, as 32-bit floats.
   * @param matrix rows of the model's features, NaN where a value is missing
   */
  async score(matrix: Float32Array, count: number): Promise<Float32Array> {
    if (count < BLOCKS_FROM_ROWS) return this.trees.scoreAll(matrix, count);
    if (this.#blocks !== undefined) return this.#blocks.scoreAll(matrix, count);
    const onnx = count < ONNX_FROM_ROWS ? undefined : await this.#startOnnx();
    return onnx?.score(matrix, count) ?? this.trees.scoreAll(matrix, count);
  }

  /** @throws when ONNX Runtime is asked, and does not take model.onnx */
  async compare(matrix: Float32Array, count: number): Promise<ComparedScores> {
    const blocks = this.#blocks?.scoreAll(matrix, count);
    return { onnx: await (await this.#startOnnx())?.score(matrix, count), blocks };
  }

  async close(): Promise<void> {
    // One that did not start was told of already.
    const onnx = await this.#onnx?.catch(() => undefined);
    await onnx?.close();
  }

  #startOnnx(): Promise<OnnxScorer> | undefined {
    const { onnx } = this.#model;
    if (onnx !== undefined) this.#onnx ??= this.#loadOnnx(onnx);
    return this.#onnx;
  }

  async #loadOnnx(onnx: Uint8Array): Promise<OnnxScorer> {
    const { OnnxScorer } = await import('./onnx-scorer.ts');
    const { boosted, threads } = this.#model;
    return OnnxScorer.create(onnx, boosted.featureCount, threads);
  }
}
