import { InputError } from '@stockout/contracts';
import { z } from 'zod';
import { type ClassCount, sumOf } from './class-counts.ts';
import { seededRandom } from './seeded-random.ts';

/**
 * `testFraction` of each class, drawn by `seed` from all labelled rows in the order of store, product and day; of the
 * rest `validationFraction`, where something is chosen on those before all of the rest trains.
 */
export const randomSplitSchema = z.object({
  strategy: z.literal('Random'),
  testFraction: z.number(),
  validationFraction: z.number().optional(),
  seed: z.int(),
});
export type RandomSplit = z.infer<typeof randomSplitSchema>;

/** In which part of a split a row is. */
export const PART = { train: 0, test: 1, validation: 2 } as const;

export function planRandomSplit(
  testFraction: number,
  seed: number,
  validates: boolean,
  days: readonly ClassCount[],
): RandomSplit {
  const { rows, positives } = sumOf(days);
  for (const [label, count] of [['0', rows - positives] as const, ['1', positives] as const]) {
    const test = testRowsOf(count, testFraction);
    const validation = validates ? testRowsOf(count - test, testFraction) : 0;
    const left = count - test - validation;
    if (test > 0 && left > 0 && (validation > 0 || !validates)) continue;
    throw new InputError(
      `spec.training.split.testFraction: of ${count} rows of class ${label}, ${testFraction} leaves none to ` +
        `${test === 0 ? 'test' : left === 0 ? 'train' : 'validate'} on: ingest more days, or choose another fraction`,
    );
  }
  return { strategy: 'Random', testFraction, ...(validates && { validationFraction: testFraction }), seed };
}

/** The PART of every row. The same labels and plan give the same parts on any machine. */
export function drawParts(labels: Float32Array, plan: RandomSplit): Uint8Array {
  const parts = drawTestRows(labels, plan.testFraction, plan.seed);
  if (plan.validationFraction === undefined) return parts;
  // Without their label, the test rows are of no class to draw from.
  const rest = labels.map((label, row) => (parts[row] === PART.test ? Number.NaN : label));
  const drawn = drawTestRows(rest, plan.validationFraction, plan.seed + 1);
  return parts.map((part, row) => (drawn[row] === 1 ? PART.validation : part));
}

/** Marks the drawn rows with 1: of each class its share, rounded, drawn without replacement. */
export function drawTestRows(labels: Float32Array, fraction: number, seed: number): Uint8Array {
  const marks = new Uint8Array(labels.length);
  const random = seededRandom(seed);
  for (const label of [0, 1]) {
    let left = labels.reduce((count, each) => count + Number(each === label), 0);
    let wanted = testRowsOf(left, fraction);
    // Selection sampling (Knuth, TAOCP 3.4.2, algorithm S): one pass, exactly `wanted` rows.
    for (let row = 0; row < labels.length; row++) {
      if (labels[row] !== label) continue;
      if (random() * left < wanted) {
        marks[row] = 1;
        wanted -= 1;
      }
      left -= 1;
    }
  }
  return marks;
}

/** How many of the rows of one class test. */
function testRowsOf(rows: number, fraction: number): number {
  return Math.round(rows * fraction);
}
