import { alert } from './alert.ts';

/** Above it much has changed, by the usual rule of thumb. */
const MUCH = 0.2;
const PER_MODEL = 'by (namespace, stockout_model)';
const FEATURES =
  'avg by (namespace, stockout_model, feature) (stockout_feature_psi{job="stockout-predictor"})';
const FAILED = 'job="stockout-predictor",outcome!~"compared|dropped"';
const SENT = 'job="stockout-predictor",outcome!="dropped"';

/** Alerts about what the rows that are served look like, and about candidates that are shown them. */
export const trafficAlerts: object[] = [
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
