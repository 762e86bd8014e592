import { decode } from '@shelacek/ubjson';
import { z } from 'zod';
import { IntegrityError } from '../version/integrity-error.ts';

type Numbers = ArrayLike<number>;

/** One regression tree, as XGBoost stores it: node i's children, and for a leaf (`left[i]` = -1) its value. */
export interface Tree {
  left: Numbers;
  right: Numbers;
  /** Feature index of each split. */
  feature: Numbers;
  /** The split's threshold (`value < condition` goes left), or the leaf's value. 32-bit floats. */
  condition: Numbers;
  /** 1 where a missing value goes left. */
  defaultLeft: Numbers;
  /** Sum of the hessians of the training rows that came by: what explanations weigh the ways by. */
  cover: Numbers;
}

export interface BoostedTrees {
  trees: Tree[];
  /** Where every row's margin starts: logit(base_score), in XGBoost's own 32-bit arithmetic. */
  baseMargin: number;
  featureCount: number;
  /** Empty when the model carries none. */
  featureNames: string[];
}

const numbers = z.custom<Numbers>(
  (value) => Array.isArray(value) || ArrayBuffer.isView(value),
  'not an array',
);

const treeSchema = z.object({
  left_children: numbers,
  right_children: numbers,
  split_indices: numbers,
  split_conditions: numbers,
  default_left: numbers,
  sum_hessian: numbers,
  split_type: numbers.optional(),
  tree_param: z.object({ size_leaf_vector: z.string().optional() }).optional(),
});
type StoredTree = z.infer<typeof treeSchema>;

const modelSchema = z.object({
  learner: z.object({
    feature_names: z.array(z.string()).optional(),
    objective: z.object({ name: z.string() }),
    learner_model_param: z.object({
      base_score: z.string(),
      num_feature: z.string(),
      num_class: z.string().optional(),
    }),
    gradient_booster: z.object({ name: z.string(), model: z.unknown() }),
  }),
});

const boosterSchema = z.object({ trees: z.array(treeSchema) });

/**
 * Reads XGBoost's own binary format (UBJSON), versions 1.7 to 3.x.
 * @throws {IntegrityError} when it is not such a model, or not a binary classifier on trees with numeric splits
 */
export function parseUbj(bytes: Uint8Array): BoostedTrees {
  const { learner } = readModel(bytes);
  const booster = learner.gradient_booster;
  if (booster.name !== 'gbtree') throw refused(`its booster is ${booster.name}, and only gbtree is served`);
  if (learner.objective.name !== 'binary:logistic') {
    throw refused(`its objective is ${learner.objective.name}, and only binary:logistic is served`);
  }
  const stored = boosterSchema.safeParse(booster.model);
  if (!stored.success) throw refused(z.prettifyError(stored.error));
  const featureCount = Number(learner.learner_model_param.num_feature);
  const trees = stored.data.trees.map((tree, index) => readTree(tree, index, featureCount));
  const baseMargin = readBaseMargin(learner.learner_model_param.base_score);
  return { trees, baseMargin, featureCount, featureNames: learner.feature_names ?? [] };
}

function readModel(bytes: Uint8Array): z.infer<typeof modelSchema> {
  let decoded: unknown;
  try {
    decoded = decode(new Uint8Array(bytes).buffer, { useTypedArrays: true, int64Handling: readInt64 });
  } catch (error) {
    throw refused((error as Error).message);
  }
  const model = modelSchema.safeParse(decoded);
  if (!model.success) throw refused(z.prettifyError(model.error));
  return model.data;
}

/** XGBoost writes the lengths of strings and arrays with 64 bits. */
function readInt64({ view }: { view: DataView }, offset: number): number {
  return Number(view.getBigInt64(offset));
}

function readTree(tree: StoredTree, index: number, featureCount: number): Tree {
  const size = tree.left_children.length;
  const columns = [
    tree.right_children,
    tree.split_indices,
    tree.split_conditions,
    tree.default_left,
    tree.sum_hessian,
  ];
  if (size === 0 || columns.some((column) => column.length !== size)) {
    throw refused(`tree ${index} has columns of different lengths`);
  }
  if (tree.split_type !== undefined && Array.from(tree.split_type).some((type) => type !== 0)) {
    throw refused(`tree ${index} splits on categories, and only numeric splits are served`);
  }
  if (Number(tree.tree_param?.size_leaf_vector ?? 1) > 1) throw refused(`tree ${index} has vector leaves`);
  for (let node = 0; node < size; node++) {
    if (!Number.isFinite(tree.split_conditions[node]))
      throw refused(`tree ${index}, node ${node} is no number`);
    if (!(Number(tree.sum_hessian[node]) >= 0 && Number.isFinite(tree.sum_hessian[node])))
      throw refused(`tree ${index}, node ${node} has no cover`);
    if (Number(tree.left_children[node]) >= 0) checkSplit(tree, index, node, size, featureCount);
  }
  checkParents(tree, index);
  return {
    left: tree.left_children,
    right: tree.right_children,
    feature: tree.split_indices,
    condition: tree.split_conditions,
    defaultLeft: tree.default_left,
    cover: tree.sum_hessian,
  };
}

/** Children lie behind their parent, so that a walk always ends. */
function checkSplit(tree: StoredTree, index: number, node: number, size: number, featureCount: number): void {
  const [left, right] = [Number(tree.left_children[node]), Number(tree.right_children[node])];
  const inside = left > node && left < size && right > node && right < size && left !== right;
  const feature = Number(tree.split_indices[node]);
  if (!inside || feature < 0 || feature >= featureCount) {
    throw refused(`tree ${index}, node ${node} is out of range`);
  }
}

/** A node that two parents share is walked rightly, but laid out twice: there is no room for that. */
function checkParents({ left_children, right_children }: StoredTree, index: number): void {
  const children = [...Array.from(left_children), ...Array.from(right_children)]
    .map(Number)
    .filter((node) => node > 0);
  if (new Set(children).size < children.length) throw refused(`tree ${index} has a node with two parents`);
}

/**
 * `base_score` is `5E-1` in XGBoost 1.7 and 2, `[5.98E-1]` (estimated) in 3. The margin is its logit,
 * -log(1 / p - 1), with every step rounded to 32 bits as XGBoost does it.
 */
function readBaseMargin(text: string): number {
  const score = Math.fround(Number.parseFloat(text.replace(/^\[|\]$/g, '')));
  if (!(score > 0 && score < 1)) throw refused(`its base_score ${text} is not a probability`);
  return Math.fround(-Math.log(Math.fround(Math.fround(1 / score) - 1)));
}

function refused(why: string): IntegrityError {
  return new IntegrityError(`model.ubj cannot be served: ${why}`);
}
