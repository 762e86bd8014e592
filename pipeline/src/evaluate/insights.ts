import type { Manifest } from '@stockout/contracts';
import type { Material } from '../train/material.ts';
import { columnStability } from './psi.ts';
import type { LabelledRows } from '../train/split-rows.ts';
import {
  type FirstDays,
  type Groups,
  groupByAge,
  groupBySales,
  groupByStore,
  groupByWeek,
} from './slice-groups.ts';
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

/** The quality by parts of the test rows. */
export type Slices = Omit<Insights, 'drift'>;

/** @param names one per column */
export function gatherInsights(
  material: Material,
  scored: Scored,
  names: readonly string[],
  histograms: Manifest['histograms'],
): Insights {
  const drift = driftOf(material.newestWeek, names, histograms);
  return { ...gatherSlices(material, scored, names), drift };
}

/** @param names one per column */
export function gatherSlices(
  { test, train, firstDays }: Pick<Material, 'test' | 'train' | 'firstDays'>,
  scored: Scored,
  names: readonly string[],
): Slices {
  const slice = ({ groups, names: groupNames }: Groups) => sliceRows(test, scored, groups, groupNames);
  const sales = names.indexOf('daily_sales');
  return {
    stores: slice(groupByStore(test)),
    weeks: slice(groupByWeek(test)),
    salesClasses: sales < 0 ? [] : slice(groupBySales(test, train, sales)),
    ages: sliceByAge(test, firstDays, scored),
    worst: worstSeries(test, scored),
  };
}

export function sliceByAge(test: LabelledRows, firstDays: FirstDays, scored: Scored): Slice[] {
  const { groups, names } = groupByAge(test, firstDays);
  const ages = sliceRows(test, scored, groups, names);
  return ages.length > 1 ? ages : [];
}

/** The quality on new stores and products, which are the first of the ages; undefined where none is new. */
export function coldStartOf([first]: readonly Slice[]): Manifest['coldStart'] {
  if (first === undefined) return undefined;
  const { name: _name, ...coldStart } = first;
  return coldStart;
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
    return { name, psi: histogram ? columnStability(histogram, column) : null };
  });
  return { rows, features: indices };
}
