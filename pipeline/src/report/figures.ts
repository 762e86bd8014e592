import type { Evaluation } from '../evaluate/metrics.ts';
import { countClasses } from '../evaluate/ranking.ts';
import { bar, chart, dot, line, ticksUpTo, UNIT_TICKS } from './chart.ts';
import { precisionRecallPoints, rocPoints } from './curve-points.ts';
import { html, type Html } from './html.ts';
import { compact, metric, threshold } from './numbers.ts';
import type { ReportData } from './report.ts';

export function figure(title: string, note: Html | string, picture: Html): Html {
  return html`<figure>
    <figcaption>
      <h3>${title}</h3>
      <p>${note}</p>
    </figcaption>
    ${picture}
  </figure>`;
}

export function rocFigure({ evaluation, champion }: ReportData): Html {
  const { auc } = evaluation.metrics;
  const options = {
    title: 'ROC curve',
    description: `Area ${metric(auc)}`,
    x: { label: 'false positive rate', from: 0, to: 1, ticks: UNIT_TICKS },
    y: { label: 'true positive rate', from: 0, to: 1, ticks: UNIT_TICKS },
  };
  const picture = chart(options, (scales) => [
    line(scales, [[0, 0], [1, 1]], 'chance'), // prettier-ignore
    ...(champion ? [line(scales, rocPoints(champion.evaluation.ranking), 'theirs')] : []),
    line(scales, rocPoints(evaluation.ranking), 'ours'),
  ]);
  const note = 'The chance that a row with a stockout ranks above one without:';
  return figure('ROC', html`${note} <b>${metric(auc)}</b>.`, picture);
}

export function precisionRecallFigure({ evaluation, champion }: ReportData): Html {
  const { prAuc } = evaluation.metrics;
  const { positives, negatives } = countClasses(evaluation.ranking);
  const share = positives / (positives + negatives);
  const options = {
    title: 'Precision and recall',
    description: `Average precision ${metric(prAuc)}, a guess would have ${metric(share)}`,
    x: { label: 'recall', from: 0, to: 1, ticks: UNIT_TICKS },
    y: { label: 'precision', from: 0, to: 1, ticks: UNIT_TICKS },
  };
  const picture = chart(options, (scales) => [
    line(scales, [[0, share], [1, share]], 'chance'), // prettier-ignore
    ...(champion ? [line(scales, precisionRecallPoints(champion.evaluation.ranking), 'theirs')] : []),
    line(scales, precisionRecallPoints(evaluation.ranking), 'ours'),
  ]);
  const note = html`Average precision <b>${metric(prAuc)}</b>; a guess would have ${metric(share)}.`;
  return figure('Precision and recall', note, picture);
}

/** The reliability diagram: a dot a bin, its area by its share of the rows. */
export function calibrationFigure({ evaluation, uncalibrated }: ReportData): Html {
  const { calibration, metrics } = evaluation;
  const before = uncalibrated?.calibration.filter((bin) => bin.rows > 0);
  const filled = calibration.filter((bin) => bin.rows > 0);
  const most = Math.max(...filled.map((bin) => bin.rows));
  const options = {
    title: 'Calibration',
    description: `Expected calibration error ${metric(metrics.ece)}`,
    x: { label: 'predicted risk', from: 0, to: 1, ticks: UNIT_TICKS },
    y: { label: 'observed share of stockouts', from: 0, to: 1, ticks: UNIT_TICKS },
  };
  const picture = chart(options, (scales) => [
    line(scales, [[0, 0], [1, 1]], 'chance'), // prettier-ignore
    ...(before ? [line(scales, before.map((bin) => [bin.score, bin.observed] as const), 'theirs thin')] : []), // prettier-ignore
    line(scales, filled.map((bin) => [bin.score, bin.observed] as const), 'ours thin'), // prettier-ignore
    ...filled.map((bin) =>
      dot(scales, [bin.score, bin.observed], 2.5 + 4.5 * Math.sqrt(bin.rows / most), 'bin'),
    ),
  ]);
  const note = 'What was predicted against what came true; expected calibration error';
  const key =
    uncalibrated &&
    html`, ${metric(uncalibrated.metrics.ece)} before the calibration. <span class="key ours">after</span>
      <span class="key theirs">before</span>`;
  return figure('Calibration', html`${note} <b>${metric(metrics.ece)}</b>${key ?? '.'}`, picture);
}

const SCORE_BINS = 20;

export function scoreFigure({ evaluation, manifest }: ReportData): Html {
  const bins = scoreBins(evaluation);
  const ticks = ticksUpTo(Math.max(...bins.map((bin) => bin.negatives + bin.positives)));
  const { value } = manifest.threshold;
  const options = {
    title: 'Scores of the test rows',
    description: `Counts by score, rows with and without a stockout apart; the threshold is ${threshold(value)}`,
    x: { label: 'predicted risk', from: 0, to: 1, ticks: UNIT_TICKS },
    y: { label: 'rows', from: 0, to: ticks.at(-1) as number, ticks, format: compact },
  };
  const picture = chart(options, (scales) => [
    ...bins.flatMap(({ negatives, positives }, i) => [
      bar(scales, [i / SCORE_BINS, 0], [(i + 1) / SCORE_BINS, negatives], 'without'),
      bar(scales, [i / SCORE_BINS, negatives], [(i + 1) / SCORE_BINS, negatives + positives], 'with'),
    ]),
    line(scales, [[value, 0], [value, ticks.at(-1) as number]], 'threshold'), // prettier-ignore
  ]);
  const key = html`<span class="key with">stockout followed</span> <span class="key without">none did</span>`;
  return figure(
    'Scores of the test rows',
    html`By what came true; the line is the threshold, ${threshold(value)}.<br />${key}`,
    picture,
  );
}

function scoreBins({ ranking }: Evaluation): { positives: number; negatives: number }[] {
  const bins = Array.from({ length: SCORE_BINS }, () => ({ positives: 0, negatives: 0 }));
  for (const [i, value] of ranking.values.entries()) {
    const bin = bins[Math.min(Math.floor(value * SCORE_BINS), SCORE_BINS - 1)];
    if (bin === undefined) continue;
    bin.positives += ranking.positives[i] as number;
    bin.negatives += ranking.negatives[i] as number;
  }
  return bins;
}

/** Where the number of trees may have been chosen, of the model that chose it. */
export function learningFigure({ fit, chosenOn }: ReportData): Html {
  const { curve } = chosenOn ?? fit;
  const held = chosenOn === undefined ? 'test' : 'validation';
  const last = curve.at(-1);
  // A model that was trained elsewhere has none.
  if (last === undefined) return html``;
  const ticks = ticksUpTo(Math.max(...curve.map((point) => Math.max(point.train, point.evaluation ?? 0))));
  const rounds = last.round;
  const options = {
    title: 'Learning curve',
    description: `Log loss by round, ending at ${metric(last.train)} on training and ${metric(last.evaluation)} on ${held} rows`,
    x: { label: 'trees', from: 0, to: rounds, ticks: [0, rounds / 2, rounds].map(Math.round) },
    y: { label: 'log loss', from: 0, to: ticks.at(-1) as number, ticks },
  };
  const picture = chart(options, (scales) => [
    line(scales, curve.map((point) => [point.round, point.train] as const), 'chance'), // prettier-ignore
    line(scales, curve.map((point) => [point.round, point.evaluation ?? 0] as const), 'ours'), // prettier-ignore
  ]);
  const key = html`<span class="key ours">${held} rows</span> <span class="key chance">training rows</span>`;
  return figure(
    'Learning curve',
    html`Log loss by the number of trees, less is better.<br />${key}`,
    picture,
  );
}
