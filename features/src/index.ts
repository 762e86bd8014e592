export { type DuckDB, type DuckDBOptions, openDuckDB } from './duckdb.ts';
export { quoteIdentifier, quoteLiteral } from './quote.ts';
export {
  OPTIONAL_COLUMNS,
  REQUIRED_COLUMNS,
  type RenderedFeatures,
  describeFeature,
  labelColumn,
  renderStandardFeatures,
} from './standard.ts';
