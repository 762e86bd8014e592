import {
  type Baseline,
  type Gain,
  type Interval,
  LOWER_IS_BETTER,
  METRIC_NAMES,
  type MetricName,
} from '@stockout/contracts';
import { CALIBRATION_BINS } from '../evaluate/probability-metrics.ts';
import { breakable, html, type Html } from './html.ts';
import { count, metric, signed } from './numbers.ts';
import type { ReportData } from './report.ts';

export const METRIC_TITLES: Record<MetricName, string> = {
  auc: 'AUC',
  prAuc: 'PR-AUC',
  f1: 'F1',
  precision: 'Precision',
  recall: 'Recall',
  brier: 'Brier score',
  logLoss: 'Log loss',
  ece: 'Calibration error',
};

const MEANINGS: Record<MetricName, string> = {
  auc: 'chance that a row with a stockout ranks above one without',
  prAuc: 'average precision over all thresholds',
  f1: 'harmonic mean of precision and recall at the threshold',
  precision: 'of the warnings, the share that a stockout followed',
  recall: 'of the rows that a stockout followed, the share that was warned of',
  brier: 'mean squared distance of score and truth',
  logLoss: 'mean negative log likelihood',
  ece: `mean distance of predicted and observed share, ${CALIBRATION_BINS} bins`,
};

const HEADLINES: readonly MetricName[] = ['auc', 'f1', 'precision', 'recall'];

/** The four figures that people ask for, large. */
export function headlines({ manifest }: ReportData): Html {
  const tiles = HEADLINES.map(
    (name) =>
      html`<div>
        <dt>${METRIC_TITLES[name]}</dt>
        <dd>${metric(manifest.metrics[name])}</dd>
      </div>`,
  );
  return html`<dl class="tiles">${tiles}</dl>`;
}

/** Every metric beside the champion's and the best single feature's on the same rows. */
export function metricsTable({ manifest }: ReportData): Html {
  const { champion, baseline } = manifest;
  return html`<table class="metrics">
    <thead>
      <tr>
        <th scope="col">Metric</th>
        <th scope="col" class="number">${manifest.version}</th>
        ${champion && html`<th scope="col" class="number">${champion.version}, serving</th>`}
        ${baseline && html`<th scope="col" class="number">${direction(baseline)} <code>${breakable(baseline.feature)}</code> alone</th>`}
      </tr>
    </thead>
    <tbody>
      ${METRIC_NAMES.map((name) => metricRow(name, manifest))}
    </tbody>
  </table>`;
}

/** What the intervals are, below the table. */
export function confidenceNote({ manifest }: ReportData): Html {
  const { confidence } = manifest;
  if (confidence === undefined) return html``;
  return html`<p class="hint">
    In brackets: the middle 95% of ${confidence.resamples} resamples of the ${count(confidence.series)} series
    (store × product) among the ${count(manifest.data.testRows)} test rows. A difference whose interval holds
    0 may be chance.
  </p>`;
}

function metricRow(name: MetricName, manifest: ReportData['manifest']): Html {
  const { metrics, champion, baseline, confidence } = manifest;
  const known = name === 'auc' || name === 'prAuc' || name === 'f1' ? name : undefined;
  const lower = LOWER_IS_BETTER.has(name);
  return html`<tr>
    <th scope="row">${METRIC_TITLES[name]}<small>${MEANINGS[name]}${lower && '; less is better'}</small></th>
    <td class="number"><b>${metric(metrics[name])}</b>${known && interval(confidence?.metrics[known])}</td>
    ${champion && html`<td class="number">${metric(champion.metrics[name])} ${gain(name, metrics[name], champion.metrics[name])}${known && gainInterval(confidence?.overChampion?.[known])}</td>`}
    ${baseline && html`<td class="number">${metric(baselineValue(baseline, name))} ${gain(name, metrics[name], baselineValue(baseline, name) ?? null)}${known && gainInterval(confidence?.overBaseline?.[known])}</td>`}
  </tr>`;
}

function interval(of: Interval | null | undefined): Html | false {
  return of != null && html`<span class="interval">[${metric(of.low)} to ${metric(of.high)}]</span>`;
}

function gainInterval(of: Gain | null | undefined): Html | false {
  return of != null && html`<span class="interval">[${signed(of.low)} to ${signed(of.high)}]</span>`;
}

/** How much better (green) or worse this version is. */
function gain(name: MetricName, ours: number | null, theirs: number | null): Html {
  if (ours === null || theirs === null) return html``;
  const difference = ours - theirs;
  const better = LOWER_IS_BETTER.has(name) ? difference < 0 : difference > 0;
  const text = signed(difference);
  return html`<span class="gain ${text === '±0' ? '' : better ? 'good' : 'bad'}">${text}</span>`;
}

function baselineValue(baseline: Baseline, name: MetricName): number | null | undefined {
  return name === 'auc' || name === 'prAuc' || name === 'f1' ? baseline[name] : undefined;
}

function direction(baseline: Baseline): string {
  return baseline.direction === 1 ? 'more' : 'less';
}
