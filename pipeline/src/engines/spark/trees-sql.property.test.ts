import { type Calibration, scoreOfMargin } from '@stockout/contracts';
import { type DuckDB, openDuckDB } from '@stockout/features';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Tree, TreeModel } from '../../export/tree-model.ts';
import { scoreSql } from './trees-sql.ts';

let db: DuckDB;
beforeAll(async () => {
  db = await openDuckDB({ threads: 1 });
});
afterAll(() => db[Symbol.asyncDispose]());

const NAMES = ['price', 'weird "name"', 'x'];
const float = fc.float({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 });
/** A few values, so that rows often lie right on a threshold. */
const value = fc.constantFrom(-1, -0.5, 0, Math.fround(0.1), 1, 7, null, Number.NaN);
const threshold = fc.constantFrom(-0.5, 0, Math.fround(0.1), 1, 6.5);

type Node =
  { leaf: number } | { feature: number; threshold: number; missingLeft: boolean; left: Node; right: Node };
const { node } = fc.letrec<{ node: Node; split: Node; leaf: Node }>((tie) => ({
  node: fc.oneof({ maxDepth: 4 }, tie('leaf'), tie('split')),
  leaf: fc.record({ leaf: float }),
  split: fc.record({
    feature: fc.nat({ max: NAMES.length - 1 }),
    threshold,
    missingLeft: fc.boolean(),
    left: tie('node'),
    right: tie('node'),
  }),
}));
const model = fc.record({ trees: fc.array(node, { minLength: 1, maxLength: 45 }), baseMargin: float });

const calibration: fc.Arbitrary<Calibration | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.record({
    method: fc.constant('Platt' as const),
    slope: fc.double({ min: 0.1, max: 2, noNaN: true }),
    intercept: fc.double({ min: -2, max: 2, noNaN: true }),
  }),
  fc.uniqueArray(fc.integer({ min: 0, max: 1000 }), { minLength: 2, maxLength: 12 }).map((points) => {
    const scores = points.toSorted((a, b) => a - b).map((point) => point / 1000);
    return { method: 'Isotonic' as const, scores, risks: scores.map((score) => score ** 2) };
  }),
);

function flatten(root: Node): Tree {
  const tree = {
    left: [] as number[],
    right: [] as number[],
    feature: [] as number[],
    value: [] as number[],
    missingLeft: [] as number[],
  };
  const add = (each: Node): number => {
    const index = tree.left.length;
    const isLeaf = 'leaf' in each;
    tree.left.push(-1);
    tree.right.push(-1);
    tree.feature.push(isLeaf ? 0 : each.feature);
    tree.value.push(isLeaf ? each.leaf : each.threshold);
    tree.missingLeft.push(!isLeaf && each.missingLeft ? 1 : 0);
    if (!isLeaf) {
      tree.left[index] = add(each.left);
      tree.right[index] = add(each.right);
    }
    return index;
  };
  add(root);
  return tree;
}

/** As XGBoost walks: one comparison, missing values by the split's own word, sums of 32 bits. */
function walk(each: Node, row: readonly (number | null)[]): number {
  if ('leaf' in each) return each.leaf;
  const at = row[each.feature] ?? null;
  const goesLeft = at === null || Number.isNaN(at) ? each.missingLeft : at < each.threshold;
  return walk(goesLeft ? each.left : each.right, row);
}

function literal(each: number | null): string {
  return each === null ? 'CAST(NULL AS DOUBLE)' : `CAST('${each}' AS DOUBLE)`;
}

describe('trees as SQL', () => {
  test('give the scores of walking them, NULL and NaN and rows on a threshold included', async () => {
    const rows = fc.array(fc.tuple(value, value, value), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(model, calibration, rows, async ({ trees, baseMargin }, how, given) => {
        const treeModel: TreeModel = { featureNames: NAMES, baseMargin, trees: trees.map(flatten) };
        const values = given.map((row, id) => `(${id}, ${row.map(literal).join(', ')})`);
        const relation = `(SELECT * FROM (VALUES ${values.join(', ')}) AS t(id, price, "weird ""name""", x))`;
        const sql = scoreSql(relation, ['id'], treeModel, how, {
          float: (digits) => `CAST(${digits} AS FLOAT)`,
        });
        const found = await db.rows<{ id: number; score: number }>(`${sql} ORDER BY id`);
        const expected = given.map((row) => {
          const margin = trees.reduce((sum, tree) => Math.fround(sum + walk(tree, row)), baseMargin);
          return scoreOfMargin(how)(margin);
        });
        for (const [i, { score }] of found.entries()) expect(score).toBeCloseTo(expected[i] as number, 6);
        expect(found).toHaveLength(given.length);
      }),
      { numRuns: 60 },
    );
  });
});
