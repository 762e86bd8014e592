import type {
  RunStatus,
  ScoringJob,
  ScoringJobStatus,
  StockoutModel,
  StockoutModelStatus,
} from '@stockout/crds';
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { CONDITION, REASON } from './conditions.ts';
import type { QueueMetrics } from './kube/queue.ts';

/** What a reconcile came to, by the names that controller-runtime's dashboards know. */
export type ReconcileResult = 'success' | 'error' | 'requeue_after';

export type OperatorMetrics = ReturnType<typeof createMetrics>;

/** A registry of its own: two operators in one process do not share counts. */
export function createMetrics() {
  const registers = [new Registry()];
  const [registry] = registers as [Registry];
  const controller = ['controller'] as const;
  const queue = ['name', 'controller'] as const;
  return {
    registry,
    reconciles: new Counter({
      name: 'controller_runtime_reconcile_total',
      help: 'Reconciliations by result',
      labelNames: ['controller', 'result'],
      registers,
    }),
    reconcileErrors: new Counter({
      name: 'controller_runtime_reconcile_errors_total',
      help: 'Reconciliations that ended in an error',
      labelNames: controller,
      registers,
    }),
    reconcileSeconds: new Histogram({
      name: 'controller_runtime_reconcile_time_seconds',
      help: 'Seconds that a reconciliation took',
      labelNames: controller,
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    }),
    activeWorkers: new Gauge({
      name: 'controller_runtime_active_workers',
      help: 'Reconciliations under way',
      labelNames: controller,
      registers,
    }),
    depth: new Gauge({
      name: 'workqueue_depth',
      help: 'Objects that wait to be reconciled',
      labelNames: queue,
      registers,
    }),
    adds: new Counter({
      name: 'workqueue_adds_total',
      help: 'Objects that were added to the queue',
      labelNames: queue,
      registers,
    }),
    retries: new Counter({
      name: 'workqueue_retries_total',
      help: 'Objects that were added again after an error',
      labelNames: queue,
      registers,
    }),
    requests: new Counter({
      name: 'rest_client_requests_total',
      help: 'Requests to the API server by method and code',
      labelNames: ['method', 'code'],
      registers,
    }),
    leader: new Gauge({
      name: 'leader_election_master_status',
      help: '1 while this operator leads',
      labelNames: ['name'],
      registers,
    }),
    modelMetric: new Gauge({
      name: 'stockout_model_metric',
      help: 'Quality of a version on its held-out rows',
      labelNames: ['namespace', 'model', 'version', 'metric'],
      registers,
    }),
    modelReady: new Gauge({
      name: 'stockout_model_ready',
      help: '1 while the desired version serves; the reason says why or why not',
      labelNames: ['namespace', 'model', 'reason'],
      registers,
    }),
    gateFailures: new Counter({
      name: 'stockout_gate_failures_total',
      help: 'Gates that a new version did not pass',
      labelNames: ['namespace', 'model', 'metric', 'rule'],
      registers,
    }),
    scoredRows: new Counter({
      name: 'stockout_scoring_rows_total',
      help: 'Rows scored and committed',
      labelNames: ['namespace', 'scoring_job'],
      registers,
    }),
  };
}

/** A counter that is not there before its first error hides that error from rate(). */
export function countFromZero(metrics: OperatorMetrics, controller: string): void {
  const results: ReconcileResult[] = ['success', 'error', 'requeue_after'];
  for (const result of results) metrics.reconciles.inc({ controller, result }, 0);
  metrics.reconcileErrors.inc({ controller }, 0);
  metrics.retries.inc({ name: controller, controller }, 0);
}

export function queueMetricsOf(metrics: OperatorMetrics, controller: string): QueueMetrics {
  const labels = { name: controller, controller };
  return {
    added: () => metrics.adds.inc(labels),
    retried: () => metrics.retries.inc(labels),
    depth: (depth) => metrics.depth.set(labels, depth),
  };
}

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
