import { costOfCuts } from '../evaluate/cuts.ts';
import type { Ranking } from '../evaluate/ranking.ts';
import { chart, line, type Point, ticksUpTo, UNIT_TICKS } from './chart.ts';
import { figure } from './figures.ts';
import { html, type Html } from './html.ts';
import { metric } from './numbers.ts';
import type { ReportData } from './report.ts';

/** What errors cost by threshold, on the rows where it was chosen and on the test rows. */
export function costFigure({ manifest, evaluation, chosenOn }: ReportData): Html {
  const { missedStockout, falseAlarm, value } = manifest.threshold;
  if (missedStockout === undefined || falseAlarm === undefined) return html``;
  const costs = { missedStockout, falseAlarm };
  const curve = (ranking: Ranking): Point[] => costOfCuts(ranking, costs).map((cut) => [Math.min(cut.threshold, 1), cut.cost] as const); // prettier-ignore
  const test = curve(evaluation.ranking);
  const validation = chosenOn ? curve(chosenOn.ranking) : [];
  const ticks = ticksUpTo(Math.max(...[...test, ...validation].map(([, cost]) => cost)));
  const top = ticks.at(-1) as number;
  const paid = test.findLast(([threshold]) => threshold >= value)?.[1];
  const options = {
    title: 'Cost of errors',
    description: `Cost a row by threshold; ${metric(paid)} at the chosen ${metric(value)}`,
    x: { label: 'threshold', from: 0, to: 1, ticks: UNIT_TICKS },
    y: { label: 'cost a row', from: 0, to: top, ticks },
  };
  const picture = chart(options, (scales) => [
    line(scales, thin(validation), 'theirs'),
    line(scales, thin(test), 'ours'),
    line(scales, [[Math.min(value, 1), 0], [Math.min(value, 1), top]], 'threshold'), // prettier-ignore
  ]);
  const note = html`A missed stockout costs ${missedStockout}, a false alarm ${falseAlarm}: at the threshold
    <b>${metric(value)}</b> the test rows cost <b>${metric(paid)}</b> each.
    <span class="key ours">test rows</span>
    <span class="key theirs">validation rows, where it was chosen</span>`;
  return figure('Cost of errors', note, picture);
}

/** A point every thousandth of the scale is more than the eye sees. */
function thin(points: readonly Point[]): Point[] {
  return points.filter(
    ([x], i) =>
      i === 0 || i === points.length - 1 || Math.floor(x * 500) !== Math.floor(points[i - 1]![0] * 500),
  );
}
