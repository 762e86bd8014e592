import { InputError } from '@stockout/contracts';
import { z } from 'zod';
import { type ClassCount, requireBothClasses } from './class-counts.ts';
import { seededRandom } from './seeded-random.ts';
import { WITHOUT_VALIDATION } from './validation.ts';

/**
 * Whole stores (or products), which training never sees: `testFraction` of them, drawn by `seed` from their names in
 * order. Where something is to be chosen, it is chosen on a like share of the rest, with a model of the others.
 */
export const groupSplitSchema = z.object({
  strategy: z.enum(['Store', 'Product']),
  testFraction: z.number(),
  /** How many there are in all, and how many of these test and validate. */
  groups: z.int(),
  testGroups: z.int(),
  validationGroups: z.int().optional(),
  seed: z.int(),
});
export type GroupSplit = z.infer<typeof groupSplitSchema>;

/** The labelled rows of one store or product. */
export interface GroupCount extends ClassCount {
  name: string;
}

export const GROUP_COLUMN = { Store: 'store_id', Product: 'product_id' } as const;

interface Draw {
  strategy: GroupSplit['strategy'];
  testFraction: number;
  seed: number;
  validates: boolean;
}

/** @param counts by name, in order of the names */
export function planGroupSplit(
  { strategy, testFraction, seed, validates }: Draw,
  counts: readonly GroupCount[],
): GroupSplit {
  const groups = counts.length;
  const [kind, needed] = [`${strategy.toLowerCase()}s`, validates ? 3 : 2];
  if (groups < needed) {
    const without = validates ? `, ${WITHOUT_VALIDATION}` : '';
    throw new InputError(
      `spec.training.split: the data has ${groups} ${kind} with labelled rows, and strategy ${strategy} needs ` +
        `${needed} at least, so that each part has one: use Time${without}`,
    );
  }
  const testGroups = shareOf(groups, testFraction, needed - 1);
  const rest = groups - testGroups;
  const plan: GroupSplit = {
    strategy,
    testFraction,
    groups,
    testGroups,
    ...(validates && { validationGroups: shareOf(rest, testFraction, 1) }),
    seed,
  };
  const { train, test, validation } = drawGroups(counts, plan);
  requireBothClasses(train, `the training ${kind}`);
  requireBothClasses(test, `the ${testGroups} test ${kind}`);
  if (validates) requireBothClasses(validation, `the ${validation.length} validation ${kind}`);
  return plan;
}

/** At least one, and `left` at least for the others. */
function shareOf(groups: number, fraction: number, left: number): number {
  return Math.min(Math.max(Math.round(groups * fraction), 1), groups - left);
}

/** The same names in the same order and the same plan give the same parts on any machine. */
export function drawGroups<T>(
  groups: readonly T[],
  { testGroups, validationGroups = 0, seed }: GroupSplit,
): { train: T[]; test: T[]; validation: T[] } {
  const drawn = shuffle(groups, seed);
  return {
    test: drawn.slice(0, testGroups),
    validation: drawn.slice(testGroups, testGroups + validationGroups),
    train: drawn.slice(testGroups + validationGroups),
  };
}

/** Fisher and Yates' shuffle (Knuth, TAOCP 3.4.2, algorithm P). */
function shuffle<T>(values: readonly T[], seed: number): T[] {
  const shuffled = [...values];
  const random = seededRandom(seed);
  for (let i = shuffled.length - 1; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
  }
  return shuffled;
}
