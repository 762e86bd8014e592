import type { GateReason } from '@stockout/contracts';
import type { Gauge } from 'prom-client';
import type {
  Condition,
  RunStatus,
  ScoringJob,
  ScoringJobStatus,
  StockoutModel,
  StockoutModelStatus,
  VersionStatus,
} from '@stockout/crds';
import { CONDITION, REASON } from './conditions.ts';
import type { OperatorMetrics } from './create-metrics.ts';

type GateStatus = NonNullable<VersionStatus['gates']>[number];
const NOT_COMPARED: GateReason = 'NotCompared';

/** What a model's status says, as numbers; what it said before and no longer says is taken away. */
export function measureModel(
  metrics: OperatorMetrics,
  model: StockoutModel,
  status: StockoutModelStatus,
): void {
  forgetModel(metrics, model, model.status);
  const { namespace, name } = model.metadata;
  for (const version of status.versions ?? []) {
    for (const [metric, value] of Object.entries(version.metrics ?? {})) {
      metrics.modelMetric.set({ namespace, model: name, version: version.name, metric }, Number(value));
    }
  }
  setReason(metrics.modelReady, { namespace, model: name }, status, CONDITION.ready);
  setReason(metrics.modelTrained, { namespace, model: name }, status, CONDITION.trained);
  setReason(metrics.modelDrift, { namespace, model: name }, status, CONDITION.driftDetected);
  const trained = status.versions?.map(({ trainedAt }) => secondsOf(trainedAt)) ?? [];
  const newest = Math.max(...trained.filter((seconds) => seconds !== undefined));
  if (Number.isFinite(newest)) metrics.modelTrainedAt.set({ namespace, model: name }, newest);
}

/** Who leads no longer has nothing to say of any object: its successor has. */
export function forgetAll(metrics: OperatorMetrics): void {
  const { modelMetric, modelReady, modelTrained, modelTrainedAt, modelDrift } = metrics;
  const { scoringReady, scoredAt } = metrics;
  const ofModels = [modelMetric, modelReady, modelTrained, modelTrainedAt, modelDrift];
  for (const gauge of [...ofModels, scoringReady, scoredAt]) gauge.reset();
}

/** Of a model that is gone, or of what its status said before. */
export function forgetModel(
  metrics: OperatorMetrics,
  model: StockoutModel,
  status: StockoutModelStatus | undefined,
): void {
  const { namespace, name } = model.metadata;
  for (const version of status?.versions ?? []) {
    for (const metric of Object.keys(version.metrics ?? {})) {
      metrics.modelMetric.remove({ namespace, model: name, version: version.name, metric });
    }
  }
  removeReason(metrics.modelReady, { namespace, model: name }, status, CONDITION.ready);
  removeReason(metrics.modelTrained, { namespace, model: name }, status, CONDITION.trained);
  removeReason(metrics.modelDrift, { namespace, model: name }, status, CONDITION.driftDetected);
  metrics.modelTrainedAt.remove({ namespace, model: name });
}

/** What a scoring job's status says; what it said before and no longer says is taken away. */
export function measureScoringJob(metrics: OperatorMetrics, job: ScoringJob, status: ScoringJobStatus): void {
  forgetScoringJob(metrics, job);
  const labels = { namespace: job.metadata.namespace, scoring_job: job.metadata.name };
  setReason(metrics.scoringReady, labels, status, CONDITION.ready);
  const scoredAt = secondsOf(status.lastSuccessfulTime);
  if (scoredAt !== undefined) metrics.scoredAt.set(labels, scoredAt);
}

/** Of a scoring job that is gone, or of what its status said before. */
export function forgetScoringJob(metrics: OperatorMetrics, job: ScoringJob): void {
  const labels = { namespace: job.metadata.namespace, scoring_job: job.metadata.name };
  removeReason(metrics.scoringReady, labels, job.status, CONDITION.ready);
  metrics.scoredAt.remove(labels);
}

/** Counts the gates that a version did not pass when that is first told of. */
export function countGateFailures(
  metrics: OperatorMetrics,
  model: StockoutModel,
  status: StockoutModelStatus,
): void {
  const { namespace, name } = model.metadata;
  const known = new Map(model.status?.versions?.map((version) => [version.name, version]));
  for (const version of status.versions ?? []) {
    for (const gate of newFailures(version, known.get(version.name))) {
      metrics.gateFailures.inc({ namespace, model: name, metric: gate.metric, rule: gate.rule });
    }
  }
}

/** A gate that lacks a comparison may still hold: it counts once that is made. */
function newFailures(version: VersionStatus, before: VersionStatus | undefined): GateStatus[] {
  const wasOpen = ({ metric, rule }: GateStatus): boolean =>
    before?.gates?.find((gate) => gate.metric === metric && gate.rule === rule)?.reason === NOT_COMPARED;
  const failures = version.gates?.filter(({ passed, reason }) => !passed && reason !== NOT_COMPARED) ?? [];
  return before === undefined ? failures : failures.filter(wasOpen);
}

/** Counts the rows of runs that are told of as done for the first time. */
export function countScoredRows(metrics: OperatorMetrics, job: ScoringJob, status: ScoringJobStatus): void {
  const { namespace, name } = job.metadata;
  const known = new Set(job.status?.runs?.filter(isDone).map((run) => run.name));
  for (const run of status.runs?.filter((each) => isDone(each) && !known.has(each.name)) ?? []) {
    metrics.scoredRows.inc({ namespace, scoring_job: name }, run.rows ?? 0);
  }
}

function isDone({ state }: RunStatus): boolean {
  return state === REASON.succeeded;
}

type Labels = Record<string, string>;

interface WithConditions {
  conditions?: readonly Condition[];
}

/** 1 while the condition holds, 0 while it does not, with its reason. */
function setReason(gauge: Gauge, labels: Labels, { conditions = [] }: WithConditions, type: string): void {
  const condition = conditions.find((each) => each.type === type);
  if (condition === undefined) return;
  gauge.set({ ...labels, reason: condition.reason }, condition.status === 'True' ? 1 : 0);
}

function removeReason(gauge: Gauge, labels: Labels, told: WithConditions | undefined, type: string): void {
  for (const condition of told?.conditions ?? []) {
    if (condition.type === type) gauge.remove({ ...labels, reason: condition.reason });
  }
}

function secondsOf(time: string | undefined): number | undefined {
  return time === undefined ? undefined : Date.parse(time) / 1000;
}
