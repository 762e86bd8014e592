import { type FeaturesRequest, OPTIONAL_COLUMNS, REQUIRED_COLUMNS } from '@stockout/features';

const COLUMNS = [...REQUIRED_COLUMNS, ...OPTIONAL_COLUMNS.filter((name) => name !== 'region')];

/** The Standard features of the retail data, which has all columns but a region. */
export const STANDARD: FeaturesRequest = {
  set: 'Standard',
  columns: COLUMNS,
  horizonDays: 7,
};

/** The history of one covariate besides. */
export const EXTENDED: FeaturesRequest = {
  set: 'Extended',
  columns: COLUMNS,
  covariates: [{ name: 'hours', history: true }],
  horizonDays: 7,
};
export const EXTENDED_BY_REGION: FeaturesRequest = { ...EXTENDED, columns: [...COLUMNS, 'region'] };
