import { StockoutError } from '@stockout/contracts';
import { z } from 'zod';

/** What is used of XGBoost's JSON model (doc/model.schema in its repository). */
const modelSchema = z.object({
  learner: z.object({
    feature_names: z.array(z.string()),
    objective: z.object({ name: z.literal('binary:logistic') }),
    learner_model_param: z.object({ base_score: z.string(), num_feature: z.string() }),
    gradient_booster: z.object({
      name: z.literal('gbtree'),
      model: z.object({
        trees: z.array(
          z.object({
            left_children: z.array(z.int()),
            right_children: z.array(z.int()),
            split_indices: z.array(z.int()),
            split_conditions: z.array(z.number()),
            default_left: z.array(z.int()),
            categories_nodes: z.array(z.int()).max(0, 'splits on categories are not supported'),
          }),
        ),
      }),
    }),
  }),
});

/** A tree by its nodes: node 0 is the root; left -1 marks a leaf. */
export interface Tree {
  left: readonly number[];
  right: readonly number[];
  /** The column that a node splits on. */
  feature: readonly number[];
  /** Of a split: rows with `value < threshold` go left. Of a leaf: what it adds to the margin. */
  value: readonly number[];
  /** 1 where a missing value goes left. */
  missingLeft: readonly number[];
}

export interface TreeModel {
  featureNames: string[];
  /** What every margin starts from, a 32-bit float: the log odds of base_score. */
  baseMargin: number;
  trees: Tree[];
}

/**
 * @param json the bytes of a model.json of XGBoost 1.7 to 3.x
 * @throws StockoutError when it is not a gbtree model of binary:logistic
 */
export function parseTreeModel(json: Uint8Array): TreeModel {
  const parsed = modelSchema.safeParse(JSON.parse(Buffer.from(json).toString('utf8')));
  if (!parsed.success) {
    const { path, message } = parsed.error.issues[0] ?? { path: [], message: 'unreadable' };
    throw new StockoutError(`the XGBoost model cannot be exported: ${path.join('.')}: ${message}`);
  }
  const { feature_names, learner_model_param, gradient_booster } = parsed.data.learner;
  return {
    featureNames: feature_names,
    baseMargin: baseMargin(learner_model_param.base_score),
    trees: gradient_booster.model.trees.map((tree) => ({
      left: tree.left_children,
      right: tree.right_children,
      feature: tree.split_indices,
      value: tree.split_conditions,
      missingLeft: tree.default_left,
    })),
  };
}

/** base_score is a probability: "5E-1" until XGBoost 2, "[5.98E-1]" since 3. */
function baseMargin(text: string): number {
  const probability = Math.fround(Number(text.replaceAll(/[[\]]/g, '')));
  return Math.fround(Math.log(probability / (1 - probability)));
}
