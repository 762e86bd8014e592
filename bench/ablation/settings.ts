import type { Setting } from './judge.ts';

/** The last two are as good as one another on the validation days, and the best of some thirty there. */
export const SETTINGS: Record<string, Setting> = {
  'The defaults: depth 6, 200 rounds of .08': {
    rounds: 200,
    params: { max_depth: '6', eta: '0.08', subsample: '0.9', colsample_bytree: '0.9', min_child_weight: '1' },
  },
  'Of the reference figures: depth 4, 300 rounds of .05, minChildWeight 200': {
    rounds: 300,
    params: {
      max_depth: '4',
      eta: '0.05',
      subsample: '0.9',
      colsample_bytree: '0.9',
      min_child_weight: '200',
    },
  },
  'With fewer rows and features a tree: depth 4, 300 rounds of .05, minChildWeight 200, subsample .7, colsampleByTree .5':
    {
      rounds: 300,
      params: {
        max_depth: '4',
        eta: '0.05',
        subsample: '0.7',
        colsample_bytree: '0.5',
        min_child_weight: '200',
      },
    },
};
