import type { RawRows } from '@stockout/contracts';
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
    columns: usedBy(data, columns).map(({ name }) => name),
    covariates: data.covariates?.map(({ column, history }) => ({ name: column, history })),
    horizonDays: data.horizonDays,
  };
}

/** What a predictor is told of them, to make the same features of rows as the customer has them. */
export function rawRows(data: StockoutModelSpec['data'], columns: readonly MappedColumn[]): RawRows {
  const histories = new Map(data.covariates?.map(({ column, history }) => [column, history]));
  return {
    set: data.features,
    columns: usedBy(data, columns).map(({ name, source, condition }) => {
      const history = histories.get(name);
      return {
        name,
        source: source.source,
        kind: source.kind,
        ...(condition && { condition }),
        ...(history !== undefined && { history }),
      };
    }),
  };
}

/** Standard features know no regions: rows need not say theirs. */
function usedBy(
  { features }: StockoutModelSpec['data'],
  columns: readonly MappedColumn[],
): readonly MappedColumn[] {
  return features === 'Standard' ? columns.filter(({ source }) => source.kind !== 'text') : columns;
}
