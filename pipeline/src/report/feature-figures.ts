import { barTable } from './bar-table.ts';
import { figure } from './figures.ts';
import { html, type Html } from './html.ts';
import { count, percent } from './numbers.ts';
import type { ReportData } from './report.ts';

/** Of many features, those that matter. */
const SHOWN = 20;

export function importanceFigure({ manifest, fit }: ReportData): Html {
  const total = Object.values(fit.importance).reduce((sum, gain) => sum + gain, 0) || 1;
  const shares = manifest.features
    .map(({ name }) => ({ name, share: (fit.importance[name] ?? 0) / total }))
    .sort((a, b) => b.share - a.share)
    .slice(0, SHOWN);
  const bars = shares.map(({ name, share }) => ({ name, width: share, text: percent(share) }));
  const note = 'Share of the total gain of all splits, by feature.';
  return figure('What the trees split on', note, barTable('share of gain', bars));
}

export function contributionFigure({ manifest, fit }: ReportData): Html {
  const { contributions } = fit;
  if (contributions === undefined) return html``;
  const means = manifest.features
    .map(({ name }, i) => ({ name, mean: contributions.means[i] ?? 0 }))
    .sort((a, b) => b.mean - a.mean)
    .slice(0, SHOWN);
  const most = means[0]?.mean || 1;
  const bars = means.map(({ name, mean }) => ({ name, width: mean / most, text: mean.toFixed(3) }));
  const note = `How far each feature moves a prediction: mean absolute SHAP value in log odds, ${count(contributions.rows)} test rows.`;
  return figure('What moves the predictions', note, barTable('mean absolute SHAP value', bars));
}

/** The rule of thumb for a population stability index (Siddiqi 2006). */
const SHIFTED = 0.2;

export function driftFigure({ insights }: ReportData): Html {
  if (insights === undefined || insights.drift.rows === 0) return html``;
  const { rows, features } = insights.drift;
  const known = features.flatMap(({ name, psi }) => (psi === null ? [] : [{ name, psi }]));
  const falling = known.sort((a, b) => b.psi - a.psi);
  const shifted = falling.filter(({ psi }) => psi > SHIFTED).length;
  const most = Math.max(falling[0]?.psi ?? 0, SHIFTED);
  const bars = falling.slice(0, SHOWN).map(({ name, psi }) => ({ name, width: psi / most, text: psi.toFixed(3) })); // prettier-ignore
  const note = html`The ${count(rows)} rows of the newest week against the training rows: population stability
    index. <b>${shifted}</b> of ${known.length} features are above ${SHIFTED}, which is a marked change.`;
  return figure('What has changed since training', note, barTable('population stability index', bars));
}
