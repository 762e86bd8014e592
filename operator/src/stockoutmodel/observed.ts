import type { RecoveryRecord, TrackingRecord } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import type {
  ConfigMap,
  Deployment,
  HorizontalPodAutoscaler,
  PodDisruptionBudget,
  Service,
} from '../api/kubernetes.ts';
import type { Finding } from '../conditions.ts';
import type { RunState } from '../jobs/run-state.ts';
import type { ComparisonRecord } from '../resources/comparison-record.ts';
import type { Color } from '../resources/names.ts';
import type { Answers } from '../predictors/question.ts';
import type { GaveUpOn, RolledFrom } from '../resources/roll-marks.ts';
import type { RunFailure } from '../resources/run-failure.ts';
import { readSwitched, selectedColor } from '../resources/service.ts';
import type { VersionRecord } from '../resources/version-record.ts';
import type { PredictorPod } from './predictor-pods.ts';

/** All that a plan for a model rests on. */
export interface ObservedModel {
  model: StockoutModel;
  /** Newest first. */
  versions: readonly VersionRecord[];
  /** Of trainings. */
  failures: readonly RunFailure[];
  runs: readonly RunState[];
  /** Jobs that compare a version with what serves. */
  evaluationRuns: readonly RunState[];
  /** What they found. */
  comparisons: readonly ComparisonRecord[];
  comparisonFailures: readonly RunFailure[];
  /** All but comparisons: one may stand in the place of a comparison, and not be one (any more). */
  otherRecords: readonly ConfigMap[];
  /** Jobs that tell MLflow. */
  trackingRuns: readonly RunState[];
  /** What MLflow was told. */
  tracking: (TrackingRecord & { resourceVersion: string | undefined }) | undefined;
  /** Jobs that look for versions in storage. */
  recoveryRuns: readonly RunState[];
  /** What storage was found to hold. */
  recovery: (RecoveryRecord & { resourceVersion: string | undefined }) | undefined;
  predictors: readonly PredictorState[];
  service: Service | undefined;
  budget?: PodDisruptionBudget | undefined;
  autoscaler?: HorizontalPodAutoscaler | undefined;
  /** By which a candidate is asked; there while one is put to the proof. */
  candidateService: Service | undefined;
  /** What the predictors' pods told of what the last plan wanted to know. */
  answers: Answers;
}

/** One color's Deployment, boiled down. */
export interface PredictorState {
  color: Color;
  /** While its template moves, the version that it moves from: that one's pods are not all replaced yet. */
  version: string;
  /** Of that version's template. Two colors with the same one serve the same. */
  templateHash: string;
  /** Where its template moves to. */
  rollingTo?: { version: string; templateHash: string } | undefined;
  rolledFrom?: RolledFrom | undefined;
  gaveUpOn?: GaveUpOn | undefined;
  deployment: Deployment;
  /** Pods of the newest template that are ready (at least). */
  readyReplicas: number;
  /** Every wanted pod runs the newest template and is ready. */
  ready: boolean;
  deadlineExceeded: boolean;
  /** Why it was given up; set when it was. */
  givenUp: string | undefined;
  /** The reason of that, in one word. */
  givenUpReason: string;
  /** Since when it is put to the proof; undefined before all its pods were up. */
  provenFrom: string | undefined;
  /** Those of its version. */
  pods: readonly PredictorPod[];
  /** Those of the newest template: the same, but while its template moves. */
  coming: readonly PredictorPod[];
  /** Why its pods do not get going. */
  trouble: string | undefined;
}

/** The color that the Service selects, if its pods are there: what serves is seen, not remembered. */
export function servingOf(observed: ObservedModel): PredictorState | undefined {
  const color = selectedColor(observed.service);
  return observed.predictors.find((predictor) => predictor.color === color);
}

/** Why a version was given up as a candidate, as its Deployment has it for as long as it is that version's. */
export function givenUpOf({ predictors }: ObservedModel, version: string): Finding | undefined {
  const tried = predictors.find((each) => each.version === version && each.givenUp !== undefined);
  return tried?.givenUp === undefined ? undefined : { reason: tried.givenUpReason, message: tried.givenUp };
}

/** The color that the Service selects though someone deleted its Deployment, and what served there. */
export function lostOf(observed: ObservedModel): { color: Color; version: string } | undefined {
  const { service, versions } = observed;
  if (service === undefined || servingOf(observed) !== undefined) return undefined;
  const color = selectedColor(service);
  const version = readSwitched(service)?.to;
  const isKnown = versions.some((each) => each.version === version);
  return isKnown && version !== undefined && color !== undefined ? { color, version } : undefined;
}

/**
 * The version that others have to be better than. A Deployment or a Service that someone deleted is no reason to serve
 * another: the Service says what served, and where it is gone the status of before does.
 */
export function championOf(observed: ObservedModel): string | undefined {
  const { service, model } = observed;
  const seen = servingOf(observed) ?? lostOf(observed);
  return seen?.version ?? (service === undefined ? model.status?.servingVersion : undefined);
}
