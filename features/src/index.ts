export { type DuckDB, type DuckDBOptions, openDuckDB } from './duckdb.ts';
export { describeFeature } from './documentation.ts';
export { type Parts, renderParts } from './parts.ts';
export { type GivenRows, History, type OutdatedSeries, type SeriesFeatures } from './history.ts';
export { quoteIdentifier, quoteLiteral } from './quote.ts';
export {
  type FeaturesRequest,
  OPTIONAL_COLUMNS,
  REQUIRED_COLUMNS,
  type RenderedFeatures,
  labelColumn,
  renderFeatures,
} from './render.ts';
export { renderSnapshot, writeSnapshot } from './snapshot.ts';
export type { Covariate } from './template.ts';
