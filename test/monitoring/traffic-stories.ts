import type { Story } from './story.ts';

const POD = 'job="stockout-predictor",namespace="shop",stockout_model="retail"';
const FIRES = [{ severity: 'warning', namespace: 'shop', stockout_model: 'retail' }];
const psi = (feature: string, pod = 'a'): string =>
  `stockout_feature_psi{${POD},feature="${feature}",pod="${pod}"}`;
const shadow = (outcome: string): string =>
  `stockout_shadow_requests_total{${POD},outcome="${outcome}",pod="a"}`;

const losses = `stockout_thread_losses_total{${POD},thread="history",pod="a"}`;

export const TRAFFIC_STORIES: readonly Story[] = [
  {
    name: 'features moved: one alert for all of them after an hour, which resolves when they are back',
    alert: 'StockoutFeatureDrift',
    interval: '1m',
    series: { [psi('price')]: '0.05x10 0.4x120 0.05x30', [psi('inventory')]: '0.3x130 0.1x30' },
    firing: { '30m': [], '75m': FIRES, '150m': [] },
  },
  {
    name: 'one pod of two has odd callers: the model as a whole is asked what it knows',
    alert: 'StockoutFeatureDrift',
    interval: '1m',
    series: { [psi('price', 'a')]: '0.3x180', [psi('price', 'b')]: '0.01x180' },
    firing: { '170m': [] },
  },
  {
    name: 'too few rows to tell: no series, no alert',
    alert: 'StockoutFeatureDrift',
    interval: '1m',
    series: { [`stockout_drift_rows{${POD},pod="a"}`]: '100x180' },
    firing: { '170m': [] },
  },
  {
    name: 'scores moved: fires after an hour, and resolves',
    alert: 'StockoutScoreDrift',
    interval: '1m',
    series: { [`stockout_score_psi{${POD},pod="a"}`]: '0.1x10 0.25x120 0.1x30' },
    firing: { '30m': [], '80m': FIRES, '150m': [] },
  },
  {
    name: 'a tenth of what the candidate is shown fails: fires, and resolves when the comparison is over',
    alert: 'StockoutShadowErrors',
    interval: '1m',
    series: { [shadow('compared')]: '0+9x60 540x60', [shadow('timeout')]: '0+1x60 60x60' },
    firing: { '10m': FIRES, '50m': FIRES, '110m': [] },
  },
  {
    name: 'what is dropped unsent is no error, nor is one in a hundred',
    alert: 'StockoutShadowErrors',
    interval: '1m',
    series: { [shadow('compared')]: '0+99x60', [shadow('row')]: '0+1x60', [shadow('dropped')]: '0+900x60' },
    firing: { '50m': [] },
  },
  {
    name: 'a thread is lost once: it was started again, no alert',
    alert: 'StockoutThreadLosses',
    interval: '1m',
    series: { [losses]: '0x10 1x50' },
    firing: { '20m': [] },
  },
  {
    name: 'a thread is lost every five minutes: fires, and resolves half an hour after the last loss',
    alert: 'StockoutThreadLosses',
    interval: '5m',
    series: { [losses]: '0+1x12 12x12' },
    firing: { '40m': [{ ...FIRES[0]!, thread: 'history' }], '110m': [] },
  },
  {
    name: 'connections are refused for ten minutes: fires after five, and resolves',
    alert: 'StockoutConnectionsRefused',
    interval: '1m',
    series: { [`stockout_connections_refused_total{${POD},port="http",pod="a"}`]: '0x5 0+60x10 600x20' },
    firing: { '4m': [], '14m': FIRES, '30m': [] },
  },
];
