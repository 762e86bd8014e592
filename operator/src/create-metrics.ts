import { Counter, Gauge, Histogram, Registry } from 'prom-client';
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
    modelTrained: new Gauge({
      name: 'stockout_model_trained',
      help: '1 while the version that the spec asks for is made; the reason says why or why not',
      labelNames: ['namespace', 'model', 'reason'],
      registers,
    }),
    modelTrainedAt: new Gauge({
      name: 'stockout_model_last_trained_timestamp_seconds',
      help: 'When the newest version was trained',
      labelNames: ['namespace', 'model'],
      registers,
    }),
    modelDrift: new Gauge({
      name: 'stockout_model_drift',
      help: '1 while what serves is asked about other rows than it learned from; the reason says more',
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
    scoringReady: new Gauge({
      name: 'stockout_scoring_ready',
      help: '1 while the newest run of a ScoringJob is committed; the reason says why or why not',
      labelNames: ['namespace', 'scoring_job', 'reason'],
      registers,
    }),
    scoredAt: new Gauge({
      name: 'stockout_scoring_last_success_timestamp_seconds',
      help: 'When the last run of a ScoringJob was committed',
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
