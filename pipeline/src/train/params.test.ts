import { expect, it } from 'vitest';
import { buildModel } from './model.test-support.ts';
import { boosterParams } from './params.ts';
import type { Training } from './supported.ts';

function paramsOf(params: Partial<Training['params']> = {}): Training['params'] {
  return (buildModel({ params }).spec.training as Training).params;
}

it("gives XGBoost the spec's decimals as they are written, under XGBoost's names", () => {
  expect(boosterParams(paramsOf({ gamma: '0.10' }), ['price'])).toEqual({
    objective: 'binary:logistic',
    eval_metric: 'logloss',
    tree_method: 'hist',
    max_depth: '6',
    eta: '0.08',
    subsample: '0.9',
    colsample_bytree: '0.9',
    lambda: '1',
    min_child_weight: '1',
    gamma: '0.10',
    seed: '42',
  });
});

it('gives monotone constraints in the order of the features', () => {
  const params = boosterParams(paramsOf({ monotone: { inventory: -1 } }), ['price', 'inventory']);
  expect(params.monotone_constraints).toBe('(0,-1)');
});
