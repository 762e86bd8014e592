import { type Calibration, StockoutError } from '@stockout/contracts';
import { quoteIdentifier } from '@stockout/features';
import type { Tree, TreeModel } from '../../export/tree-model.ts';
import { scoreOfMarginSql } from './calibration-sql.ts';

/** Trees whose sum is one expression; its sum is a column of the next. */
const TREES_AN_EXPRESSION = 20;

/** What of the SQL an engine may want otherwise. */
export interface ScoreSqlOptions {
  /** A 32-bit float as a literal, from digits that mean it exactly in 64 bits. Default: Spark's. */
  float?: (digits: string) => string;
}

/**
 * A version's scores as SQL, for engines that know nothing of models. Margins are XGBoost's bit for bit: features,
 * thresholds and sums are 32-bit floats, and trees are added in their order.
 * @param relation what stands after FROM
 * @param keep columns of the relation that are kept
 * @returns a SELECT of the columns to keep and of `score`, a DOUBLE that holds a 32-bit float
 */
export function scoreSql(
  relation: string,
  keep: readonly string[],
  model: TreeModel,
  calibration?: Calibration,
  { float = (digits) => `${digits}F` }: ScoreSqlOptions = {},
): string {
  const kept = keep.map(quoteIdentifier).join(', ');
  const render = (value: number): string => float(value.toExponential());
  const inputs = model.featureNames.map((name, i) => `${floatOrNull(quoteIdentifier(name))} AS ${input(i)}`);
  const columns = [kept, ...model.featureNames.map((_, i) => input(i))].join(', ');
  let sql = `SELECT ${[kept, ...inputs].join(', ')}, ${render(model.baseMargin)} AS margin FROM ${relation}`;
  for (let first = 0; first < model.trees.length; first += TREES_AN_EXPRESSION) {
    const trees = model.trees.slice(first, first + TREES_AN_EXPRESSION);
    const sum = ['margin', ...trees.map((tree) => nodeSql(tree, 0, render))].join('\n + ');
    sql = `SELECT ${columns}, ${sum} AS margin FROM (${sql})`;
  }
  return `SELECT ${kept}, ${scoreOfMarginSql('margin', calibration)} AS score FROM (${sql})`;
}

/** A missing value, NULL or NaN, is NULL from here on. */
function floatOrNull(value: string): string {
  return `nullif(CAST(${value} AS FLOAT), CAST('NaN' AS FLOAT))`;
}

/** A name that no user's column has. */
function input(index: number): string {
  return `model_input_${index}`;
}

/**
 * NULL fails every WHEN: a split that sends missing values right asks for what goes left, and one that sends them left
 * asks for what goes right.
 */
function nodeSql(tree: Tree, node: number, render: (value: number) => string): string {
  const left = at(tree.left, node);
  if (left < 0) return render(at(tree.value, node));
  const value = input(at(tree.feature, node));
  const threshold = render(at(tree.value, node));
  const goesLeft = nodeSql(tree, left, render);
  const goesRight = nodeSql(tree, at(tree.right, node), render);
  return at(tree.missingLeft, node) === 1
    ? `CASE WHEN ${value} >= ${threshold} THEN ${goesRight} ELSE ${goesLeft} END`
    : `CASE WHEN ${value} < ${threshold} THEN ${goesLeft} ELSE ${goesRight} END`;
}

function at(values: readonly number[], index: number): number {
  const value = values[index];
  if (value === undefined) throw new StockoutError('the model is damaged: a tree has a node without a value');
  return value;
}
