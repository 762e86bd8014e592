import type {
  RunStatus,
  ScoringJob,
  ScoringJobStatus,
  StockoutModel,
  StockoutModelStatus,
} from '@stockout/crds';
import { CONDITION, REASON } from './conditions.ts';
import type { OperatorMetrics } from './create-metrics.ts';

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
  const ready = status.conditions?.find((condition) => condition.type === CONDITION.ready);
  if (ready === undefined) return;
  metrics.modelReady.set({ namespace, model: name, reason: ready.reason }, ready.status === 'True' ? 1 : 0);
}

/** Who leads no longer has nothing to say of any model: its successor has. */
export function forgetAll({ modelMetric, modelReady }: OperatorMetrics): void {
  modelMetric.reset();
  modelReady.reset();
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
  for (const { type, reason } of status?.conditions ?? []) {
    if (type === CONDITION.ready) metrics.modelReady.remove({ namespace, model: name, reason });
  }
}

/** Counts the gates that a version did not pass when it is first told of. */
export function countGateFailures(
  metrics: OperatorMetrics,
  model: StockoutModel,
  status: StockoutModelStatus,
): void {
  const { namespace, name } = model.metadata;
  const known = new Set(model.status?.versions?.map((version) => version.name));
  for (const version of status.versions?.filter((each) => !known.has(each.name)) ?? []) {
    for (const gate of version.gates?.filter((each) => !each.passed) ?? []) {
      metrics.gateFailures.inc({ namespace, model: name, metric: gate.metric, rule: gate.rule });
    }
  }
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
