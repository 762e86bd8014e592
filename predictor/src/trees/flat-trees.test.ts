import { logistic } from '@stockout/contracts';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encode } from '@shelacek/ubjson';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TINY, tinyManifest } from '../testing/fixture.ts';
import { growTree } from '../testing/grow-tree.ts';
import { combTree } from '../testing/shaped-trees.ts';
import { FlatTrees } from './flat-trees.ts';
import { type BoostedTrees, parseUbj, type Tree } from './parse-ubj.ts';

const tiny = parseUbj(await readFile(join(TINY, 'model.ubj')));

describe('flat trees', () => {
  it("give XGBoost's own margins bit for bit", async () => {
    const trees = new FlatTrees(tiny);
    const { golden } = await tinyManifest();
    for (const { features, margin, score } of golden) {
      const row = Float32Array.from(features, (value) => value ?? Number.NaN);
      expect(trees.margin(row)).toBe(margin);
      expect(Math.abs(trees.score(row) - score)).toBeLessThan(1e-7);
    }
  });

  it('send missing values both ways: the fixture has both', () => {
    const ways = new Set(tiny.trees.flatMap((each) => splitsOf(each).map((node) => each.defaultLeft[node])));
    expect([...ways].toSorted()).toEqual([0, 1]);
  });

  it('walk any forest as a plain recursive walk does', () => {
    const value = fc.oneof(fc.constantFrom(NaN, 0, 1, -1), fc.float({ noDefaultInfinity: true }));
    const forest = fc.array(fc.integer({ min: 0, max: 2 ** 31 }), { maxLength: 11 });
    const check = fc.property(forest, fc.array(value, { minLength: 3, maxLength: 3 }), (seeds, values) => {
      const grown = {
        trees: seeds.map((seed) => growTree(seed)),
        baseMargin: Math.fround(0.3),
        featureCount: 3,
        featureNames: [],
      };
      const row = Float32Array.from(values);
      expect(new FlatTrees(grown).margin(row)).toBe(plainMargin(grown, row));
    });
    fc.assert(check, { numRuns: 300 });
  });

  it('hold trees of more than 65,535 nodes', () => {
    const grown = { trees: [combTree(40_000)], baseMargin: 0, featureCount: 3, featureNames: [] };
    const row = Float32Array.of(30_000.5, 0, 0);
    expect(new FlatTrees(grown).margin(row)).toBe(plainMargin(grown, row));
  });

  it('answer 0 and 1 at the ends', () => {
    expect(logistic(-200)).toBe(0);
    expect(logistic(200)).toBe(1);
  });
});

describe('a model.ubj', () => {
  const param = { base_score: '5E-1', num_feature: '2' };

  it.each([
    ['[5.98E-1]', Math.log(0.598 / 0.402)],
    ['5E-1', 0],
  ])('starts at the logit of base_score %s', (base_score, margin) => {
    const parsed = parseUbj(model((learner) => (learner.learner_model_param = { ...param, base_score })));
    expect(Math.abs(parsed.baseMargin - margin)).toBeLessThan(1e-7);
  });

  it.each<[string, (learner: Learner) => void, RegExp]>([
    ['another booster', (l) => (l.gradient_booster.name = 'dart'), /booster is dart/],
    ['another objective', (l) => (l.objective.name = 'reg:squarederror'), /objective is reg:squarederror/],
    ['a base_score that is none', (l) => (l.learner_model_param.base_score = '[1.5]'), /base_score \[1.5\]/],
    ['a split on categories', (l) => (tree(l).split_type = [1, 0, 0]), /tree 0 splits on categories/],
    ['vector leaves', (l) => (tree(l).tree_param = { size_leaf_vector: '3' }), /vector leaves/],
    [
      'a child outside the tree',
      (l) => (tree(l).left_children = [9, -1, -1]),
      /tree 0, node 0 is out of range/,
    ],
    ['a walk in circles', (l) => (tree(l).left_children = [0, -1, -1]), /tree 0, node 0 is out of range/],
    ['an unknown feature', (l) => (tree(l).split_indices = [2, 0, 0]), /tree 0, node 0 is out of range/],
    [
      'a leaf that is no number',
      (l) => (tree(l).split_conditions = [0.5, NaN, 1]),
      /tree 0, node 1 is no number/,
    ],
    ['a node with two parents', (l) => Object.assign(tree(l), shared), /tree 0 has a node with two parents/],
    ['a node without a cover', (l) => (tree(l).sum_hessian = [3, NaN, 2]), /tree 0, node 1 has no cover/],
    ['columns of different lengths', (l) => (tree(l).default_left = [1]), /different lengths/],
    ['no trees at all', (l) => (l.gradient_booster.model = {}), /trees/],
  ])('is refused for %s, in words', (_, edit, message) => {
    expect(() => parseUbj(model(edit))).toThrow(message);
  });

  it('is refused wherever it is cut off', async () => {
    const bytes = await readFile(join(TINY, 'model.ubj'));
    const check = fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), (length) => {
      expect(() => parseUbj(bytes.subarray(0, length))).toThrow(/^model.ubj cannot be served/);
    });
    fc.assert(check, { numRuns: 40 });
  });
});

interface Learner {
  objective: { name: string };
  learner_model_param: { base_score: string; num_feature: string };
  gradient_booster: { name: string; model: { trees?: Record<string, unknown>[] } };
}

function model(edit: (learner: Learner) => void): Uint8Array {
  const learner: Learner = {
    objective: { name: 'binary:logistic' },
    learner_model_param: { base_score: '[5E-1]', num_feature: '2' },
    gradient_booster: { name: 'gbtree', model: { trees: [stump()] } },
  };
  edit(learner);
  return new Uint8Array(encode({ learner, version: [3, 4, 1] }));
}

function tree(learner: Learner): Record<string, unknown> {
  return learner.gradient_booster.model.trees![0]!;
}

function stump(): Record<string, unknown> {
  return {
    left_children: [1, -1, -1],
    right_children: [2, -1, -1],
    split_indices: [1, 0, 0],
    split_conditions: [0.5, -1, 1],
    default_left: [1, 0, 0],
    sum_hessian: [3, 1, 2],
    split_type: [0, 0, 0],
  };
}

/** Both splits lead to node 2. */
const shared = {
  left_children: [1, 2, -1, -1],
  right_children: [2, 3, -1, -1],
  split_indices: [0, 0, 0, 0],
  split_conditions: [0, 0, 0, 0],
  default_left: [0, 0, 0, 0],
  sum_hessian: [4, 2, 1, 1],
  split_type: [0, 0, 0, 0],
};

function splitsOf({ left }: Tree): number[] {
  return Array.from(left).flatMap((child, node) => (child >= 0 ? [node] : []));
}

/** XGBoost's definition, node by node. */
function plainMargin({ trees, baseMargin }: BoostedTrees, row: Float32Array): number {
  let sum = baseMargin;
  for (const { left, right, feature, condition, defaultLeft } of trees) {
    let node = 0;
    while (Number(left[node]) >= 0) {
      const value = row[Number(feature[node])] as number;
      const goesLeft = Number.isNaN(value) ? defaultLeft[node] === 1 : value < Number(condition[node]);
      node = Number(goesLeft ? left[node] : right[node]);
    }
    sum = Math.fround(sum + Number(condition[node]));
  }
  return sum;
}
