import { z } from 'zod';

/** How a number becomes 0 or 1: `spec.data.columns` says `{column: discount, below: "1"}`. */
export const conditionSchema = z.object({
  test: z.enum(['above', 'atLeast', 'below', 'atMost', 'equals']),
  /** A decimal, as the spec has it. */
  bound: z.string(),
});
export type Condition = z.infer<typeof conditionSchema>;

const rawColumnSchema = z.object({
  /** A standard name, or a covariate's own. */
  name: z.string(),
  /** What the customer's data calls it. */
  source: z.string(),
  /** What its values are; of the source, where a condition makes a flag of it. A text may be null, a key may not. */
  kind: z.enum(['key', 'text', 'day', 'price', 'amount', 'flag', 'number']),
  condition: conditionSchema.optional(),
  /** Of covariates: whether features are made of its past as well. */
  history: z.boolean().optional(),
});
export type RawColumn = z.infer<typeof rawColumnSchema>;

/** What the features of a version are made of, so that a predictor can make them of raw rows. */
export const rawRowsSchema = z.object({
  set: z.enum(['Standard', 'Extended']),
  columns: z.array(rawColumnSchema).min(1),
});
export type RawRows = z.infer<typeof rawRowsSchema>;

/** What an Extended version knows of all rows that it was trained on, as features/sql/snapshot.sql makes it. */
export const SNAPSHOT_FILE = 'snapshot.parquet';

/** 1 where the number meets it, else 0. */
export function applyCondition({ test, bound }: Condition, number: number): 0 | 1 {
  return Number(TESTS[test](number, Number(bound))) as 0 | 1;
}

const TESTS: Record<Condition['test'], (number: number, bound: number) => boolean> = {
  above: (number, bound) => number > bound,
  atLeast: (number, bound) => number >= bound,
  below: (number, bound) => number < bound,
  atMost: (number, bound) => number <= bound,
  equals: (number, bound) => number === bound,
};
