import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TINY, tinyManifest } from '../testing/fixture.ts';
import { growTree } from '../testing/grow-tree.ts';
import { combTree, fullTree } from '../testing/shaped-trees.ts';
import { BlockTrees } from './block-trees.ts';
import { FlatTrees } from './flat-trees.ts';
import { type BoostedTrees, parseUbj, type Tree } from './parse-ubj.ts';

const FEATURES = 3;

describe('trees in blocks', () => {
  it("give XGBoost's own margins bit for bit", async () => {
    const trees = BlockTrees.of(parseUbj(await readFile(join(TINY, 'model.ubj'))))!;
    const { golden } = await tinyManifest();
    const rows = golden.flatMap(({ features }) => features.map((value) => value ?? Number.NaN));
    expect([...trees.margins(Float32Array.from(rows), golden.length)]).toEqual(
      golden.map(({ margin }) => margin),
    );
  });

  it('score any rows by any forest as the flat trees do, bit for bit', () => {
    const forest = fc.array(fc.integer({ min: 0, max: 2 ** 31 }), { maxLength: 11 });
    // Thresholds are halves: many values lie on one.
    const value = fc.oneof(
      fc.constantFrom(NaN, 0, -0, 0.5, -1, Infinity, -Infinity),
      fc.float({ noDefaultInfinity: true }),
    );
    const row = fc.array(value, { minLength: FEATURES, maxLength: FEATURES });
    const rows = fc.array(row, { maxLength: 300, size: 'max' });
    const check = fc.property(forest, rows, (seeds, drawn) => {
      expectSame(
        seeds.map((seed) => growTree(seed, FEATURES)),
        Float32Array.from(drawn.flat()),
      );
    });
    fc.assert(check, { numRuns: 100 });
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 11])('find each leaf of a full tree of depth %i', (depth) => {
    const stretches = 2 ** depth;
    const places = [NaN, ...Array.from({ length: 2 * stretches + 1 }, (_, index) => index / 2 / stretches)];
    // Each tree's own feature takes all the places.
    const matrix = places.flatMap((place, index) => [place, places.at(-index) ?? NaN, 0.3]);
    expectSame([fullTree(depth), fullTree(depth, 1)], Float32Array.from(matrix));
  });

  it('take trees of all depths in their order, in which their leaves are added', () => {
    const trees = [9, 0, 6, 1, 8, 10, 2, 6].map((depth, index) => fullTree(depth, index % FEATURES));
    expectSame(trees, buildRows(1_000));
  });

  it('walk what is deep and thin', () => {
    expectSame([combTree(10_000)], Float32Array.of(3_000.5, 0, 0, -1, 0, 0, NaN, 0, 0, 1e9, 0, 0));
  });

  it('leave nothing of one call to the next', () => {
    const boosted = forestOf([fullTree(6), fullTree(3, 1)]);
    const trees = BlockTrees.of(boosted)!;
    const [first, second] = [buildRows(200), buildRows(77).fill(NaN, 0, 90)];
    const fresh = (matrix: Float32Array, count: number) => BlockTrees.of(boosted)!.margins(matrix, count);
    expect(trees.margins(first, 200)).toEqual(fresh(first, 200));
    expect(trees.margins(second, 77)).toEqual(fresh(second, 77));
    expect(trees.margins(first, 200)).toEqual(fresh(first, 200));
  });

  it('turn margins into probabilities as they are told to', () => {
    const boosted = forestOf([fullTree(2)]);
    const rows = buildRows(130);
    expect(BlockTrees.of(boosted)!.scoreAll(rows, 130)).toEqual(new FlatTrees(boosted).scoreAll(rows, 130));
    const halved = BlockTrees.of(boosted, (margin) => margin / 2)!.scoreAll(rows, 130);
    expect(halved).toEqual(BlockTrees.of(boosted)!.margins(rows, 130).map((margin) => margin / 2)); // prettier-ignore
  });

  it('are not made of trees that split at more thresholds than they can number', () => {
    // 2^15 - 1 thresholds for missing values that go to the left, and for those that go to the right.
    expect(suits([fullTree(15), fullTree(1, 1)])).toBe(true);
    expect(suits([fullTree(15), fullTree(1, 1), fullTree(1, 2)])).toBe(false);
  });
});

function forestOf(trees: Tree[]): BoostedTrees {
  return { trees, baseMargin: Math.fround(0.3), featureCount: FEATURES, featureNames: [] };
}

/** Spread over [0, 1), where full trees split; some missing. */
function buildRows(count: number): Float32Array {
  return Float32Array.from({ length: count * FEATURES }, (_, index) =>
    index % 7 === 0 ? NaN : (index * 0.618_034) % 1,
  );
}

function suits(trees: Tree[]): boolean {
  return BlockTrees.of(forestOf(trees)) !== undefined;
}

function expectSame(trees: Tree[], matrix: Float32Array): void {
  const boosted = forestOf(trees);
  const count = matrix.length / FEATURES;
  const flat = new FlatTrees(boosted);
  const expected = Array.from({ length: count }, (_, row) => flat.margin(matrix, row * FEATURES));
  // Equal by Object.is: -0 is not 0, NaN is NaN.
  expect([...BlockTrees.of(boosted)!.margins(matrix, count)]).toStrictEqual(expected);
}
