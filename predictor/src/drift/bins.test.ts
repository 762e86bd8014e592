import type { Feature, Histogram } from '@stockout/contracts';
import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { Bins } from './bins.ts';

function featureOf(name: string): Feature {
  return { name, description: name, nullable: true, min: null, max: null, example: null };
}

function histogramOf(edges: number[]): Histogram {
  return { edges, counts: edges.slice(1).map(() => 1), nulls: 0 };
}

/** Bins of one feature, and of a score of two bins. */
function binsOf(edges: number[]): Bins {
  const histograms = { features: { a: histogramOf(edges) }, score: histogramOf([0, 0.5, 1]) };
  return new Bins({ features: [featureOf('a')], histograms });
}

/** Where a value is counted, by the definition. */
function expectedBin(edges: readonly number[], value: number): number {
  const bins = Math.max(1, edges.length - 1);
  if (Number.isNaN(value)) return bins;
  const below = edges.filter((edge) => edge <= value).length - 1;
  return Math.min(Math.max(below, 0), bins - 1);
}

it('counts each value in its bin, what lies beyond in the first and last, a missing one apart', () => {
  const number = fc.float({ noNaN: true, noDefaultInfinity: true });
  const edges = fc.uniqueArray(number, { maxLength: 24 }).map((found) => found.toSorted((a, b) => a - b));
  fc.assert(
    fc.property(edges, fc.float({ noDefaultInfinity: true }), (sorted, free) => {
      for (const value of [free, ...sorted]) {
        const bins = binsOf(sorted.length === 1 ? [] : sorted);
        const counts = new Uint32Array(bins.size);
        bins.count(counts, new Float32Array([9, value]), 1, 0.7);
        const bin = expectedBin(sorted.length === 1 ? [] : sorted, value);
        expect([...counts.keys()].filter((slot) => counts[slot])).toEqual([bin, counts.length - 2]);
      }
    }),
  );
});

it('has a bin for a feature that was empty in training, and for one that no histogram is of', () => {
  const features = [featureOf('empty'), featureOf('unknown')];
  const histograms = { features: { empty: histogramOf([]) }, score: histogramOf([0, 1]) };
  const bins = new Bins({ features, histograms });
  const counts = new Uint32Array(bins.size);
  bins.count(counts, new Float32Array([1, Number.NaN]), 0, 0.5);
  expect([...counts]).toEqual([1, 0, 0, 1, 1, 0]);
});
