import type { Manifest, Prediction } from '@stockout/contracts';
import { scoreOfMargin } from '@stockout/contracts/probability';
import { labelOf } from '../batch/score-batch.ts';
import { shortestFloat } from '../shortest-float.ts';
import type { FlatTrees } from '../trees/flat-trees.ts';
import type { BoostedTrees } from '../trees/parse-ubj.ts';
import { TreeShap } from '../trees/tree-shap.ts';
import { type Part, sentenceOf } from './sentence.ts';

/** Of the version: what an explanation has to know. */
export interface ExplainedModel {
  features: readonly { name: string }[];
  threshold: number;
  calibration?: Manifest['calibration'];
}

export type ExplainedPrediction = Required<Prediction>;

/** Scores single rows, and says why. What it needs beyond the scores is made for the first row: most callers never ask. */
export class Explainer {
  readonly #model: ExplainedModel;
  readonly #trees: FlatTrees;
  readonly #parsed: BoostedTrees;
  #shap: TreeShap | undefined;

  constructor(parsed: BoostedTrees, trees: FlatTrees, model: ExplainedModel) {
    this.#model = model;
    this.#trees = trees;
    this.#parsed = parsed;
  }

  /**
   * @param matrix rows in model order, NaN where a value is missing
   * @param offset where the row starts
   * @param top how many contributions are listed, the largest first
   */
  explain(matrix: Float32Array, offset: number, top: number): ExplainedPrediction {
    const shap = (this.#shap ??= new TreeShap(this.#parsed));
    const score = this.#trees.score(matrix, offset);
    const label = labelOf(score, this.#model.threshold);
    const parts = this.#partsOf(matrix, offset, shap.contributions(matrix, offset));
    const sentence = sentenceOf(parts, { score, label, usual: this.#labelOf(shap.bias) });
    parts.sort((a, b) => Math.abs(b.contribution) - Math.abs(a.contribution));
    const explanation = {
      margin: shortestFloat(this.#trees.margin(matrix, offset)),
      bias: shortestFloat(shap.bias),
      contributions: parts.slice(0, top),
      rest: shortestFloat(Math.fround(sumOf(parts.slice(top)))),
      sentence,
    };
    return { stockout_risk_score: score, stockout_risk_label: label, explanation };
  }

  #partsOf(matrix: Float32Array, offset: number, contributions: Float32Array): Part[] {
    return this.#model.features.map(({ name }, index) => {
      const value = matrix[offset + index]!;
      return {
        feature: name,
        value: Number.isNaN(value) ? null : shortestFloat(value),
        contribution: shortestFloat(contributions[index]!),
      };
    });
  }

  #labelOf(margin: number): 0 | 1 {
    return labelOf(scoreOfMargin(this.#model.calibration)(margin), this.#model.threshold);
  }
}

function sumOf(parts: readonly Part[]): number {
  return parts.reduce((sum, { contribution }) => sum + contribution, 0);
}
