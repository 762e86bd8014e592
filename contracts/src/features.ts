import { z } from 'zod';

/** The Standard features in model order; see features/sql for the formula of each. */
export const STANDARD_FEATURES = [
  'price',
  'promo',
  'daily_sales',
  'inventory',
  'sales_lag_1',
  'sales_lag_3',
  'sales_lag_7',
  'inv_lag_1',
  'promo_lag_1',
  'sales_roll7_avg',
  'sales_roll7_sum',
  'sales_roll14_avg',
  'promo_roll7_sum',
  'inv_to_sales_ratio',
  'low_inventory_flag',
] as const;

/** One input of a model version. Values are 32-bit floats, as XGBoost sees them. */
export const featureSchema = z.object({
  name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
  /** What it means, in words. */
  description: z.string(),
  /** Whether null (not known: a day that is not there) is accepted. */
  nullable: z.boolean(),
  /** The range seen in training; null where every value was null. */
  min: z.number().nullable(),
  max: z.number().nullable(),
  /** A value from the training rows, for documentation. */
  example: z.number().nullable(),
});
export type Feature = z.infer<typeof featureSchema>;
