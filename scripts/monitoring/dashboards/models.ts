import { dashboard, type Panel } from '../dashboard.ts';

const NAMESPACE = 'namespace=~"$namespace"';
const MODEL = `${NAMESPACE},model=~"$model"`;
const VERSION = '{{namespace}}/{{model}} {{version}}';
const SECONDS_OF_A_DAY = 86_400;

/** A figure of quality of every version that is kept. */
function quality(title: string, metric: string): Panel {
  const expr = `max by (namespace, model, version) (stockout_model_metric{${MODEL},metric="${metric}"})`;
  return { title, unit: 'none', queries: [{ expr, legend: VERSION }] };
}

/** What each model and each scoring job is at, and how good its versions are. */
export const modelsDashboard = dashboard({
  uid: 'stockout-models',
  title: 'stockout / models',
  description: 'Whether models are ready, how good their versions are, and whether scoring is done.',
  variables: [
    { name: 'namespace', label: 'Namespace', metric: 'stockout_model_ready', of: 'namespace' },
    { name: 'model', label: 'Model', metric: 'stockout_model_ready', of: 'model' },
  ],
  panels: [
    {
      title: 'Ready, and why not',
      type: 'table',
      queries: [{ expr: `max by (namespace, model, reason) (stockout_model_ready{${MODEL}})` }],
    },
    {
      title: 'Trained, and why not',
      type: 'table',
      queries: [{ expr: `max by (namespace, model, reason) (stockout_model_trained{${MODEL}})` }],
    },
    quality('AUC on the held-out rows', 'auc'),
    quality('F1 on the held-out rows', 'f1'),
    quality('Expected calibration error', 'ece'),
    quality('Brier score', 'brier'),
    {
      title: 'Days since the last training',
      unit: 'd',
      queries: [
        {
          expr: `(time() - max by (namespace, model) (stockout_model_last_trained_timestamp_seconds{${MODEL}})) / ${SECONDS_OF_A_DAY}`,
          legend: '{{namespace}}/{{model}}',
        },
      ],
    },
    {
      title: 'Gates that were not passed',
      description: 'Since the operator started.',
      queries: [
        {
          expr: `sum by (namespace, model, metric, rule) (stockout_gate_failures_total{${MODEL}})`,
          legend: '{{namespace}}/{{model}} {{metric}} {{rule}}',
        },
      ],
    },
    {
      title: 'Scoring: the newest run is committed, or why not',
      type: 'table',
      queries: [{ expr: `max by (namespace, scoring_job, reason) (stockout_scoring_ready{${NAMESPACE}})` }],
    },
    {
      title: 'Hours since the last scoring',
      unit: 'h',
      queries: [
        {
          expr: `(time() - max by (namespace, scoring_job) (stockout_scoring_last_success_timestamp_seconds{${NAMESPACE}})) / 3600`,
          legend: '{{namespace}}/{{scoring_job}}',
        },
      ],
    },
    {
      title: 'Rows scored by jobs',
      description: 'Since the operator started.',
      width: 24,
      queries: [
        {
          expr: `sum by (namespace, scoring_job) (stockout_scoring_rows_total{${NAMESPACE}})`,
          legend: '{{namespace}}/{{scoring_job}}',
        },
      ],
    },
  ],
});
