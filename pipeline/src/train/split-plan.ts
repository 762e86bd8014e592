import { type Manifest, StockoutError } from '@stockout/contracts';
import { z } from 'zod';
import { requireBothClasses } from './class-counts.ts';
import type { DayCount } from './day-counts.ts';
import { type GroupCount, groupSplitSchema, planGroupSplit } from './group-split.ts';
import { planRandomSplit, randomSplitSchema } from './random-split.ts';
import type { Training } from './supported.ts';
import { planTimeSplit, timeSplitSchema } from './time-split.ts';

const splitPlanSchema = z.discriminatedUnion('strategy', [
  timeSplitSchema,
  randomSplitSchema,
  groupSplitSchema,
]);

/** Which labelled rows test (and validate) a version; with the data version it names the same rows again. */
export type SplitPlan = z.infer<typeof splitPlanSchema>;

/** The plan as a manifest keeps it. */
export function parseSplitPlan(split: Manifest['split']): SplitPlan {
  const parsed = splitPlanSchema.safeParse(split);
  if (parsed.success) return parsed.data;
  throw new StockoutError(`manifest.json: split.${parsed.error.issues[0]?.path.join('.')} is not understood`);
}

export interface SplitRequest {
  training: Training;
  horizonDays: number;
  /** Whether some rows are set apart to choose on. */
  validates: boolean;
}

/** The labelled rows, counted. */
export interface LabelledCounts {
  /** Oldest first. */
  days: readonly DayCount[];
  /** Stores or products, by their names; empty for the strategies that do not hold out either. */
  groups: readonly GroupCount[];
}

/** @throws InputError when the rows cannot be split so, saying what there is and what is needed */
export function planSplit(
  { training, horizonDays, validates }: SplitRequest,
  { days, groups }: LabelledCounts,
): SplitPlan {
  const { strategy, testDays } = training.split;
  const testFraction = Number(training.split.testFraction);
  const { seed } = training.params;
  requireBothClasses(days, 'the labelled rows');
  switch (strategy) {
    case 'Time':
      return planTimeSplit(testDays, horizonDays, validates, days);
    case 'Random':
      return planRandomSplit(testFraction, seed, validates, days);
    case 'Store':
    case 'Product':
      return planGroupSplit({ strategy, testFraction, seed, validates }, groups);
  }
}
