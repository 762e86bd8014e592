import { InputError } from '@stockout/contracts';
import type { BoosterParams } from '../xgboost/protocol.ts';
import type { Training } from './supported.ts';

type Params = Training['params'];

/** What is not the user's to choose. */
const FIXED = { objective: 'binary:logistic', eval_metric: 'logloss', tree_method: 'hist' } as const;

/** The spec's names and XGBoost's. Numbers stay the text that was written: 0.08 is the same in every language. */
const NAMES = {
  maxDepth: 'max_depth',
  eta: 'eta',
  subsample: 'subsample',
  colsampleByTree: 'colsample_bytree',
  lambda: 'lambda',
  minChildWeight: 'min_child_weight',
  gamma: 'gamma',
  alpha: 'alpha',
  scalePosWeight: 'scale_pos_weight',
  seed: 'seed',
} as const satisfies Partial<Record<keyof Params, string>>;

/**
 * XGBoost's parameters. `rounds` and `earlyStoppingRounds` are not among them: they are numbers of calls.
 * @throws InputError when `monotone` names a feature that the model does not have
 */
export function boosterParams(params: Params, features: readonly string[]): BoosterParams {
  const given = Object.entries(NAMES).flatMap(([ours, theirs]) => {
    const value = params[ours as keyof typeof NAMES];
    return value === undefined ? [] : [[theirs, String(value)] as const];
  });
  return { ...FIXED, ...Object.fromEntries(given), ...monotoneParam(params.monotone, features) };
}

function monotoneParam(monotone: Params['monotone'], features: readonly string[]): BoosterParams {
  if (monotone === undefined) return {};
  const unknown = Object.keys(monotone).find((name) => !features.includes(name));
  if (unknown !== undefined) {
    throw new InputError(
      `spec.training.params.monotone.${unknown} is no feature of this model: it has ${features.join(', ')}`,
    );
  }
  return { monotone_constraints: `(${features.map((name) => monotone[name] ?? 0).join(',')})` };
}
