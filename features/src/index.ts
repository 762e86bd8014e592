export { type DuckDB, type DuckDBOptions, openDuckDB } from './duckdb.ts';
export { describeFeature } from './documentation.ts';
export { type Parts, renderParts } from './parts.ts';
export { quoteIdentifier, quoteLiteral } from './quote.ts';
export {
  type FeaturesRequest,
  OPTIONAL_COLUMNS,
  REQUIRED_COLUMNS,
  type RenderedFeatures,
  labelColumn,
  renderFeatures,
} from './render.ts';
export type { Covariate } from './template.ts';
