import { InputError } from '@stockout/contracts';
import { z } from 'zod';

/** What is looked at of XGBoost's JSON model (doc/model.schema in its repository). */
const modelSchema = z.object({
  learner: z.object({
    attributes: z.record(z.string(), z.string()).optional(),
    feature_names: z.array(z.string()).optional(),
    objective: z.object({ name: z.string() }),
    learner_model_param: z.object({ num_feature: z.string() }),
    gradient_booster: z.object({ name: z.string(), model: z.unknown() }),
  }),
});
type Learner = z.infer<typeof modelSchema>['learner'];

const treesSchema = z.object({
  gbtree_model_param: z.object({ num_parallel_tree: z.string() }),
  trees: z.array(
    z.object({
      left_children: z.array(z.int()),
      split_indices: z.array(z.int()),
      loss_changes: z.array(z.number()),
      categories_nodes: z.array(z.int()).optional(),
    }),
  ),
});
type Trees = z.infer<typeof treesSchema>;

/** What a model that was made elsewhere says of itself. */
export interface GivenModel {
  /** In model order. */
  features: string[];
  /** By which it predicts: a classifier that stopped early has trees beyond them. */
  rounds: number;
  /** Total gain by feature; a feature that no tree uses is absent. */
  importance: Record<string, number>;
}

/**
 * @param json as XGBoost's library has written it, whatever format it read
 * @param names of its features, should the model itself not know them
 * @throws InputError when its scores are no risks, or its features have no names
 */
export function inspectModel(
  json: Uint8Array,
  { uri, names }: { uri: string; names?: readonly string[] | undefined },
): GivenModel {
  const { learner } = parsed(modelSchema, JSON.parse(Buffer.from(json).toString('utf8')), uri);
  requireRisk(learner, uri);
  const whole = parsed(treesSchema, learner.gradient_booster.model, uri);
  const perRound = Number(whole.gbtree_model_param.num_parallel_tree || 1);
  const rounds = bestRounds(learner) ?? whole.trees.length / perRound;
  const trees = whole.trees.slice(0, rounds * perRound);
  if (trees.some(({ categories_nodes = [] }) => categories_nodes.length > 0)) {
    throw new InputError(`${uri} splits on categories, which is not supported: train it on numbers`);
  }
  const features = namesOf(learner, names, uri);
  return { features, rounds, importance: importanceOf(trees, features) };
}

function parsed<T extends z.ZodType>(schema: T, value: unknown, uri: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new InputError(`${uri} is no XGBoost model of trees: ${z.prettifyError(result.error)}`);
}

function requireRisk({ objective, gradient_booster }: Learner, uri: string): void {
  if (objective.name !== 'binary:logistic') {
    throw new InputError(
      `${uri} has the objective ${objective.name}: a risk is what binary:logistic gives, train with it`,
    );
  }
  if (gradient_booster.name !== 'gbtree') {
    throw new InputError(
      `${uri} has the booster ${gradient_booster.name}: only gbtree is served, train with it`,
    );
  }
}

/** XGBClassifier, unlike Booster, predicts by the rounds up to the one at which early stopping found it best. */
function bestRounds({ attributes }: Learner): number | undefined {
  const { scikit_learn, best_iteration } = attributes ?? {};
  if (scikit_learn === undefined || best_iteration === undefined) return undefined;
  return Number(best_iteration) + 1;
}

function namesOf(learner: Learner, given: readonly string[] | undefined, uri: string): string[] {
  const own = learner.feature_names ?? [];
  const names = own.length > 0 ? own : (given ?? []);
  const columns = Number(learner.learner_model_param.num_feature);
  if (names.length === columns) return [...names];
  throw new InputError(
    `${uri} does not name its ${columns} features, so nobody knows which is which: name them and save it again:\n` +
      '    booster.feature_names = ["price", ...]  # of an XGBClassifier: model.get_booster()\n' +
      '    booster.save_model("model.json")',
  );
}

function importanceOf(trees: Trees['trees'], features: readonly string[]): Record<string, number> {
  const gains = new Map<string, number>();
  for (const { left_children, split_indices, loss_changes } of trees) {
    for (const [node, left] of left_children.entries()) {
      if (left === -1) continue;
      const name = features[split_indices[node] as number] as string;
      gains.set(name, (gains.get(name) ?? 0) + (loss_changes[node] as number));
    }
  }
  return Object.fromEntries(gains);
}
