import type { Story } from './story.ts';

const READY = 'stockout_model_ready{namespace="shop",model="retail",pod="a"';
const RETAIL = { namespace: 'shop', model: 'retail' };
const GATE = 'stockout_gate_failures_total{namespace="shop",model="retail",metric="auc",rule="min",pod="a"}';
const TRAINED = 'stockout_model_trained{namespace="shop",model="retail"';
const SCORED = 'stockout_scoring_ready{namespace="shop",scoring_job="nightly"';
const LEADER = 'leader_election_master_status{job="stockout-operator",namespace="stockout-system"';
const UP = 'up{job="stockout-operator",namespace="stockout-system"';

export const LIFECYCLE_STORIES: Story[] = [
  {
    name: 'no operator answers: fires after 5 minutes, and resolves when one is back',
    alert: 'StockoutOperatorDown',
    interval: '1m',
    series: { [`${UP},pod="a"}`]: '1x2 0x10 1x10', [`${UP},pod="b"}`]: '1x2 0x22' },
    firing: {
      '2m': [],
      '6m': [],
      '10m': [{ severity: 'critical', namespace: 'stockout-system' }],
      '15m': [],
    },
  },
  {
    name: 'one of two operators is down: the other does the work',
    alert: 'StockoutOperatorDown',
    interval: '1m',
    series: { [`${UP},pod="a"}`]: '0x30', [`${UP},pod="b"}`]: '1x30' },
    firing: { '30m': [] },
  },
  {
    name: 'Prometheus knows of no operator at all: fires',
    alert: 'StockoutOperatorDown',
    interval: '1m',
    series: { 'up{job="other"}': '1x30' },
    firing: { '4m': [], '10m': [{ severity: 'critical', job: 'stockout-operator' }] },
  },
  {
    name: 'nobody leads: fires after 5 minutes, and resolves when one does',
    alert: 'StockoutOperatorNotLeading',
    interval: '1m',
    series: { [`${LEADER},pod="a"}`]: '1x2 0x10 1x10', [`${LEADER},pod="b"}`]: '0x22' },
    firing: { '2m': [], '10m': [{ severity: 'critical', namespace: 'stockout-system' }], '20m': [] },
  },
  {
    name: 'two lead: fires',
    alert: 'StockoutOperatorNotLeading',
    interval: '1m',
    series: { [`${LEADER},pod="a"}`]: '1x20', [`${LEADER},pod="b"}`]: '1x20' },
    firing: { '10m': [{ severity: 'critical', namespace: 'stockout-system' }] },
  },
  {
    name: 'another leads: a switch is no alarm',
    alert: 'StockoutOperatorNotLeading',
    interval: '1m',
    series: { [`${LEADER},pod="a"}`]: '1x9 0x20', [`${LEADER},pod="b"}`]: '0x10 1x19' },
    firing: { '9m': [], '10m': [], '15m': [], '29m': [] },
  },
  {
    name: 'a model is not ready for 15 minutes, by whatever reasons: fires, and resolves when it serves',
    alert: 'StockoutModelNotReady',
    interval: '1m',
    series: {
      [`${READY},reason="RollingOut"}`]: '0x9 stale',
      [`${READY},reason="PredictorUnavailable"}`]: '_x9 0x20 stale',
      [`${READY},reason="Serving"}`]: '_x30 1x10',
    },
    firing: { '14m': [], '16m': [{ severity: 'critical', ...RETAIL }], '35m': [] },
  },
  ...['Training', 'Paused', 'AwaitingPromotion'].map((reason) => ({
    name: `a model that is not ready because of ${reason} is nobody's alarm`,
    alert: 'StockoutModelNotReady',
    interval: '1m',
    series: { [`${READY},reason="${reason}"}`]: '0x60' },
    firing: { '60m': [] },
  })),
  {
    name: 'the first gate ever that fails: fires at once, and resolves after an hour',
    alert: 'StockoutGateFailures',
    interval: '1m',
    series: { [GATE]: '_x10 1x120' },
    firing: {
      '9m': [],
      '12m': [{ severity: 'warning', ...RETAIL, metric: 'auc', rule: 'min' }],
      '80m': [],
    },
  },
  {
    name: 'a further gate that fails: fires, and resolves after an hour',
    alert: 'StockoutGateFailures',
    interval: '1m',
    series: { [GATE]: '1x100 2x120' },
    firing: {
      '90m': [],
      '105m': [{ severity: 'warning', ...RETAIL, metric: 'auc', rule: 'min' }],
      '170m': [],
    },
  },
  {
    name: 'a training is not done after two hours: fires, and resolves with the version',
    alert: 'StockoutTrainingOverdue',
    interval: '5m',
    series: {
      [`${TRAINED},reason="Training"}`]: '0x6 stale',
      [`${TRAINED},reason="TrainingFailed"}`]: '_x6 0x30 stale',
      [`${TRAINED},reason="Trained"}`]: '_x37 1x10',
    },
    firing: { '115m': [], '125m': [{ severity: 'warning', ...RETAIL }], '200m': [] },
  },
  {
    name: 'a training that somebody suspended is not overdue',
    alert: 'StockoutTrainingOverdue',
    interval: '5m',
    series: { [`${TRAINED},reason="Suspended"}`]: '0x60' },
    firing: { '300m': [] },
  },
  {
    name: 'a run is not committed after two hours: fires, and resolves when it is',
    alert: 'StockoutScoringLate',
    interval: '5m',
    series: {
      [`${SCORED},reason="Running"}`]: '0x30 stale',
      [`${SCORED},reason="Succeeded"}`]: '_x30 1x10',
    },
    firing: {
      '115m': [],
      '125m': [{ severity: 'warning', namespace: 'shop', scoring_job: 'nightly' }],
      '160m': [],
    },
  },
];
