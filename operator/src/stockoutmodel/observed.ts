import type { StockoutModel } from '@stockout/crds';
import type { Deployment, Service } from '../api/kubernetes.ts';
import type { RunState } from '../jobs/run-state.ts';
import type { Color } from '../resources/names.ts';
import type { RunFailure } from '../resources/run-failure.ts';
import type { VersionRecord } from '../resources/version-record.ts';

/** All that a plan for a model rests on. */
export interface ObservedModel {
  model: StockoutModel;
  /** Newest first. */
  versions: readonly VersionRecord[];
  failures: readonly RunFailure[];
  runs: readonly RunState[];
  predictors: readonly PredictorState[];
  service: Service | undefined;
}

/** One color's Deployment, boiled down. */
export interface PredictorState {
  color: Color;
  version: string;
  /** Two colors with the same one serve the same. */
  templateHash: string;
  deployment: Deployment;
  /** Pods of the newest template that are ready (at least). */
  readyReplicas: number;
  /** Every wanted pod runs the newest template and is ready. */
  ready: boolean;
  deadlineExceeded: boolean;
  /** Why it was given up; set when it was. */
  givenUp: string | undefined;
  /** Why its pods do not get going. */
  trouble: string | undefined;
}

/** The color that the Service selects, if its pods are there: what serves is seen, not remembered. */
export function servingOf(observed: ObservedModel): PredictorState | undefined {
  const color = observed.service?.spec.selector['stockout.dev/color'];
  return observed.predictors.find((predictor) => predictor.color === color);
}
