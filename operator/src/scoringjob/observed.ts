import type { ScoringJob, StockoutModel } from '@stockout/crds';
import type { RunState } from '../jobs/run-state.ts';

/** All that a plan for a scoring job rests on. Its own status.runs is the record of what was run. */
export interface ObservedScoringJob {
  job: ScoringJob;
  /** What modelRef names. */
  model: StockoutModel | undefined;
  runs: readonly RunState[];
  /** Runs that have a pod which has not ended, though its Job may be gone. */
  atWork: ReadonlySet<string>;
}
