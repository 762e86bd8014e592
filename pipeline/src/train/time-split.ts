import { InputError } from '@stockout/contracts';
import { z } from 'zod';
import { addDays } from '../days.ts';
import { requireBothClasses } from './class-counts.ts';
import type { DayCount } from './day-counts.ts';
import { WITHOUT_VALIDATION } from './validation.ts';

/**
 * The last `testDays` labelled days test; what lies before them trains. Where something is to be chosen, it is chosen on
 * the last of the training days, with a model of the days before those. Each part ends so early that no label of it
 * looks into the days of the next.
 */
export const timeSplitSchema = z.object({
  strategy: z.literal('Time'),
  testDays: z.int().positive(),
  // Both ends included.
  trainFrom: z.iso.date(),
  trainTo: z.iso.date(),
  /** The last day of what is trained on to choose. */
  choosingTrainTo: z.iso.date().optional(),
  validationFrom: z.iso.date().optional(),
  validationTo: z.iso.date().optional(),
  testFrom: z.iso.date(),
  testTo: z.iso.date(),
});
export type TimeSplit = z.infer<typeof timeSplitSchema>;

/** Of the days that are left to train and validate on, validation takes a quarter at the most. */
const VALIDATION_SHARE = 4;

/** @param days all labelled days, oldest first; there is one at least */
export function planTimeSplit(
  testDays: number,
  horizonDays: number,
  validates: boolean,
  days: readonly DayCount[],
): TimeSplit {
  const test = days.slice(-testDays);
  const testFrom = firstOf(test);
  const before = purge(days, testFrom, horizonDays);
  if (days.length < testDays || before.length === 0) {
    throw tooFewDays(days, `testing on ${testDays}`, testDays + horizonDays + 1, [
      `${testDays} to test, ${horizonDays} left out between (horizonDays) and 1 to train. Ingest more days or lower testDays.`,
    ]);
  }
  const validation = validates ? validationDays(before, testDays, horizonDays) : [];
  const train = validates ? purge(before, firstOf(validation), horizonDays) : before;
  if (train.length === 0) {
    throw tooFewDays(days, `testing on ${testDays} with validation`, testDays + 2 * horizonDays + 2, [
      `${testDays} to test, 1 to validate, ${horizonDays} left out before either (horizonDays) and 1 to train.`,
      `Ingest more days, ${WITHOUT_VALIDATION}.`,
    ]);
  }
  requireBothClasses(train, `the training days up to ${lastOf(train)}`);
  requireBothClasses(test, `the ${test.length} test days from ${testFrom}`);
  if (validates) requireBothClasses(validation, `the ${validation.length} validation days`);
  return {
    strategy: 'Time',
    testDays,
    trainFrom: firstOf(before),
    trainTo: lastOf(before),
    ...(validates && {
      choosingTrainTo: lastOf(train),
      validationFrom: firstOf(validation),
      validationTo: lastOf(validation),
    }),
    testFrom,
    testTo: lastOf(test),
  };
}

/** As many as test, where that leaves most days to train. */
function validationDays(before: readonly DayCount[], testDays: number, horizonDays: number): DayCount[] {
  const wanted = Math.min(testDays, Math.floor((before.length - horizonDays) / VALIDATION_SHARE));
  return before.slice(-Math.max(wanted, 1));
}

/** The label of day d looks at d + 1 .. d + horizon: the last of these must lie before `day`. */
function purge(days: readonly DayCount[], day: string, horizonDays: number): DayCount[] {
  const limit = addDays(day, -horizonDays);
  return days.filter((each) => each.day < limit);
}

function tooFewDays(
  days: readonly DayCount[],
  doing: string,
  needed: number,
  parts: readonly string[],
): InputError {
  return new InputError(
    `spec.training.split: the data has ${days.length} labelled days (${days[0]?.day} to ${days.at(-1)?.day}), ` +
      `and ${doing} takes at least ${needed}: ${parts.join(' ')}`,
  );
}

function firstOf(days: readonly DayCount[]): string {
  return (days[0] as DayCount).day;
}

function lastOf(days: readonly DayCount[]): string {
  return (days.at(-1) as DayCount).day;
}
