import type { StockoutModelSpec } from '@stockout/crds';
import type { FeaturesRequest } from '@stockout/features';
import type { MappedColumn } from './raw/mapping.ts';

/** What the features SQL is rendered for: the spec's set, and the columns that the raw table turned out to have. */
export function featuresRequest(
  data: StockoutModelSpec['data'],
  columns: readonly MappedColumn[],
): FeaturesRequest {
  return {
    set: data.features,
    columns: columns.map(({ name }) => name),
    covariates: data.covariates?.map(({ column, history }) => ({ name: column, history })),
    horizonDays: data.horizonDays,
  };
}
