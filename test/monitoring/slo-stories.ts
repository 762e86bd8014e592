import type { Story } from './story.ts';

/** A thousand requests a minute, of which a share is bad for so many minutes: spans of [minutes, share]. */
function requests(bad: (good: string, bad: string) => Record<string, string>, ...spans: [number, number][]) {
  let [goodLine, badLine] = ['', ''];
  let [good, failed] = [0, 0];
  // One sample a minute, each as its own value: rates come out exact.
  for (const [minutes, share] of spans) {
    for (let minute = 0; minute < minutes; minute++) {
      good += 1000 * (1 - share);
      failed += 1000 * share;
      goodLine += `${good} `;
      badLine += `${failed} `;
    }
  }
  return bad(goodLine.trim(), badLine.trim());
}

const POD = 'job="stockout-predictor",namespace="shop",stockout_model="retail",pod="a"';
const COUNT = `http_request_duration_seconds_count{${POD},route="/predict"`;
const BUCKET = `http_request_duration_seconds_bucket{${POD},route="/predict",code="200",le="0.1"}`;
const SLO = { slo: '99.9', namespace: 'shop', stockout_model: 'retail' };

function errors(...spans: [number, number][]): Record<string, string> {
  return requests(
    (good, bad) => ({ [`${COUNT},code="200"}`]: good, [`${COUNT},code="500"}`]: bad }),
    ...spans,
  );
}

function callersMistakes(...spans: [number, number][]): Record<string, string> {
  return requests(
    (good, bad) => ({ [`${COUNT},code="200"}`]: good, [`${COUNT},code="422"}`]: bad }),
    ...spans,
  );
}

function slow(...spans: [number, number][]): Record<string, string> {
  return requests(
    (good, bad) => {
      const bads = bad.split(' ').map(Number);
      const all = good.split(' ').map((value, at) => Number(value) + (bads[at] ?? 0));
      return { [BUCKET]: good, [`${COUNT},code="200"}`]: all.join(' ') };
    },
    ...spans,
  );
}

const EITHER: Story[] = (
  [
    ['StockoutErrorRateBurn', 'requests fail', errors],
    ['StockoutLatencyBurn', 'requests are slow', slow],
  ] as const
).flatMap(([alert, what, series]): Story[] => [
  {
    name: `2 % of ${what}: wakes somebody within minutes, and lets go half an hour after it is over`,
    alert,
    interval: '1m',
    series: series([120, 0], [60, 0.02], [90, 0]),
    firing: {
      '120m': [],
      '180m': [
        { severity: 'critical', ...SLO },
        { severity: 'warning', ...SLO },
      ],
      // Most of the day's budget went: that is still for working hours.
      '220m': [{ severity: 'warning', ...SLO }],
    },
  },
  {
    name: `0.2 % of ${what}: for working hours, and over six hours after it is`,
    alert,
    interval: '1m',
    series: series([60, 0], [300, 0.002], [420, 0]),
    firing: { '60m': [], '360m': [{ severity: 'warning', ...SLO }], '780m': [] },
  },
  {
    name: `0.05 % of ${what}: that is what the objective allows`,
    alert,
    interval: '1m',
    series: series([600, 0.0005]),
    firing: { '60m': [], '600m': [] },
  },
  {
    name: `one minute in which 10 % of ${what} is over before anybody could act`,
    alert,
    interval: '1m',
    series: series([360, 0], [1, 0.1], [60, 0]),
    firing: { '361m': [], '370m': [], '420m': [] },
  },
]);

const ERRORS: Story[] = [
  {
    name: 'what callers do wrong (422) is no error of the service',
    alert: 'StockoutErrorRateBurn',
    interval: '1m',
    series: callersMistakes([120, 0.5]),
    firing: { '120m': [] },
  },
  {
    name: 'no requests at all use up no budget',
    alert: 'StockoutErrorRateBurn',
    interval: '1m',
    series: { [`${COUNT},code="200"}`]: '5x120' },
    firing: { '120m': [] },
  },
];

export const SLO_STORIES: readonly Story[] = [...EITHER, ...ERRORS];
