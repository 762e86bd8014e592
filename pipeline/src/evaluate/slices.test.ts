import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LabelledRows } from '../train/split-rows.ts';
import { fromMemory } from '../train/train-rows.ts';
import { histogramOf } from './histogram.ts';
import { columnStability } from './psi.ts';
import { groupByAge, groupBySales, groupByWeek } from './slice-groups.ts';
import { sliceRows } from './slices.ts';
import { worstSeries } from './worst-series.ts';

const dayOf = (date: string): number => Date.parse(date) / 86_400_000;

/** Rows of (store, product, day, label, sales). */
function buildRows(rows: [string, string, string, number, number?][]): LabelledRows {
  const storeNames = [...new Set(rows.map(([store]) => store))].toSorted();
  const productNames = [...new Set(rows.map(([, product]) => product))].toSorted();
  return {
    values: new Float32Array(rows.map((row) => row[4] ?? Number.NaN)),
    rows: rows.length,
    columns: 1,
    labels: new Float32Array(rows.map((row) => row[3])),
    keys: {
      days: new Int32Array(rows.map((row) => dayOf(row[2]))),
      stores: new Int32Array(rows.map((row) => storeNames.indexOf(row[0]))),
      storeNames,
      products: new Int32Array(rows.map((row) => productNames.indexOf(row[1]))),
      productNames,
    },
  };
}

describe('slices of the test rows', () => {
  it('are weeks from Monday to Sunday', () => {
    const rows = buildRows([
      ['S', 'P', '2025-06-01', 0], // a Sunday
      ['S', 'P', '2025-06-02', 1],
      ['S', 'P', '2025-06-08', 0],
    ]);
    const { groups, names } = groupByWeek(rows);
    expect(names).toEqual(['week of 2025-05-26', 'week of 2025-06-02']);
    expect([...groups]).toEqual([0, 1, 1]);
  });

  it('class products by what they sold in training; one that was not there has no class', () => {
    const train = buildRows(Array.from({ length: 10 }, (_, i) => ['S', `P${i}`, '2025-06-01', 0, 100 - i]));
    const test = buildRows([['S', 'P0', '2025-06-02', 0], ['S', 'P2', '2025-06-02', 0], ['S', 'P9', '2025-06-02', 0], ['S', 'new', '2025-06-02', 0]]); // prettier-ignore
    expect([...groupBySales(test, fromMemory(train), 0).groups]).toEqual([0, 1, 2, -1]);
  });

  it('call those new that came after the data began, in their first 28 days', () => {
    const firstDays = {
      table: dayOf('2025-01-01'),
      stores: new Map([['old', dayOf('2025-01-01')], ['young', dayOf('2025-05-20')]]), // prettier-ignore
      products: new Map([['P', dayOf('2025-01-01')]]),
    };
    const rows = buildRows([
      ['old', 'P', '2025-01-02', 0],
      ['young', 'P', '2025-06-16', 0],
      ['young', 'P', '2025-06-17', 0],
    ]);
    expect([...groupByAge(rows, firstDays).groups]).toEqual([1, 0, 1]);
  });

  it('have the metrics of their own rows, at the one threshold', () => {
    const rows = buildRows([['A', 'P', '2025-06-02', 1], ['A', 'P', '2025-06-03', 0], ['B', 'P', '2025-06-02', 0]]); // prettier-ignore
    const scored = { scores: new Float32Array([0.9, 0.6, 0.2]), threshold: 0.5 };
    expect(sliceRows(rows, scored, rows.keys.stores, ['A', 'B', 'none'])).toEqual([
      { name: 'A', rows: 2, positives: 1, auc: 1, prAuc: 1, precision: 0.5, recall: 1 },
      { name: 'B', rows: 1, positives: 0, auc: null, prAuc: null, precision: null, recall: null },
    ]);
  });

  it('name the series that are scored worst, but for those of too few rows', () => {
    const days = ['2025-06-02', '2025-06-03', '2025-06-04', '2025-06-05', '2025-06-06'];
    const rows = buildRows([
      ...days.map((day) => ['S', 'good', day, 1] as [string, string, string, number]),
      ...days.map((day) => ['S', 'missed', day, 1] as [string, string, string, number]),
      ['S', 'short', '2025-06-02', 1],
    ]);
    const scores = new Float32Array(rows.labels.map((_, row) => (row < 5 ? 0.75 : 0.25)));
    const worst = worstSeries(rows, { scores, threshold: 0.5 });
    expect(worst.map(({ product, missed }) => [product, missed])).toEqual([['missed', 5], ['good', 0]]); // prettier-ignore
  });
});

describe('the stability index', () => {
  it('is 0 for the values that the histogram was made of, and grows with what has moved', () => {
    fc.assert(
      fc.property(fc.float32Array({ minLength: 1, maxLength: 200, noDefaultInfinity: true }), (values) => {
        expect(columnStability(histogramOf(values), values)).toBeCloseTo(0, 10);
      }),
    );
    const values = new Float32Array(1000).map((_, i) => i);
    const moved = (by: number) => columnStability(histogramOf(values), values.map((value) => value + by)) ?? 0; // prettier-ignore
    expect(moved(50)).toBeGreaterThan(0.05);
    expect(moved(300)).toBeGreaterThan(moved(50));
    expect(columnStability(histogramOf(values), new Float32Array([Number.NaN]))).toBeGreaterThan(5);
  });

  it('is the sum over the bins of (is - was) ln(is / was)', () => {
    const histogram = { edges: [0, 1, 2], counts: [50, 50], nulls: 0 };
    const index = columnStability(histogram, new Float32Array([0.5, 1.5, 1.5, 1.5]));
    expect(index).toBeCloseTo(-0.25 * Math.log(0.5) + 0.25 * Math.log(1.5), 12);
    expect(columnStability(histogram, new Float32Array())).toBeNull();
  });
});
