import { type FeaturesRequest, OPTIONAL_COLUMNS, REQUIRED_COLUMNS } from '@stockout/features';

/** The Standard features of the retail data, which has all columns. */
export const STANDARD: FeaturesRequest = {
  set: 'Standard',
  columns: [...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS],
  horizonDays: 7,
};
