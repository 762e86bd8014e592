import type { TreeModel } from '../../pipeline/src/export/tree-model.ts';
import type { Spark } from '../../pipeline/src/engines/spark/connect/session.ts';
import { scoreSql } from '../../pipeline/src/engines/spark/trees-sql.ts';

/** The sum of all scores by CASE expressions, and how many rows there are. */
export function sumByCase(relation: string, model: TreeModel): string {
  return `SELECT count(*) AS n, sum(score) AS total FROM (${scoreSql(relation, ['store_id'], model)})`;
}

/**
 * The same by a table of leaves, each a box: what its path asks of every feature it asks of. A row lies in one leaf of
 * each tree. Missing values are left to the boxes of the side that they take.
 */
export async function sumByLeaves(spark: Spark, relation: string, model: TreeModel): Promise<string> {
  const leaves = model.trees.flatMap((_, tree) => boxesOf(model, tree));
  const features = model.featureNames.map((_, i) => `low_${i}, high_${i}, missing_${i}`).join(', ');
  await spark.run(
    `CREATE OR REPLACE TEMP VIEW leaves AS SELECT * FROM (VALUES ${leaves.join(',\n')}) AS t(tree, value, ${features})`,
  );
  const inside = model.featureNames.map(
    (name, i) =>
      `(CASE WHEN ${name} IS NULL THEN missing_${i} ELSE CAST(${name} AS FLOAT) >= low_${i} AND CAST(${name} AS FLOAT) < high_${i} END)`,
  );
  return `SELECT count(*) AS n, sum(1 / (1 + exp(-margin))) AS total FROM (
      SELECT rows.id, ${model.baseMargin} + sum(value) AS margin
      FROM (SELECT *, monotonically_increasing_id() AS id FROM ${relation}) AS rows
      JOIN leaves ON ${inside.join(' AND ')} GROUP BY rows.id)`;
}

interface Side {
  low: number;
  high: number;
  missing: boolean;
}

function boxesOf(model: TreeModel, index: number): string[] {
  const tree = model.trees[index]!;
  const boxes: string[] = [];
  const everywhere = model.featureNames.map((): Side => ({ low: -Infinity, high: Infinity, missing: true }));
  const walk = (node: number, box: readonly Side[]): void => {
    const left = tree.left[node]!;
    const value = tree.value[node]!;
    if (left < 0) {
      const sides = box.map(({ low, high, missing }) => `${bound(low)}, ${bound(high)}, ${missing}`);
      boxes.push(`(${index}, CAST(${value.toExponential()} AS DOUBLE), ${sides.join(', ')})`);
      return;
    }
    const feature = tree.feature[node]!;
    const missingLeft = tree.missingLeft[node] === 1;
    const narrowed = (change: (side: Side) => Side): Side[] =>
      box.map((side, i) => (i === feature ? change(side) : side));
    walk(
      left,
      narrowed((side) => ({
        ...side,
        high: Math.min(side.high, value),
        missing: side.missing && missingLeft,
      })),
    );
    walk(
      tree.right[node]!,
      narrowed((side) => ({
        ...side,
        low: Math.max(side.low, value),
        missing: side.missing && !missingLeft,
      })),
    );
  };
  walk(0, everywhere);
  return boxes;
}

function bound(value: number): string {
  return Number.isFinite(value) ? `${value.toExponential()}F` : `CAST('${value}' AS FLOAT)`;
}
