import { dashboard, type Panel } from '../dashboard.ts';

const MODEL = 'job="stockout-predictor",namespace=~"$namespace",stockout_model=~"$model"';
const OF_MODEL = 'namespace=~"$namespace",stockout_model=~"$model"';
const PER_MODEL = 'sum by (namespace, stockout_model)';

function percentile(quantile: number, metric: string, matchers: string): { expr: string; legend: string } {
  const buckets = `sum by (namespace, stockout_model, le) (rate(${metric}_bucket{${matchers}}[$__rate_interval]))`;
  return {
    expr: `histogram_quantile(${quantile}, ${buckets})`,
    legend: `{{namespace}}/{{stockout_model}} p${quantile * 100}`,
  };
}

/** How fast the budget of an objective is used up: 1 is what 30 days allow. */
function burn(title: string, record: string): Panel {
  const queries = ['5m', '1h', '6h'].map((window) => ({
    expr: `${record}${window}{${OF_MODEL}} / 0.001`,
    legend: `{{namespace}}/{{stockout_model}} ${window}`,
  }));
  return { title, description: '1 uses up the budget of 30 days in 30 days; 14.4 in two.', queries };
}

/** What callers notice, what they are told, and what the pods need. */
export const predictorDashboard = dashboard({
  uid: 'stockout-predictor',
  title: 'stockout / predictor',
  description: 'Requests, errors, latency, scores, and the pods of the predictors.',
  variables: [
    { name: 'namespace', label: 'Namespace', metric: 'stockout_model_info', of: 'namespace' },
    { name: 'model', label: 'Model', metric: 'stockout_model_info', of: 'stockout_model' },
  ],
  panels: [
    {
      title: 'Versions in pods',
      type: 'table',
      queries: [
        { expr: `count by (namespace, stockout_model, version, digest) (stockout_model_info{${MODEL}})` },
      ],
    },
    {
      title: 'Requests a second',
      unit: 'reqps',
      queries: [
        {
          expr: `sum by (route, code) (rate(http_request_duration_seconds_count{${MODEL}}[$__rate_interval]))`,
          legend: '{{route}} {{code}}',
        },
      ],
    },
    {
      title: 'Latency of a request for one row',
      unit: 's',
      queries: [0.5, 0.99].map((quantile) =>
        percentile(quantile, 'http_request_duration_seconds', `${MODEL},route="/predict"`),
      ),
    },
    {
      title: 'Computing for one request',
      unit: 's',
      queries: [0.5, 0.99].map((quantile) =>
        percentile(quantile, 'stockout_prediction_duration_seconds', MODEL),
      ),
    },
    burn('Errors: burn rate of the budget', 'stockout:request_errors:ratio_rate'),
    burn('Latency: burn rate of the budget', 'stockout:request_slow:ratio_rate'),
    {
      title: 'Rows scored a second',
      unit: 'rowsps',
      queries: [
        {
          expr: `sum by (version, label) (rate(stockout_predictions_total{${MODEL}}[$__rate_interval]))`,
          legend: '{{version}} label {{label}}',
        },
      ],
    },
    {
      title: 'Share of rows at risk',
      unit: 'percentunit',
      queries: [
        {
          expr: `${PER_MODEL} (rate(stockout_predictions_total{${MODEL},label="1"}[$__rate_interval])) / ${PER_MODEL} (rate(stockout_predictions_total{${MODEL}}[$__rate_interval]))`,
          legend: '{{namespace}}/{{stockout_model}}',
        },
      ],
    },
    {
      title: 'Risk scores',
      unit: 'none',
      queries: [0.1, 0.5, 0.9].map((quantile) => percentile(quantile, 'stockout_prediction_score', MODEL)),
    },
    {
      title: 'Drift by feature',
      description:
        'Population stability index against the training rows: above 0.2 much has changed. Absent below 500 rows.',
      queries: [
        {
          expr: `avg by (namespace, stockout_model, feature) (stockout_feature_psi{${MODEL}})`,
          legend: '{{namespace}}/{{stockout_model}} {{feature}}',
        },
      ],
    },
    {
      title: 'Drift of the scores',
      description: "Population stability index against the scores of the version's test rows.",
      queries: [
        {
          expr: `avg by (namespace, stockout_model) (stockout_score_psi{${MODEL}})`,
          legend: '{{namespace}}/{{stockout_model}}',
        },
      ],
    },
    {
      title: 'Candidate: outcomes of the rows that it is shown, a second',
      unit: 'rowsps',
      queries: [
        {
          expr: `sum by (namespace, stockout_model, outcome) (rate(stockout_shadow_requests_total{${MODEL}}[$__rate_interval]))`,
          legend: '{{namespace}}/{{stockout_model}} {{outcome}}',
        },
      ],
    },
    {
      title: 'Candidate: mean distance of its scores, and labels that flip',
      unit: 'percentunit',
      queries: [
        {
          expr: `${PER_MODEL} (rate(stockout_shadow_score_shift_sum{${MODEL}}[$__rate_interval])) / ${PER_MODEL} (rate(stockout_shadow_score_shift_count{${MODEL}}[$__rate_interval]))`,
          legend: '{{namespace}}/{{stockout_model}} scores',
        },
        {
          expr: `${PER_MODEL} (rate(stockout_shadow_label_flips_total{${MODEL}}[$__rate_interval])) / ${PER_MODEL} (rate(stockout_shadow_score_shift_count{${MODEL}}[$__rate_interval]))`,
          legend: '{{namespace}}/{{stockout_model}} labels',
        },
      ],
    },
    {
      title: 'Candidate: latency as the serving pods see it',
      unit: 's',
      queries: [0.5, 0.99].map((quantile) => percentile(quantile, 'stockout_shadow_duration_seconds', MODEL)),
    },
    {
      title: 'Event loop lag, 99th percentile',
      unit: 's',
      queries: [{ expr: `nodejs_eventloop_lag_p99_seconds{${MODEL}}`, legend: '{{pod}}' }],
    },
    {
      title: 'CPU',
      unit: 'short',
      queries: [{ expr: `rate(process_cpu_seconds_total{${MODEL}}[$__rate_interval])`, legend: '{{pod}}' }],
    },
    {
      title: 'Memory',
      unit: 'bytes',
      queries: [{ expr: `process_resident_memory_bytes{${MODEL}}`, legend: '{{pod}}' }],
    },
  ],
});
