export { type DuckDB, type DuckDBOptions, openDuckDB } from './duckdb.ts';
export { quoteIdentifier, quoteLiteral } from './quote.ts';
