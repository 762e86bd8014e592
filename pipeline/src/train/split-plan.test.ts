import { InputError } from '@stockout/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DayCount } from './day-counts.ts';
import { buildModel } from './model.test-support.ts';
import { drawTestRows } from './random-split.ts';
import { parseSplitPlan, planSplit, type SplitPlan, type TimeSplit } from './split-plan.ts';
import type { Training } from './supported.ts';

const DAY = 86_400_000;

function buildTraining(testDays: number): Training {
  const split = { strategy: 'Time', testDays, testFraction: '0.2' } as const;
  return buildModel({ training: { split } }).spec.training as Training;
}

/** Days from 2025-01-01 on, by their number. */
function buildDays(numbers: readonly number[], positives = 1): DayCount[] {
  const first = Date.parse('2025-01-01');
  return numbers.map((number) => ({
    day: new Date(first + number * DAY).toISOString().slice(0, 10),
    rows: 2,
    positives,
  }));
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('a split by time', () => {
  it('tests on the last days and leaves the horizon out before them', () => {
    expect(planSplit(buildTraining(3), 7, buildDays(upTo(20)))).toEqual({
      strategy: 'Time',
      testDays: 3,
      trainFrom: '2025-01-01',
      trainTo: '2025-01-10',
      testFrom: '2025-01-18',
      testTo: '2025-01-20',
    });
  });

  it('is possible from test days + horizon + 1 days on, and says so below', () => {
    expect(planSplit(buildTraining(3), 7, buildDays(upTo(11)))).toMatchObject({ trainTo: '2025-01-01' });
    expect(() => planSplit(buildTraining(3), 7, buildDays(upTo(10)))).toThrow(
      /has 10 labelled days.*testing on 3 takes at least 11/,
    );
    expect(() => planSplit(buildTraining(3), 7, buildDays(upTo(2)))).toThrow(InputError);
  });

  it('never lets a training label look into the test days, whatever days are missing', () => {
    const days = fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { minLength: 40, maxLength: 120 });
    fc.assert(
      fc.property(
        days,
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 14 }),
        (numbers, testDays, horizon) => {
          const sorted = numbers.toSorted((a, b) => a - b);
          const span = (sorted.at(-testDays) as number) - (sorted[0] as number);
          fc.pre(span > horizon);
          const plan = planSplit(buildTraining(testDays), horizon, buildDays(sorted)) as TimeSplit;
          const gap = (Date.parse(plan.testFrom) - Date.parse(plan.trainTo)) / DAY;
          expect(gap).toBeGreaterThan(horizon);
        },
      ),
    );
  });

  it('refuses training or test days of one class, by their dates', () => {
    const days = [...buildDays(upTo(15), 0), ...buildDays([15, 16, 17], 1)];
    expect(() => planSplit(buildTraining(3), 7, days)).toThrow(/training days up to 2025-01-08.*one class/);
    const late = [...buildDays(upTo(15), 1), ...buildDays([15, 16, 17], 2)];
    expect(() => planSplit(buildTraining(3), 7, late)).toThrow(/3 test days from 2025-01-16.*every one/);
  });

  it('is read back from a manifest as it was planned', () => {
    const plan = planSplit(buildTraining(3), 7, buildDays(upTo(20)));
    expect(parseSplitPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    expect(() => parseSplitPlan({ strategy: 'Magic' })).toThrow(/split\.strategy/);
  });
});

function planRandom(testFraction: string, positives: number): SplitPlan {
  const split = { strategy: 'Random', testDays: 3, testFraction } as const;
  const training = buildModel({ training: { split } }).spec.training as Training;
  return planSplit(training, 7, [{ day: '2025-01-01', rows: 100, positives }]);
}

describe('a random split', () => {
  const labels = fc.array(fc.constantFrom(0, 1), { minLength: 1, maxLength: 200 });

  it('draws the share of each class exactly, and the same rows for the same seed', () => {
    fc.assert(
      fc.property(
        labels,
        fc.double({ min: 0.05, max: 0.95, noNaN: true }),
        fc.nat(),
        (values, fraction, seed) => {
          const rows = new Float32Array(values);
          const marks = drawTestRows(rows, fraction, seed);
          for (const label of [0, 1]) {
            const all = values.filter((each) => each === label).length;
            const drawn = values.filter((each, i) => each === label && marks[i] === 1).length;
            expect(drawn).toBe(Math.round(all * fraction));
          }
          expect(drawTestRows(rows, fraction, seed)).toEqual(marks);
        },
      ),
    );
  });

  it('is refused where a class has no row to test or to train on', () => {
    expect(() => planRandom('0.2', 1)).toThrow('of 1 rows of class 1, 0.2 leaves none to test on');
    expect(() => planRandom('0.8', 99)).toThrow('of 1 rows of class 0, 0.8 leaves none to train on');
    expect(planRandom('0.2', 50)).toEqual({ strategy: 'Random', testFraction: 0.2, seed: 42 });
  });

  it('draws other rows for another seed', () => {
    const rows = new Float32Array(1000).map((_, i) => i % 2);
    expect(drawTestRows(rows, 0.2, 1)).not.toEqual(drawTestRows(rows, 0.2, 2));
  });
});
