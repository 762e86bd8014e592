import { z } from 'zod';

/** What the raw rows were that a version was made of: what people ask first when its metrics surprise them. */
export const dataProfileSchema = z.object({
  rows: z.int().nonnegative(),
  stores: z.int().nonnegative(),
  products: z.int().nonnegative(),
  /** store x product. */
  series: z.int().nonnegative(),
  /** Days with at least one row. */
  days: z.int().nonnegative(),
  /** Between the first and the last day of their series; of daily data: a weekly series lacks six days of seven. */
  missingDays: z.int().nonnegative(),
  /** Share of the rows with a stockout. */
  stockoutShare: z.number().min(0).max(1),
  /** Rows with more returned than sold; undefined where sales are not known at all. */
  negativeSales: z.int().nonnegative().optional(),
  /** Rows with less than nothing in stock, as bookkeeping has it; undefined where inventory is not known at all. */
  negativeInventory: z.int().nonnegative().optional(),
});
export type DataProfile = z.infer<typeof dataProfileSchema>;
