import type { BoostedTrees } from './parse-ubj.ts';
import { layOut, ROOT, type ShapLayout, type TreeWalk } from './shap-layout.ts';
import { meanOf } from './shap-splits.ts';
import { INNER, LAST, POINTS } from './shap-table.ts';
import { fillSlots } from './slots.ts';

/**
 * Exact path-dependent TreeSHAP (Lundberg et al. 2018, algorithm 2): what each feature adds to a row's margin. The same
 * as XGBoost's `pred_contribs`, with trees added in their order and rounded to 32 bits as it does.
 *
 * A path to a leaf of value v whose features j the row follows (o = 1) or not (o = 0), and a share z of the training rows
 * did, contributes to feature i
 *
 *   v (o_i - z_i) times the integral over t from 0 to 1 of the product over j != i of (o_j t + z_j (1 - t)).
 *
 * That is the Shapley value: its weights s! (m - s - 1)! / m! are the integrals of t^s (1 - t)^(m - s - 1). The product is
 * a polynomial, so that a few quadrature points give the integral exactly, and at one point the sum over all leaves is a
 * walk down a tree (products) and back (sums). What depends on the trees alone is worked out beforehand: a split has
 * three states (the row goes left, goes right, or has left the path of this feature above), and each has its numbers.
 * ADR 24 tells of the choice and the time.
 */
export class TreeShap {
  readonly featureCount: number;
  /** The margin of a row of which nothing is known, a 32-bit float. The contributions are added to it. */
  readonly bias: number;
  readonly #layout: ShapLayout;
  readonly #slots: Float32Array;
  /** Of each node of a tree, at each point: the product of the path to it; on the way back, the sum over its leaves. */
  readonly #nodes: Float64Array;
  /** 1 for each branch that the row follows, having followed its feature all the way. */
  readonly #followed: Uint8Array;
  /** Where the numbers of each split's present state are. */
  readonly #state: Uint32Array;
  /** What the present tree contributes. */
  readonly #ofTree: Float64Array;

  constructor({ trees, baseMargin, featureCount }: BoostedTrees) {
    const layout = layOut(trees);
    const splits = layout.feature.length;
    this.featureCount = featureCount;
    this.bias = Math.fround(sum32(trees.map(meanOf)) + baseMargin);
    this.#layout = layout;
    this.#slots = new Float32Array(2 * featureCount);
    this.#nodes = new Float64Array(POINTS * layout.nodes);
    this.#followed = new Uint8Array(2 * splits + 1);
    this.#followed[ROOT] = 1;
    this.#state = new Uint32Array(splits);
    this.#ofTree = new Float64Array(featureCount);
  }

  /**
   * One number a feature, in log odds; with the bias they sum to the row's margin.
   * @param matrix rows of `featureCount` 32-bit floats, NaN where a value is missing
   * @param offset where the row starts
   */
  contributions(matrix: Float32Array, offset = 0): Float32Array {
    const contributions = new Float32Array(this.featureCount);
    const ofTree = this.#ofTree;
    fillSlots(this.#slots, matrix, offset, this.featureCount);
    for (const walk of this.#layout.walks) {
      this.#walkDown(walk);
      this.#endPaths(walk);
      this.#walkBack(walk);
      for (let feature = 0; feature < ofTree.length; feature++) {
        contributions[feature]! += ofTree[feature]!;
        ofTree[feature] = 0;
      }
    }
    return contributions;
  }

  #walkDown({ first, last, shift, weights }: TreeWalk): void {
    const { slot, threshold, above, place, offset, table } = this.#layout;
    const slots = this.#slots;
    const nodes = this.#nodes;
    const followed = this.#followed;
    const states = this.#state;
    for (let point = 0; point < POINTS; point++) nodes[point] = weights[point]!;
    for (let split = first, child = POINTS; split < last; split++, child += 2 * POINTS) {
      const right = Number(slots[slot[split]!]! >= threshold[split]!);
      const open = followed[above[split]!]!;
      followed[2 * split + 1] = open & (1 - right);
      followed[2 * split + 2] = open & right;
      const state = shift + offset[split]! + INNER * (open === 1 ? right : 2);
      states[split] = state;
      const node = place[split]!;
      const a = nodes[node]!;
      const b = nodes[node + 1]!;
      const c = nodes[node + 2]!;
      nodes[child] = a * table[state]!;
      nodes[child + 1] = b * table[state + 1]!;
      nodes[child + 2] = c * table[state + 2]!;
      nodes[child + 3] = a * table[state + 3]!;
      nodes[child + 4] = b * table[state + 4]!;
      nodes[child + 5] = c * table[state + 5]!;
    }
  }

  /** A split with two leaves is walked down and back in one step. */
  #endPaths({ last, end, shift }: TreeWalk): void {
    const { slot, threshold, above, place, offset, table, feature } = this.#layout;
    const slots = this.#slots;
    const nodes = this.#nodes;
    const followed = this.#followed;
    const ofTree = this.#ofTree;
    for (let split = last; split < end; split++) {
      const right = Number(slots[slot[split]!]! >= threshold[split]!);
      const open = followed[above[split]!]!;
      const state = shift + offset[split]! + LAST * (open === 1 ? right : 2);
      const node = place[split]!;
      const a = nodes[node]!;
      const b = nodes[node + 1]!;
      const c = nodes[node + 2]!;
      nodes[node] = a * table[state]!;
      nodes[node + 1] = b * table[state + 1]!;
      nodes[node + 2] = c * table[state + 2]!;
      ofTree[feature[split]!]! += a * table[state + 3]! + b * table[state + 4]! + c * table[state + 5]!;
    }
  }

  #walkBack({ first, last }: TreeWalk): void {
    const { place, table, feature } = this.#layout;
    const nodes = this.#nodes;
    const states = this.#state;
    const ofTree = this.#ofTree;
    let child = POINTS * (2 * (last - first) - 1);
    for (let split = last - 1; split >= first; split--, child -= 2 * POINTS) {
      const state = states[split]!;
      const node = place[split]!;
      const a = nodes[child]!;
      const b = nodes[child + 1]!;
      const c = nodes[child + 2]!;
      const d = nodes[child + 3]!;
      const e = nodes[child + 4]!;
      const f = nodes[child + 5]!;
      nodes[node] = a + d;
      nodes[node + 1] = b + e;
      nodes[node + 2] = c + f;
      ofTree[feature[split]!]! +=
        a * table[state + 6]! +
        b * table[state + 7]! +
        c * table[state + 8]! +
        d * table[state + 9]! +
        e * table[state + 10]! +
        f * table[state + 11]!;
    }
  }
}

function sum32(values: readonly number[]): number {
  return values.reduce((sum, value) => Math.fround(sum + value), 0);
}
