import { scoreOfMargin } from '@stockout/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rankByScore } from '../evaluate/ranking.ts';
import { fitIsotonic, poolViolators, riskOf } from './isotonic.ts';
import { fitPlatt } from './platt.ts';

/** Sixty-fourths: there are ties, and they are exact in 32 bits. */
const rows = fc.array(
  fc.record({ score: fc.integer({ min: 0, max: 64 }).map((n) => n / 64), label: fc.constantFrom(0, 1) }),
  { minLength: 1, maxLength: 80 },
);
type Row = { score: number; label: number };

const floats = (values: readonly number[]) => new Float32Array(values);
const rank = (given: readonly Row[]) =>
  rankByScore(floats(given.map(({ score }) => score)), floats(given.map(({ label }) => label)));
const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;

describe('isotonic calibration', () => {
  it('pools to max over j <= i of min over k >= i of the mean label from j to k', () => {
    fc.assert(
      fc.property(rows, (given) => {
        const scores = [...new Set(given.map(({ score }) => score))].toSorted((a, b) => a - b);
        const labelsFrom = (j: number, k: number) =>
          given.filter(({ score }) => score >= scores[j]! && score <= scores[k]!).map(({ label }) => label);
        const naive = scores.map((_, i) =>
          Math.max(
            ...scores
              .slice(0, i + 1)
              .map((_unused, j) =>
                Math.min(...scores.slice(i).map((_other, k) => mean(labelsFrom(j, i + k)))),
              ),
          ),
        );
        const weights = scores.map((score) => given.filter((row) => row.score === score).length);
        const pooled = poolViolators(rank(given)).flatMap((pool) => Array.from({ length: pool.rows }, () => riskOf(pool))); // prettier-ignore
        const expected = naive.flatMap((risk, i) => Array.from({ length: weights[i]! }, () => risk));
        expect(pooled).toHaveLength(expected.length);
        for (const [i, risk] of pooled.entries()) expect(risk).toBeCloseTo(expected[i]!, 12);
      }),
      { numRuns: 60 },
    );
  });

  it('is a short table that rises, no steeper than scorers can follow, whatever the rows', () => {
    const many = fc.array(fc.record({ score: fc.float({ min: 0, max: 1, noNaN: true }), label: fc.constantFrom(0, 1) }), { minLength: 1, maxLength: 400 }); // prettier-ignore
    fc.assert(
      fc.property(many, (given) => {
        const { scores, risks } = fitIsotonic(rank(given));
        expect(scores.length).toBe(risks.length);
        expect(scores.length).toBeLessThanOrEqual(48);
        for (let i = 1; i < scores.length; i++) {
          expect(scores[i]).toBeGreaterThan(scores[i - 1]!);
          expect(risks[i]).toBeGreaterThanOrEqual(risks[i - 1]!);
          expect((risks[i]! - risks[i - 1]!) / (scores[i]! - scores[i - 1]!)).toBeLessThanOrEqual(4.001);
        }
      }),
    );
  });

  it('undoes a distortion: what was observed is what is said', () => {
    const given = Array.from({ length: 20_000 }, (_, i) => {
      const risk = (i % 100) / 100;
      return { score: Math.sqrt(risk), label: Number(Math.floor(i / 100) % 100 < 100 * risk) };
    });
    const toRisk = scoreOfMargin(fitIsotonic(rank(given)));
    for (const risk of [0.1, 0.3, 0.7, 0.9]) {
      const score = Math.sqrt(risk);
      expect(toRisk(Math.log(score / (1 - score)))).toBeCloseTo(risk, 1);
    }
  });
});

describe("Platt's calibration", () => {
  const margins = fc.array(fc.record({ margin: fc.integer({ min: -40, max: 40 }).map((n) => n / 8), label: fc.constantFrom(0, 1) }), { minLength: 2, maxLength: 80 }); // prettier-ignore

  it('is the likeliest line: no line nearby explains the smoothed labels better', () => {
    fc.assert(
      fc.property(margins, (given) => {
        fc.pre(new Set(given.map(({ margin }) => margin)).size > 1);
        const labels = given.map(({ label }) => label);
        const line = fitPlatt(floats(given.map(({ margin }) => margin)), floats(labels));
        if (line.method !== 'Platt') throw new TypeError(line.method);
        const positives = labels.filter((label) => label === 1).length;
        const target = (label: number) => label === 1 ? (positives + 1) / (positives + 2) : 1 / (labels.length - positives + 2); // prettier-ignore
        const loss = (slope: number, intercept: number) =>
          mean(
            given.map(({ margin, label }) => {
              const risk = 1 / (1 + Math.exp(-(slope * margin + intercept)));
              return -(target(label) * Math.log(risk) + (1 - target(label)) * Math.log(1 - risk));
            }),
          );
        const best = loss(line.slope, line.intercept);
        for (const [a, b] of [
          [0.01, 0],
          [-0.01, 0],
          [0, 0.01],
          [0, -0.01],
        ] as const)
          // prettier-ignore
          expect(loss(line.slope + a, line.intercept + b)).toBeGreaterThanOrEqual(best - 1e-9);
      }),
    );
  });

  it('undoes margins that are twice as sure as they should be', () => {
    const given = Array.from({ length: 40_000 }, (_, i) => {
      const margin = ((i % 200) - 100) / 25;
      const risk = 1 / (1 + Math.exp(-margin));
      return { margin: 2 * margin + 1, label: Number(Math.floor(i / 200) < 200 * risk) };
    });
    const line = fitPlatt(floats(given.map(({ margin }) => margin)), floats(given.map(({ label }) => label)));
    expect(line).toMatchObject({ method: 'Platt' });
    if (line.method !== 'Platt') return;
    expect(line.slope).toBeCloseTo(0.5, 2);
    expect(line.intercept).toBeCloseTo(-0.5, 1);
  });
});
