import { driftReportSchema, type Manifest } from '@stockout/contracts';
import { beforeEach, describe, expect, it } from 'vitest';
import { tinyManifest } from '../testing/fixture.ts';
import { Drift } from './drift.ts';

const HOUR = 3_600_000;
const LIMITS = { windowMs: 6 * HOUR, windowRows: 24_000 };

let manifest: Manifest;
let now: number;
let drift: Drift;

beforeEach(async () => {
  manifest = await tinyManifest();
  now = Date.parse('2026-03-01T12:00:00Z');
  drift = new Drift(manifest, LIMITS, () => now);
});

/** Rows as the training had them: each feature's values by its own histogram. */
function trainingRows(rows: number): Float32Array {
  const { features, histograms } = manifest;
  const matrix = new Float32Array(rows * features.length);
  for (const [column, { name }] of features.entries()) {
    const { edges, counts, nulls } = histograms.features[name] as Manifest['histograms']['score'];
    const ends = [...counts, nulls].map((_, bin, all) => all.slice(0, bin + 1).reduce((a, b) => a + b));
    for (let row = 0; row < rows; row++) {
      const place = ((row + 0.5) / rows) * (ends.at(-1) as number);
      const bin = ends.findIndex((end) => place < end);
      matrix[row * features.length + column] = bin < counts.length ? middle(edges, bin) : Number.NaN;
    }
  }
  return matrix;
}

function middle(edges: readonly number[], bin: number): number {
  return ((edges[bin] as number) + (edges[bin + 1] as number)) / 2;
}

function serve(rows: number, change: (row: Float32Array) => void = () => {}): void {
  const matrix = trainingRows(rows);
  const width = manifest.features.length;
  for (let row = 0; row < rows; row++) {
    const values = matrix.subarray(row * width, (row + 1) * width);
    change(values);
    drift.row(matrix, row * width, 0.5);
  }
}

describe('drift of what is served', () => {
  it('is near 0 for rows like those of the training, in every feature', () => {
    serve(2_000);
    const { features, rows } = driftReportSchema.parse(drift.report());
    expect(rows).toBe(2_000);
    expect(Object.keys(features)).toEqual(manifest.features.map(({ name }) => name));
    for (const { psi } of Object.values(features)) expect(psi).toBeLessThan(0.01);
  });

  it('shows the feature that moved, and its missing share, and no other', () => {
    const column = manifest.features.findIndex(({ name }) => name === 'inventory');
    serve(2_000, (row) => (row[column] = Number.NaN));
    const { features } = drift.report();
    const { inventory, ...others } = features;
    expect(inventory?.psi).toBeGreaterThan(0.2);
    expect(inventory?.missingShare).toEqual({ expected: 1993 / 20_000, observed: 1 });
    for (const { psi } of Object.values(others)) expect(psi).toBeLessThan(0.01);
  });

  it('shows scores that moved: all .5 where the test rows had few of those', () => {
    serve(1_000);
    expect(drift.report().score.psi).toBeGreaterThan(0.2);
  });

  it('is null with the reason while too few rows came, and valid JSON without a NaN', () => {
    serve(499);
    const { score, features } = driftReportSchema.parse(JSON.parse(JSON.stringify(drift.report())));
    for (const column of [score, ...Object.values(features)]) {
      expect(column.psi).toBeNull();
      expect(column.reason).toBe(
        '499 rows were scored within the window, and nothing can be told from fewer than 500',
      );
    }
    serve(1);
    expect(drift.report().score).not.toHaveProperty('reason');
  });

  it('has no shares to tell before the first row', () => {
    const { rows, window, score } = driftReportSchema.parse(drift.report());
    expect({ rows, since: window.since, observed: score.missingShare.observed }).toEqual({
      rows: 0,
      since: null,
      observed: null,
    });
  });

  it('is null for a feature that the manifest has no histogram of, and for one of few training rows', async () => {
    const other = await tinyManifest();
    delete other.histograms.features['price'];
    other.histograms.score = { edges: [0, 0.5, 1], counts: [100, 100], nulls: 0 };
    drift = new Drift(other, LIMITS, () => now);
    serve(1_000);
    const { features, score } = drift.report();
    expect(features['price']).toMatchObject({ psi: null, reason: expect.stringContaining('no training histogram') as string }); // prettier-ignore
    expect(score).toMatchObject({ psi: null, reason: expect.stringContaining('counts 200 rows') as string });
    expect(features['daily_sales']?.psi).toBeLessThan(0.01);
  });

  it('adds what another thread counted', () => {
    const counts = new Uint32Array(drift.bins.size);
    const matrix = trainingRows(600);
    for (let row = 0; row < 600; row++) drift.bins.count(counts, matrix, row * manifest.features.length, 0.9);
    drift.add(counts, 600);
    serve(400);
    const { rows, features } = drift.report();
    expect(rows).toBe(1_000);
    expect(features['price']?.psi).toBeLessThan(0.01);
  });
});

describe('the window', () => {
  it('forgets rows that are older than it is long', () => {
    serve(1_000);
    now += 6 * HOUR + 1;
    expect(drift.report().rows).toBe(0);
  });

  it('keeps what is younger', () => {
    serve(600);
    now += 3 * HOUR;
    serve(500);
    now += 3 * HOUR + 1;
    const { rows, window } = drift.report();
    expect(rows).toBe(500);
    expect(window.since).toBe('2026-03-01T15:00:00.000Z');
  });

  it('forgets the oldest of many rows, however quickly they came', () => {
    for (let turn = 0; turn < 10; turn++) serve(5_000);
    const { rows } = drift.report();
    expect(rows).toBeLessThanOrEqual(24_000);
    expect(rows).toBeGreaterThan(22_000);
  });
});
