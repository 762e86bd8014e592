import { figure } from './figures.ts';
import { html, type Html } from './html.ts';
import { count, metric, percent, threshold } from './numbers.ts';
import type { ReportData } from './report.ts';

/** The confusion matrix as a table, each cell shaded by its share of the rows. */
export function confusionFigure({ manifest }: ReportData): Html {
  const { tn, fp, fn, tp } = manifest.confusionMatrix;
  const rows = Math.max(tn + fp + fn + tp, 1);
  const cell = (value: number, kind: 'right' | 'wrong', words: string): Html =>
    html`<td class="${kind}" style="--share:${(value / rows).toFixed(3)}">
      <b>${count(value)}</b><span>${words}</span><span>${percent(value / rows)}</span>
    </td>`;
  const picture = html`<table class="confusion">
    <thead>
      <tr>
        <td></td>
        <th scope="col">predicted: none</th>
        <th scope="col">predicted: stockout</th>
      </tr>
    </thead>
    <tbody>
      <tr>
        <th scope="row">none followed</th>
        ${cell(tn, 'right', 'rightly calm')} ${cell(fp, 'wrong', 'false alarm')}
      </tr>
      <tr>
        <th scope="row">stockout followed</th>
        ${cell(fn, 'wrong', 'missed')} ${cell(tp, 'right', 'rightly warned')}
      </tr>
    </tbody>
  </table>`;
  const { precision, recall } = manifest.metrics;
  const note = html`At threshold ${threshold(manifest.threshold.value)}: ${percent(precision ?? 0)} of the
  warnings are right (precision ${metric(precision)}), ${percent(recall ?? 0)} of the stockouts are seen
  coming (recall ${metric(recall)}).`;
  return figure('Right and wrong', note, picture);
}
