import { InputError, type Manifest, StockoutError } from '@stockout/contracts';
import { z } from 'zod';
import type { DayCount } from './day-counts.ts';
import { testRowsOf } from './random-split.ts';
import type { Training } from './supported.ts';

/** The last `testDays` labelled days; training rows end so early that no label of theirs looks into those days. */
const timeSplitSchema = z.object({
  strategy: z.literal('Time'),
  testDays: z.int().positive(),
  // Both ends included.
  trainFrom: z.iso.date(),
  trainTo: z.iso.date(),
  testFrom: z.iso.date(),
  testTo: z.iso.date(),
});
export type TimeSplit = z.infer<typeof timeSplitSchema>;

/** `testFraction` of each class, drawn by `seed` from all labelled rows in the order of store, product and day. */
const randomSplitSchema = z.object({
  strategy: z.literal('Random'),
  testFraction: z.number(),
  seed: z.int(),
});

const splitPlanSchema = z.discriminatedUnion('strategy', [timeSplitSchema, randomSplitSchema]);

/** Which labelled rows test a version; with the data version it names the same rows again. */
export type SplitPlan = z.infer<typeof splitPlanSchema>;

/** The plan as a manifest keeps it. */
export function parseSplitPlan(split: Manifest['split']): SplitPlan {
  const parsed = splitPlanSchema.safeParse(split);
  if (parsed.success) return parsed.data;
  throw new StockoutError(`manifest.json: split.${parsed.error.issues[0]?.path.join('.')} is not understood`);
}

/**
 * @param days all labelled days, oldest first
 * @throws InputError when the rows cannot be split so, saying what there is and what is needed
 */
export function planSplit(training: Training, horizonDays: number, days: readonly DayCount[]): SplitPlan {
  const { strategy, testDays, testFraction } = training.split;
  requireBothClasses(days, 'the labelled rows');
  if (strategy === 'Time') return planTimeSplit(testDays, horizonDays, days);
  if (strategy === 'Random') return planRandomSplit(Number(testFraction), training.params.seed, days);
  throw new InputError(
    `spec.training.split.strategy: ${strategy} is NotYetSupported by this release: use Time or Random`,
  );
}

function planTimeSplit(testDays: number, horizonDays: number, days: readonly DayCount[]): TimeSplit {
  const test = days.slice(-testDays);
  const testFrom = (test[0] as DayCount).day;
  // The label of day d looks at d + 1 .. d + horizon: the last of these must lie before the first test day.
  const limit = addDays(testFrom, -horizonDays);
  const train = days.filter(({ day }) => day < limit);
  if (days.length < testDays || train.length === 0) {
    throw new InputError(
      `spec.training.split: the data has ${days.length} labelled days (${days[0]?.day} to ${days.at(-1)?.day}), ` +
        `and testing on ${testDays} takes at least ${testDays + horizonDays + 1}: ` +
        `${testDays} to test, ${horizonDays} left out between (horizonDays) and 1 to train. Ingest more days or lower testDays.`,
    );
  }
  requireBothClasses(train, `the training days up to ${train.at(-1)?.day}`);
  requireBothClasses(test, `the ${test.length} test days from ${testFrom}`);
  return {
    strategy: 'Time',
    testDays,
    trainFrom: (train[0] as DayCount).day,
    trainTo: (train.at(-1) as DayCount).day,
    testFrom,
    testTo: (test.at(-1) as DayCount).day,
  };
}

function planRandomSplit(testFraction: number, seed: number, days: readonly DayCount[]): SplitPlan {
  const { rows, positives } = sumOf(days);
  for (const [label, count] of [['0', rows - positives] as const, ['1', positives] as const]) {
    const test = testRowsOf(count, testFraction);
    if (test > 0 && test < count) continue;
    throw new InputError(
      `spec.training.split.testFraction: of ${count} rows of class ${label}, ${testFraction} leaves none to ` +
        `${test === 0 ? 'test' : 'train'} on: ingest more days, or choose another fraction`,
    );
  }
  return { strategy: 'Random', testFraction, seed };
}

function sumOf(days: readonly DayCount[]): { rows: number; positives: number } {
  return {
    rows: days.reduce((sum, day) => sum + day.rows, 0),
    positives: days.reduce((sum, day) => sum + day.positives, 0),
  };
}

function requireBothClasses(days: readonly DayCount[], where: string): void {
  const { rows, positives } = sumOf(days);
  if (rows === 0) {
    throw new InputError(
      `${where}: none. A row has a label when a stockout follows within spec.data.horizonDays, or when all those days ` +
        'lie within the data: ingest more days',
    );
  }
  if (positives > 0 && positives < rows) return;
  const only = positives === 0 ? 'no stockout follows any of them' : 'a stockout follows every one of them';
  throw new InputError(
    `${where} are of one class only (${rows} rows, ${only}): a model needs both. ` +
      'Check the stockout column of the raw table, or ingest more days.',
  );
}

function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
