import { alert } from './alert.ts';

/** Reasons by which somebody wants it so, or another alert's business. */
const INTENDED = 'Paused|Suspended';

/** Alerts about the operator and the life of models: whether what was asked for is there. */
export const lifecycleAlerts: object[] = [
  alert({
    name: 'StockoutOperatorDown',
    // Each namespace that has operators, or not a single one that Prometheus knows of.
    expr: `
max by (namespace) (up{job="stockout-operator"}) == 0
or
absent(up{job="stockout-operator"})`,
    for: '5m',
    severity: 'critical',
    summary: 'No operator of stockout answers',
    description:
      'Prometheus reaches no operator{{ with $labels.namespace }} in {{ . }}{{ end }}. What serves goes on serving; nothing is trained, scored, switched or mended.',
  }),
  alert({
    name: 'StockoutOperatorNotLeading',
    expr: 'sum by (namespace) (leader_election_master_status{job="stockout-operator"}) != 1',
    for: '5m',
    severity: 'critical',
    summary: 'Not exactly one operator leads',
    description:
      '{{ $value }} operators in {{ $labels.namespace }} say that they lead. With none, nothing is reconciled.',
  }),
  alert({
    name: 'StockoutModelNotReady',
    expr: `max by (namespace, model) (stockout_model_ready{reason!~"${INTENDED}|AwaitingPromotion|Training"}) == 0`,
    // A rollout has ten minutes (progressDeadlineSeconds) before it is given up.
    for: '15m',
    severity: 'critical',
    summary: 'Model {{ $labels.namespace }}/{{ $labels.model }} is not ready',
    description:
      'The version that is to serve has not served for 15 minutes. `kubectl -n {{ $labels.namespace }} get som {{ $labels.model }} -o wide` says why.',
  }),
  alert({
    name: 'StockoutGateFailures',
    // A counter that begins at 1 has no increase: that it is new counts too.
    expr: `
max by (namespace, model, metric, rule) (
  increase(stockout_gate_failures_total[1h]) > 0
  or
  (stockout_gate_failures_total unless stockout_gate_failures_total offset 1h)
)`,
    severity: 'warning',
    summary:
      'A new version of {{ $labels.namespace }}/{{ $labels.model }} failed the gate on {{ $labels.metric }}',
    description:
      'Within the last hour a version did not pass its gate {{ $labels.metric }} ({{ $labels.rule }}). What serves goes on serving.',
  }),
  alert({
    name: 'StockoutTrainingOverdue',
    expr: `max by (namespace, model) (stockout_model_trained{reason!~"${INTENDED}|WaitingForRollout"}) == 0`,
    // A training has one hour (activeDeadlineSeconds), retries included.
    for: '2h',
    severity: 'warning',
    summary: 'Training of {{ $labels.namespace }}/{{ $labels.model }} is overdue',
    description:
      'The version that the spec asks for has not been made for two hours: the training failed, cannot start, or takes too long.',
  }),
  alert({
    name: 'StockoutScoringLate',
    expr: `max by (namespace, scoring_job) (stockout_scoring_ready{reason!~"${INTENDED}"}) == 0`,
    for: '2h',
    severity: 'warning',
    summary: 'Scoring of {{ $labels.namespace }}/{{ $labels.scoring_job }} is late',
    description:
      'The newest run has not been committed for two hours: it failed, cannot start, or takes too long. The predictions table is that of the run before.',
  }),
];
