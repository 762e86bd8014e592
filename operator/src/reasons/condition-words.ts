import type { ConditionType } from './words.ts';

interface ConditionWords {
  of: 'StockoutModel' | 'ScoringJob' | 'both';
  /** What True says. */
  means: string;
}

/** What people are told of every condition. */
export const CONDITION_WORDS: Record<ConditionType, ConditionWords> = {
  Ready: {
    of: 'both',
    means:
      'The version that is to serve serves. Of a ScoringJob: its newest run is done, none was due yet, or it is suspended.',
  },
  Trained: { of: 'StockoutModel', means: 'The version that the spec asks for is made.' },
  GatesPassed: { of: 'StockoutModel', means: 'The latest version may serve.' },
  RolledOut: { of: 'StockoutModel', means: 'The version that is to serve gets all of the traffic.' },
  DriftDetected: {
    of: 'StockoutModel',
    means:
      'What serves is asked about other rows than it learned from. There only with `spec.monitoring.drift`.',
  },
  Tracked: {
    of: 'StockoutModel',
    means: 'MLflow shows every version, and its aliases what serves. There only with `spec.tracking.mlflow`.',
  },
  Recovered: {
    of: 'StockoutModel',
    means: 'What storage holds of lost versions is on record again. There only where something was lost.',
  },
  Complete: { of: 'ScoringJob', means: 'The newest run is committed.' },
  Failed: { of: 'ScoringJob', means: 'The newest run failed.' },
  Reconciling: {
    of: 'both',
    means:
      'The operator is at work, for the reason that another condition has, or HeldUp. There only while True.',
  },
  Stalled: {
    of: 'both',
    means:
      'Nothing changes until someone acts, for the reason that another condition has. There only while True.',
  },
};
