type Type = 'counter' | 'gauge' | 'histogram';

interface Promised {
  name: string;
  type: Type;
  labels: string[];
}

function metric(type: Type, name: string, ...labels: string[]): Promised {
  return { name, type, labels };
}

/** The names, types and labels that users, dashboards and alerts hold on to. */
export const PROMISED: readonly Promised[] = [
  metric('counter', 'stockout_predictions_total', 'model', 'version', 'label'),
  metric('histogram', 'stockout_prediction_duration_seconds'),
  metric('histogram', 'stockout_prediction_score'),
  metric('histogram', 'http_request_duration_seconds', 'route', 'code'),
  metric('gauge', 'stockout_model_info', 'version', 'digest'),
  metric('gauge', 'stockout_feature_psi', 'feature'),
  metric('gauge', 'stockout_score_psi'),
  metric('gauge', 'stockout_drift_rows'),
  metric('counter', 'stockout_shadow_requests_total', 'outcome'),
  metric('counter', 'stockout_shadow_label_flips_total'),
  metric('histogram', 'stockout_shadow_score_shift'),
  metric('histogram', 'stockout_shadow_duration_seconds'),
  metric('counter', 'stockout_thread_losses_total', 'thread'),
  metric('counter', 'stockout_connections_refused_total', 'port'),
  metric('counter', 'controller_runtime_reconcile_total', 'controller', 'result'),
  metric('histogram', 'controller_runtime_reconcile_time_seconds', 'controller'),
  metric('gauge', 'workqueue_depth', 'name'),
  metric('counter', 'workqueue_adds_total', 'name'),
  metric('counter', 'workqueue_retries_total', 'name'),
  metric('gauge', 'leader_election_master_status', 'name'),
  metric('gauge', 'stockout_model_metric', 'namespace', 'model', 'version', 'metric'),
  metric('gauge', 'stockout_model_ready', 'namespace', 'model', 'reason'),
  metric('gauge', 'stockout_model_trained', 'namespace', 'model', 'reason'),
  metric('gauge', 'stockout_model_drift', 'namespace', 'model', 'reason'),
  metric('gauge', 'stockout_model_last_trained_timestamp_seconds', 'namespace', 'model'),
  metric('counter', 'stockout_gate_failures_total', 'namespace', 'model', 'metric', 'rule'),
  metric('counter', 'stockout_scoring_rows_total', 'namespace', 'scoring_job'),
  metric('gauge', 'stockout_scoring_ready', 'namespace', 'scoring_job', 'reason'),
  metric('gauge', 'stockout_scoring_last_success_timestamp_seconds', 'namespace', 'scoring_job'),
];
