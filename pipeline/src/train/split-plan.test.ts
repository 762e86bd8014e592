import { InputError } from '@stockout/contracts';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DayCount } from './day-counts.ts';
import { buildModel } from './model.test-support.ts';
import { drawGroups } from './group-split.ts';
import { drawParts, drawTestRows, PART } from './random-split.ts';
import { parseSplitPlan, planSplit, type SplitPlan, type SplitRequest } from './split-plan.ts';
import type { Training } from './supported.ts';
import type { TimeSplit } from './time-split.ts';

const DAY = 86_400_000;

function buildRequest(testDays: number, more: Partial<SplitRequest> = {}): SplitRequest {
  const split = { strategy: 'Time', testDays, testFraction: '0.2' } as const;
  const training = buildModel({ training: { split } }).spec.training as Training;
  return { training, horizonDays: 7, validates: false, ...more };
}

function planTime(
  testDays: number,
  horizonDays: number,
  numbers: readonly number[],
  validates = false,
): TimeSplit {
  const request = buildRequest(testDays, { horizonDays, validates });
  return planSplit(request, { days: buildDays(numbers), groups: [] }) as TimeSplit;
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

const gap = (from?: string, to?: string): number => (Date.parse(to ?? '') - Date.parse(from ?? '')) / DAY;

const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('a split by time', () => {
  it('tests on the last days and leaves the horizon out before them', () => {
    expect(planTime(3, 7, upTo(20))).toEqual({
      strategy: 'Time',
      testDays: 3,
      trainFrom: '2025-01-01',
      trainTo: '2025-01-10',
      testFrom: '2025-01-18',
      testTo: '2025-01-20',
    });
  });

  it('is possible from test days + horizon + 1 days on, and says so below', () => {
    expect(planTime(3, 7, upTo(11))).toMatchObject({ trainTo: '2025-01-01' });
    expect(() => planTime(3, 7, upTo(10))).toThrow(/has 10 labelled days.*testing on 3 takes at least 11/);
    expect(() => planTime(3, 7, upTo(2))).toThrow(InputError);
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
          const plan = planTime(testDays, horizon, sorted);
          expect(gap(plan.trainTo, plan.testFrom)).toBeGreaterThan(horizon);
        },
      ),
    );
  });

  it('chooses on the last of the training days, with the horizon left out before them', () => {
    // 40 days: 3 test; 30 lie before the horizon, of which a quarter but no more than 3 validate.
    expect(planTime(3, 7, upTo(40), true)).toEqual({
      strategy: 'Time',
      testDays: 3,
      trainFrom: '2025-01-01',
      trainTo: '2025-01-30',
      choosingTrainTo: '2025-01-20',
      validationFrom: '2025-01-28',
      validationTo: '2025-01-30',
      testFrom: '2025-02-07',
      testTo: '2025-02-09',
    });
    expect(() => planTime(3, 7, upTo(18), true)).toThrow(
      /has 18 labelled days.*with validation takes at least 19.*or do without.*threshold Fixed/,
    );
    expect(planTime(3, 7, upTo(19), true)).toMatchObject({
      trainTo: '2025-01-09',
      choosingTrainTo: '2025-01-01',
      validationFrom: '2025-01-09',
    });
  });

  it('never lets a label of one part look into the next, whatever days are missing', () => {
    const days = fc.uniqueArray(fc.integer({ min: 0, max: 200 }), { minLength: 60, maxLength: 120 });
    fc.assert(
      fc.property(
        days,
        fc.integer({ min: 1, max: 10 }),
        fc.integer({ min: 1, max: 14 }),
        (numbers, testDays, horizon) => {
          const sorted = numbers.toSorted((a, b) => a - b);
          const plan = planTime(testDays, horizon, sorted, true);
          expect(gap(plan.choosingTrainTo, plan.validationFrom)).toBeGreaterThan(horizon);
          expect(gap(plan.trainTo, plan.testFrom)).toBeGreaterThan(horizon);
          expect(plan.validationTo).toBe(plan.trainTo);
        },
      ),
    );
  });

  it('refuses training or test days of one class, by their dates', () => {
    const days = [...buildDays(upTo(15), 0), ...buildDays([15, 16, 17], 1)];
    expect(() => planSplit(buildRequest(3), { days, groups: [] })).toThrow(
      /training days up to 2025-01-08.*one class/,
    );
    const late = [...buildDays(upTo(15), 1), ...buildDays([15, 16, 17], 2)];
    expect(() => planSplit(buildRequest(3), { days: late, groups: [] })).toThrow(
      /3 test days from 2025-01-16.*every one/,
    );
  });

  it('is read back from a manifest as it was planned', () => {
    const plan = planTime(3, 7, upTo(20));
    expect(parseSplitPlan(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
    expect(() => parseSplitPlan({ strategy: 'Magic' })).toThrow(/split\.strategy/);
  });
});

function planRandom(testFraction: string, positives: number): SplitPlan {
  const split = { strategy: 'Random', testDays: 3, testFraction } as const;
  const training = buildModel({ training: { split } }).spec.training as Training;
  return planSplit(
    { training, horizonDays: 7, validates: false },
    { days: [{ day: '2025-01-01', rows: 100, positives }], groups: [] },
  );
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

it('draws validation rows from those that do not test, of each class its share', () => {
  const labels = new Float32Array(1000).map((_, i) => Number(i % 5 === 0));
  const plan = { strategy: 'Random', testFraction: 0.2, validationFraction: 0.25, seed: 3 } as const;
  const parts = drawParts(labels, plan);
  const count = (part: number, label: number): number =>
    labels.filter((each, row) => each === label && parts[row] === part).length;
  expect([count(PART.test, 0), count(PART.test, 1)]).toEqual([160, 40]);
  expect([count(PART.validation, 0), count(PART.validation, 1)]).toEqual([160, 40]);
  expect(parts.filter((part) => part === PART.test)).toHaveLength(200);
  // The same rows test, whether or not some validate.
  const tested = drawTestRows(labels, 0.2, 3);
  expect(parts.every((part, row) => (part === PART.test) === (tested[row] === 1))).toBe(true);
});

const counts = (count: number, positives = 1) =>
  upTo(count).map((i) => ({ name: `S${i}`, rows: 10, positives }));

function planGroups(strategy: 'Store' | 'Product', groups: ReturnType<typeof counts>, validates = false) {
  const split = { strategy, testDays: 3, testFraction: '0.2' } as const;
  const training = buildModel({ training: { split } }).spec.training as Training;
  return planSplit({ training, horizonDays: 7, validates }, { days: buildDays(upTo(20)), groups });
}

describe('a split by store or product', () => {
  it('holds out whole stores by their share, one at least', () => {
    expect(planGroups('Store', counts(20))).toEqual({
      strategy: 'Store',
      testFraction: 0.2,
      groups: 20,
      testGroups: 4,
      seed: 42,
    });
    expect(planGroups('Product', counts(3), true)).toMatchObject({ testGroups: 1, validationGroups: 1 });
  });

  it('has every store in one part, and in the same one for the same seed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 60 }), fc.nat(), fc.boolean(), (count, seed, validates) => {
        const plan = { ...planGroups('Store', counts(count), validates), seed };
        if (plan.strategy !== 'Store') throw new TypeError(plan.strategy);
        const names = counts(count).map(({ name }) => name);
        const { train, validation, test } = drawGroups(names, plan);
        expect([...train, ...validation, ...test].toSorted()).toEqual(names.toSorted());
        expect([train.length > 0, test.length, validation.length]).toEqual([
          true,
          plan.testGroups,
          plan.validationGroups ?? 0,
        ]);
        expect(drawGroups(names, plan).test).toEqual(test);
      }),
    );
  });

  it('is refused where there are too few, or only one class in a part', () => {
    expect(() => planGroups('Store', counts(1))).toThrow(/has 1 stores.*needs 2 at least.*use Time/);
    expect(() => planGroups('Product', counts(2), true)).toThrow(/products.*needs 3.*threshold Fixed/);
    const oneBusy = counts(10, 0).map((each, i) => (i === 0 ? { ...each, positives: 5 } : each));
    expect(() => planGroups('Store', oneBusy)).toThrow(/stores are of one class only/);
  });
});
