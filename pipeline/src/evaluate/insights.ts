import type { Manifest } from '@stockout/contracts';
import type { Material } from '../train/material.ts';
import { stabilityIndex } from './psi.ts';
import { type Groups, groupByAge, groupBySales, groupByStore, groupByWeek } from './slice-groups.ts';
import { type Slice, sliceRows } from './slices.ts';
import type { Scored } from './weighted-ranking.ts';
import { type WorstSeries, worstSeries } from './worst-series.ts';

/** Where a version is good and where it is not, on its test rows; and what has changed since its training rows. */
export interface Insights {
  stores: Slice[];
  weeks: Slice[];
  /** Empty where the model has no sales to class products by. */
  salesClasses: Slice[];
  /** New stores and products, and the others; empty where none is new. */
  ages: Slice[];
  worst: WorstSeries[];
  /** The newest week against the training rows. */
  drift: { rows: number; features: { name: string; psi: number | null }[] };
}

/** @param names one per column */
export function gatherInsights(
  material: Material,
  scored: Scored,
  names: readonly string[],
  histograms: Manifest['histograms'],
): Insights {
  const { test, train, firstDays } = material;
  const slice = ({ groups, names: groupNames }: Groups) => sliceRows(test, scored, groups, groupNames);
  const sales = names.indexOf('daily_sales');
  const ages = slice(groupByAge(test, firstDays));
  return {
    stores: slice(groupByStore(test)),
    weeks: slice(groupByWeek(test)),
    salesClasses: sales < 0 ? [] : slice(groupBySales(test, train, sales)),
    ages: ages.length > 1 ? ages : [],
    worst: worstSeries(test, scored),
    drift: driftOf(material.newestWeek, names, histograms),
  };
}

function driftOf(
  { values, rows, columns }: Material['newestWeek'],
  names: readonly string[],
  { features }: Manifest['histograms'],
): Insights['drift'] {
  const column = new Float32Array(rows);
  const indices = names.map((name, index) => {
    for (let row = 0; row < rows; row++) column[row] = values[row * columns + index]!;
    const histogram = features[name];
    return { name, psi: histogram ? stabilityIndex(histogram, column) : null };
  });
  return { rows, features: indices };
}
