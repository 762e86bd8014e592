import { COLD_DAYS } from '../evaluate/slice-groups.ts';
import type { Slice } from '../evaluate/slices.ts';
import { html, type Html } from './html.ts';
import { count, metric, percent } from './numbers.ts';
import type { ReportData } from './report.ts';

/** More stores than these are not all shown: the worst are. */
const MOST_STORES = 20;

/** The quality by store, week and class of products, and the series that are scored worst. */
export function slicesSection({ insights }: ReportData): Html {
  if (insights === undefined) return html``;
  const { stores, weeks, salesClasses, ages } = insights;
  const worstFirst = stores.toSorted((a, b) => (a.auc ?? 2) - (b.auc ?? 2)).slice(0, MOST_STORES);
  const shown = stores.length > MOST_STORES ? `the ${MOST_STORES} worst of ${stores.length}` : 'worst first';
  return html`<section aria-labelledby="slices">
    <h2 id="slices">Where it is good, and where it is not</h2>
    ${ages.length > 0 && sliceTable('New stores and products', ages, `in their first ${COLD_DAYS} days much of what the features look back at is missing`)}
    ${weeks.length > 0 && sliceTable('By week', weeks, 'oldest first')}
    ${salesClasses.length > 0 && sliceTable('By what products sell', salesClasses, 'mean sales a day over the training rows')}
    ${sliceTable('By store', worstFirst, shown)} ${worstTable(insights.worst)}
  </section>`;
}

function sliceTable(title: string, slices: readonly Slice[], note: string): Html {
  return html`<div class="scroll">
    <table class="slices">
      <caption>
        ${title}
        <small>${note}</small>
      </caption>
      <thead>
        <tr>
          <th scope="col">Rows of</th>
          ${['rows', 'stockouts', 'AUC', 'PR-AUC', 'precision', 'recall'].map((name) => html`<th scope="col" class="number">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${slices.map(sliceLine)}
      </tbody>
    </table>
  </div>`;
}

function sliceLine({ name, rows, positives, auc, prAuc, precision, recall }: Slice): Html {
  const values = [count(rows), percent(positives / rows), ...[auc, prAuc, precision, recall].map(metric)];
  return html`<tr>
    <th scope="row">${name}</th>
    ${values.map((value) => html`<td class="number">${value}</td>`)}
  </tr>`;
}

function worstTable(worst: NonNullable<ReportData['insights']>['worst']): Html {
  if (worst.length === 0) return html``;
  return html`<div class="scroll">
    <table class="slices">
      <caption>
        The ${worst.length} worst series
        <small>by mean log loss, of those with five test rows or more</small>
      </caption>
      <thead>
        <tr>
          <th scope="col">Store, product</th>
          ${['rows', 'stockouts', 'mean score', 'missed', 'false alarms', 'log loss'].map((name) => html`<th scope="col" class="number">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${worst.map(
          ({ store, product, rows, positives, score, missed, falseAlarms, logLoss }) =>
            html`<tr>
              <th scope="row">${store}, ${product}</th>
              ${[count(rows), count(positives), metric(score), count(missed), count(falseAlarms), metric(logLoss)].map((value) => html`<td class="number">${value}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
