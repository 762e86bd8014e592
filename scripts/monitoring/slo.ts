import { alert, type Severity } from './alert.ts';

/** Of 1,000 requests one may fail, and one may be slow. */
const BUDGET = 0.001;
/** What a request for one row may take; a bound of the histogram. */
const SLOW_SECONDS = 0.1;
const PER_MODEL = 'by (namespace, stockout_model)';
const SCORING = 'job="stockout-predictor",route=~"/predict.*|/invocations|/v2/.*infer"';
const ONE_ROW = 'job="stockout-predictor",route="/predict",code=~"2.."';
const WINDOWS = ['5m', '30m', '1h', '2h', '6h', '1d', '3d'];

interface Objective {
  alert: string;
  /** The recorded share of requests that miss the objective, without its window. */
  record: string;
  /** That share over a window. */
  ratio(window: string): string;
  summary: string;
  what: string;
}

const OBJECTIVES: Objective[] = [
  {
    alert: 'StockoutErrorRateBurn',
    record: 'stockout:request_errors:ratio_rate',
    ratio: (window) => {
      const rate = (codes: string): string =>
        `sum ${PER_MODEL} (rate(http_request_duration_seconds_count{${SCORING}${codes}}[${window}]))`;
      // Without a single error there is no such series: that is none of all.
      return `(${rate(',code=~"5.."')} or 0 * ${rate('')})\n/\n${rate('')}`;
    },
    summary: 'fails too many requests',
    what: 'of the requests to score are answered by 5xx',
  },
  {
    alert: 'StockoutLatencyBurn',
    record: 'stockout:request_slow:ratio_rate',
    ratio: (window) => {
      const rate = (what: string): string =>
        `sum ${PER_MODEL} (rate(http_request_duration_seconds_${what}}[${window}]))`;
      const fast = rate(`bucket{${ONE_ROW},le="${SLOW_SECONDS}"`);
      return `1 -\n${fast}\n/\n${rate(`count{${ONE_ROW}`)}`;
    },
    summary: 'is too slow',
    what: `of the requests for one row take longer than ${SLOW_SECONDS * 1000} ms`,
  },
];

/** The budget of 30 days is gone in 30 / factor days; the short window ends the alert soon after the trouble. */
interface BurnRate {
  factor: number;
  long: string;
  short: string;
}

const BURN_RATES: Record<Severity, { for: string; rates: BurnRate[] }> = {
  critical: {
    for: '2m',
    rates: [
      { factor: 14.4, long: '1h', short: '5m' },
      { factor: 6, long: '6h', short: '30m' },
    ],
  },
  warning: {
    for: '15m',
    rates: [
      { factor: 3, long: '1d', short: '2h' },
      { factor: 1, long: '3d', short: '6h' },
    ],
  },
};

/** The share of requests that miss each objective, over each window, by model. */
export const burnRecords: object[] = OBJECTIVES.flatMap(({ record, ratio }) =>
  WINDOWS.map((window) => ({ record: record + window, expr: ratio(window) })),
);

/** Multi-window, multi-burn-rate alerts, by the SRE workbook's factors. */
export const burnAlerts: object[] = OBJECTIVES.flatMap((objective) =>
  (['critical', 'warning'] as const).map((severity) => burnAlert(objective, severity)),
);

function burnAlert({ alert: name, record, summary, what }: Objective, severity: Severity): object {
  const { rates, for: duration } = BURN_RATES[severity];
  const burns = rates.map(({ factor, long, short }) => {
    const most = Number((factor * BUDGET).toPrecision(6));
    return `(${record}${long} > ${most} and ${record}${short} > ${most})`;
  });
  return alert({
    name,
    expr: burns.join('\nor\n'),
    for: duration,
    severity,
    labels: { slo: '99.9' },
    summary: `{{ $labels.namespace }}/{{ $labels.stockout_model }} ${summary}`,
    description: `{{ $value | humanizePercentage }} ${what}; 0.1 % may. At this rate the budget of 30 days is gone in ${severity === 'critical' ? 'five days or less' : 'thirty days or less'}.`,
  });
}
