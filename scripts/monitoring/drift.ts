import { alert } from './alert.ts';

/** Above it much has changed, by the usual rule of thumb. */
const MUCH = 0.2;
const PER_MODEL = 'by (namespace, stockout_model)';
const FEATURES =
  'avg by (namespace, stockout_model, feature) (stockout_feature_psi{job="stockout-predictor"})';
const FAILED = 'job="stockout-predictor",outcome!~"compared|dropped"';
const SENT = 'job="stockout-predictor",outcome!="dropped"';

/** Alerts about what the rows that are served look like, candidates that are shown them, and what serving lacks. */
export const trafficAlerts: object[] = [
  alert({
    name: 'StockoutThreadLosses',
    // One that is lost is started again; a pod that loses them again and again lacks something.
    expr: `sum by (namespace, stockout_model, thread) (increase(stockout_thread_losses_total{job="stockout-predictor"}[30m])) > 2`,
    severity: 'warning',
    summary:
      'Predictors of {{ $labels.namespace }}/{{ $labels.stockout_model }} lose their {{ $labels.thread }} threads',
    description:
      '{{ $value | humanize }} were lost within 30 minutes. What they had was answered 503; single rows are scored all the same.',
  }),
  alert({
    name: 'StockoutConnectionsRefused',
    expr: `sum ${PER_MODEL} (rate(stockout_connections_refused_total{job="stockout-predictor"}[5m])) > 0`,
    for: '5m',
    severity: 'warning',
    summary: 'Predictors of {{ $labels.namespace }}/{{ $labels.stockout_model }} refuse connections',
    description:
      '{{ $value | humanize }} a second are closed unheard: as many are open as descriptors allow.',
  }),
  alert({
    name: 'StockoutFeatureDrift',
    // The mean over pods: each sees its share of the callers. One alert a model, however many features moved.
    expr: `count ${PER_MODEL} (${FEATURES} > ${MUCH})`,
    for: '1h',
    severity: 'warning',
    summary:
      '{{ $labels.namespace }}/{{ $labels.stockout_model }} is asked about other rows than it learned from',
    description: `{{ $value }} features have a population stability index above ${MUCH} against the training rows, for an hour.`,
  }),
  alert({
    name: 'StockoutScoreDrift',
    expr: `avg ${PER_MODEL} (stockout_score_psi{job="stockout-predictor"}) > ${MUCH}`,
    for: '1h',
    severity: 'warning',
    summary: '{{ $labels.namespace }}/{{ $labels.stockout_model }} gives other scores than on its test rows',
    description: `The population stability index of the scores is {{ $value | humanize }}, above ${MUCH} for an hour.`,
  }),
  alert({
    name: 'StockoutShadowErrors',
    expr: `
sum ${PER_MODEL} (rate(stockout_shadow_requests_total{${FAILED}}[10m]))
/
sum ${PER_MODEL} (rate(stockout_shadow_requests_total{${SENT}}[10m]))
> 0.05`,
    for: '5m',
    severity: 'warning',
    summary:
      'The candidate of {{ $labels.namespace }}/{{ $labels.stockout_model }} fails the rows it is shown',
    description:
      '{{ $value | humanizePercentage }} of the rows that the serving pods show it come back without a score. Callers notice nothing.',
  }),
];
