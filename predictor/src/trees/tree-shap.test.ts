import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TINY, tinyManifest } from '../testing/fixture.ts';
import { growTree } from '../testing/grow-tree.ts';
import { parseUbj, type Tree } from './parse-ubj.ts';
import { TreeShap } from './tree-shap.ts';

const FEATURES = 5;

describe('TreeSHAP', () => {
  it("sums to XGBoost's own margins", async () => {
    const shap = new TreeShap(parseUbj(await readFile(join(TINY, 'model.ubj'))));
    const { golden } = await tinyManifest();
    for (const { features, margin } of golden) {
      const parts = shap.contributions(Float32Array.from(features, (value) => value ?? Number.NaN));
      expect(Math.abs(sum(parts) + shap.bias - margin)).toBeLessThan(1e-5);
    }
  });

  it('gives each feature its Shapley value, by the definition', () => {
    const value = fc.oneof(fc.constantFrom(NaN, 0, 1, -1), fc.float({ noDefaultInfinity: true }));
    const row = fc.array(value, { minLength: FEATURES, maxLength: FEATURES });
    const seeds = fc.array(fc.integer({ min: 0, max: 2 ** 31 }), { maxLength: 4 });
    const check = fc.property(seeds, row, (all, values) => {
      const trees = all.map((seed) => growTree(seed, FEATURES));
      const shap = new TreeShap({ trees, baseMargin: 0.25, featureCount: FEATURES, featureNames: [] });
      const found = shap.contributions(Float32Array.from(values));
      for (let feature = 0; feature < FEATURES; feature++) {
        const right = sum(trees.map((tree) => shapley(tree, Float32Array.from(values), feature)));
        expect(Math.abs(found[feature]! - right)).toBeLessThan(1e-5);
      }
      expect(Math.abs(shap.bias - 0.25 - sum(trees.map((tree) => expected(tree, NOTHING, 0))))).toBeLessThan(
        1e-5,
      );
    });
    fc.assert(check, { numRuns: 300 });
  });

  it('is exact on a path of more features than one walk has points for', () => {
    const tree = chain(14);
    const shap = new TreeShap({ trees: [tree], baseMargin: 0, featureCount: 14, featureNames: [] });
    const row = Float32Array.from({ length: 14 }, (_, feature) => (feature % 3 === 0 ? 0 : 1));
    const found = shap.contributions(row);
    for (const feature of [0, 1, 7, 13]) expect(found[feature]).toBeCloseTo(shapley(tree, row, feature), 6);
  });

  it('says nothing for trees of one leaf', () => {
    const leaf = { left: [-1], right: [-1], feature: [0], condition: [0.5], defaultLeft: [0], cover: [1] };
    const shap = new TreeShap({ trees: [leaf], baseMargin: 1, featureCount: 2, featureNames: [] });
    expect([shap.bias, ...shap.contributions(Float32Array.of(1, 2))]).toEqual([1.5, 0, 0]);
  });
});

type Known = ReadonlySet<number>;
const NOTHING: Known = new Set<number>();

/** What a tree says of a row of which only some features are known: the others are sent both ways, as rows were. */
function expected(tree: Tree, known: Known, node: number, row: Float32Array = new Float32Array()): number {
  const [left, right] = [Number(tree.left[node]), Number(tree.right[node])];
  if (left < 0) return Number(tree.condition[node]);
  const feature = Number(tree.feature[node]);
  if (known.has(feature)) {
    const value = row[feature]!;
    const goesLeft = Number.isNaN(value)
      ? tree.defaultLeft[node] === 1
      : value < Number(tree.condition[node]);
    return expected(tree, known, goesLeft ? left : right, row);
  }
  const cover = Number(tree.cover[node]);
  const share = (child: number): number => (cover > 0 ? Number(tree.cover[child]) / cover : 0.5);
  return share(left) * expected(tree, known, left, row) + share(right) * expected(tree, known, right, row);
}

/** The mean, over all sizes of coalitions and all of one size, of what a feature adds to a coalition. */
function shapley(tree: Tree, row: Float32Array, feature: number): number {
  const others = Array.from(row.keys()).filter((other) => other !== feature);
  let total = 0;
  for (let bits = 0; bits < 2 ** others.length; bits++) {
    const coalition = others.filter((_, index) => (bits >> index) & 1);
    const gain =
      expected(tree, new Set([...coalition, feature]), 0, row) - expected(tree, new Set(coalition), 0, row);
    total += gain / (row.length * choose(others.length, coalition.length));
  }
  return total;
}

function choose(n: number, k: number): number {
  return k === 0 ? 1 : (choose(n, k - 1) * (n - k + 1)) / k;
}

/** Split i asks for feature i; on its left lies a leaf. */
function chain(splits: number): Tree {
  const nodes = Array.from({ length: 2 * splits + 1 }, (_, node) => node);
  const isSplit = (node: number): boolean => node % 2 === 0 && node < 2 * splits;
  return {
    left: nodes.map((node) => (isSplit(node) ? node + 1 : -1)),
    right: nodes.map((node) => (isSplit(node) ? node + 2 : -1)),
    feature: nodes.map((node) => (isSplit(node) ? node / 2 : 0)),
    condition: nodes.map((node) => (isSplit(node) ? 0.5 : node)),
    defaultLeft: nodes.map(() => 0),
    cover: nodes.map((node) => (node % 2 === 0 ? 100 - 3 * node : 6)),
  };
}

function sum(values: Iterable<number>): number {
  return Array.from(values).reduce((total, value) => total + value, 0);
}
