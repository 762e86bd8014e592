import type { Manifest } from '@stockout/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateScores } from '../evaluate/metrics.ts';
import { rankByScore } from '../evaluate/ranking.ts';
import { ticksUpTo } from './chart.ts';
import { precisionRecallPoints, rocPoints } from './curve-points.ts';
import { html } from './html.ts';
import { renderReport, type ReportData } from './report.ts';

const scores = new Float32Array(500).map((_, i) => (i % 100) / 99);
const labels = new Float32Array(500).map((_, i) => ((i * 7) % 100 < i % 100 ? 1 : 0));

function buildData(more: Partial<Manifest> = {}): ReportData {
  const evaluation = evaluateScores(scores, labels, 0.5);
  const champion = { version: 'v3', metrics: evaluation.metrics };
  const feature = { description: '', nullable: false, min: 0, max: 1, example: 0 };
  return {
    evaluation,
    champion: { champion, evaluation },
    fit: {
      importance: { inventory: 3, price: 1 },
      curve: [{ round: 5, train: 0.4, evaluation: 0.5 }, { round: 10, train: 0.3, evaluation: 0.4 }], // prettier-ignore
    },
    manifest: {
      formatVersion: 1,
      namespace: 'default',
      model: 'retail',
      version: 'v4',
      run: 'r1',
      trainedAt: '2026-01-01T00:00:00.000Z',
      digest: `sha256:${'0'.repeat(64)}`,
      files: {},
      features: ['inventory', 'price'].map((name) => ({ ...feature, name })),
      horizonDays: 7,
      threshold: { strategy: 'Fixed', value: 0.5 },
      data: {
        table: 'raw',
        version: 3,
        firstDay: '2025-01-01',
        lastDay: '2025-03-01',
        trainRows: 400,
        testRows: 500,
        profile: { rows: 900, stores: 1, products: 20, series: 20, days: 60, missingDays: 35, stockoutShare: 0.125, negativeSales: 3, negativeInventory: 0 }, // prettier-ignore
      },
      split: { strategy: 'Random', testFraction: 0.2, seed: 1 },
      params: { rounds: 10, eta: '0.3' },
      metrics: evaluation.metrics,
      confusionMatrix: evaluation.confusionMatrix,
      baseline: { feature: 'inventory', direction: -1, auc: 0.7, prAuc: 0.7, f1: 0.7 },
      champion,
      gates: [
        { metric: 'auc', rule: 'min', threshold: '0.95', value: 0.5, passed: false, reason: 'BelowMinimum', message: 'auc 0.5000 is below the minimum 0.95' }, // prettier-ignore
        {
          metric: 'f1',
          rule: 'min',
          threshold: '0.1',
          value: 0.5,
          passed: true,
          reason: 'Passed',
          message: 'f1 is fine',
        },
      ],
      warnings: [],
      libraries: { xgboost: '3.4.1' },
      golden: [],
      histograms: { features: {}, score: { edges: [], counts: [], nulls: 0 } },
      ...more,
    },
  };
}

describe('the report', () => {
  it('says the verdict before anything else, and why', () => {
    const page = renderReport(buildData());
    const verdict = page.indexOf('1 of 2 gates failed: v4 may not serve.');
    expect(verdict).toBeGreaterThan(0);
    expect(verdict).toBeLessThan(page.indexOf('On rows it has never seen'));
    expect(page).toContain('auc 0.5000 is below the minimum 0.95');
    const gates = buildData().manifest.gates.slice(1);
    expect(renderReport(buildData({ gates }))).toContain('Its gate holds: v4 may serve.');
  });

  it('loads nothing and runs nothing', () => {
    const page = renderReport(buildData());
    expect(page).not.toMatch(/<script|<link|<img|\ssrc=|\shref=|url\(|@import|\son\w+=/i);
  });

  it('names every picture for those who do not see it', () => {
    const page = renderReport(buildData());
    const pictures = page.match(/<svg[^>]*>/g) ?? [];
    expect(pictures.length).toBeGreaterThan(5);
    for (const picture of pictures)
      expect(picture).toMatch(/aria-hidden="true"|role="img"\s+aria-label="[^"]+"/);
  });

  it('draws whatever there is, never NaN', () => {
    const page = renderReport({ ...buildData(), champion: undefined, fit: { importance: {}, curve: [] } });
    expect(page).not.toContain('NaN');
    expect(page).not.toContain('undefined');
    expect(renderReport(buildData())).not.toMatch(/NaN|undefined|\[object/);
  });

  it('says where the version is good and where it is not, with the numbers of rows', () => {
    const slice = { rows: 1234, positives: 123, auc: 0.81, prAuc: 0.42, precision: 0.5, recall: null };
    const worst = { store: 'S1', product: '<b>', rows: 14, positives: 14, score: 0.1, missed: 14, falseAlarms: 0, logLoss: 2.3 }; // prettier-ignore
    const insights = {
      stores: Array.from({ length: 25 }, (_, i) => ({
        ...slice,
        name: `S${i}`,
        auc: i === 7 ? null : i / 25,
      })),
      weeks: [{ ...slice, name: 'week of 2025-06-02' }],
      salesClasses: [],
      ages: [],
      worst: [worst],
      drift: { rows: 700, features: [{ name: 'inventory', psi: 0.35 }, { name: 'price', psi: null }] }, // prettier-ignore
    };
    const data = buildData({
      threshold: { strategy: 'Cost', value: 0.31234567, missedStockout: 5, falseAlarm: 1 },
    });
    const fit = {
      ...data.fit,
      validation: data.evaluation.ranking,
      contributions: { rows: 200, means: [0.5, 0.1] },
    };
    const page = renderReport({ ...data, fit, insights, uncalibrated: data.evaluation });
    expect(page).toContain('the 20 worst of 25');
    expect(page).not.toMatch(/<th scope="row">S2[1-9]</);
    expect(page).toMatch(/week of 2025-06-02.*1,234.*10\.0%.*0\.8100/s);
    expect(page).toContain('S1, &lt;b&gt;');
    expect(page).toMatch(/700 rows of the newest week.*<b>1<\/b> of 1 features/s);
    expect(page).toMatch(/A missed stockout costs 5, a false alarm 1.*0\.3123/s);
    expect(page).toContain('before the calibration');
    expect(page).toContain('200 test rows');
    expect(page).toMatch(
      /900: 1 store, 20 products, 20 series.*35 days missing.*12\.5%.*3 rows below 0 sold/s,
    );
    expect(page).not.toContain('Negative stock');
    expect(page).not.toMatch(/NaN|undefined|\[object/);
  });

  it('shows names as they are, never as markup', () => {
    const page = renderReport(buildData({ warnings: ['<script>alert(1)</script>'] }));
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toContain('<script>');
  });
});

it('html escapes every text that is put into it', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(html`<p title="${text}">${[text, 1, null]}</p>`.text.slice(3, -4)).not.toMatch(
        /<|"[^>]*"[^>]*"/,
      );
    }),
  );
});

it('curves begin and end where they must, with few points', () => {
  const many = new Float32Array(20_000).map((_, i) => i / 20_000);
  const ranking = rankByScore(
    many,
    many.map((value, i) => Number(value * 10 > i % 10)),
  );
  const roc = rocPoints(ranking);
  expect([roc[0], roc.at(-1)]).toEqual([[0, 0], [1, 1]]); // prettier-ignore
  expect(roc.length).toBeLessThan(400);
  const curve = precisionRecallPoints(ranking);
  expect([curve[0]?.[0], curve.at(-1)?.[0]]).toEqual([0, 1]);
});

it('ticks are round and cover the largest value', () => {
  expect(ticksUpTo(84_000)).toEqual([0, 25_000, 50_000, 75_000, 100_000]);
  expect(ticksUpTo(0.61)).toEqual([0, 0.2, 0.4, 0.6, 0.8]);
  expect(ticksUpTo(0)).toEqual([0, 1]);
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (max) => {
      const ticks = ticksUpTo(max);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(max * (1 - 1e-8));
      expect(ticks.length).toBeLessThanOrEqual(6);
    }),
  );
});
