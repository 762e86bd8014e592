import { readFileSync } from 'node:fs';
import documentation from '../sql/standard.json' with { type: 'json' };

/** Columns that the raw table must have; the others that features are made of are optional. */
export const REQUIRED_COLUMNS = ['store_id', 'product_id', 'date', 'stockout'] as const;
export const OPTIONAL_COLUMNS = ['price', 'promo', 'daily_sales', 'inventory'] as const;

export interface RenderedFeatures {
  /** A SELECT over a relation that is named `raw`: prefix it with `WITH raw AS (...)`. */
  sql: string;
  /** In model order: those whose columns are there. */
  features: string[];
  label: string;
}

const TEMPLATE = readFileSync(new URL('../sql/standard.sql', import.meta.url), 'utf8');
const NEEDS = / -- needs (.+)$/;

/**
 * The Standard features as SQL for data with these columns; those that need a column which is not there are left out.
 * @param columns standard names of the raw columns at hand, the required ones among them
 * @param horizonDays how many days the label looks ahead
 */
export function renderStandardFeatures(columns: Iterable<string>, horizonDays: number): RenderedFeatures {
  const present = new Set(columns);
  const kept: string[] = [];
  const features: string[] = [];
  for (const line of TEMPLATE.split('\n')) {
    if (line.startsWith('--')) continue;
    const needs = NEEDS.exec(line)?.[1]?.split(', ');
    if (needs === undefined) kept.push(line);
    else if (needs.every((column) => present.has(column))) {
      kept.push(line.replace(NEEDS, ''));
      features.push(nameOf(line));
    }
  }
  const sql = kept.join('\n').replaceAll('{{horizon_days}}', String(horizonDays));
  return { sql, features, label: labelColumn(horizonDays) };
}

export function labelColumn(horizonDays: number): string {
  return `label_stockout_next_${horizonDays}d`;
}

/** What a feature means, in words. */
export function describeFeature(name: string): string {
  const column = documentation.columns.find((candidate) => candidate.name === name);
  if (column === undefined) throw new TypeError(`${name} is not a Standard feature`);
  return column.description;
}

function nameOf(line: string): string {
  const name = /AS (\w+),? -- needs/.exec(line)?.[1];
  if (name === undefined) throw new TypeError(`standard.sql: no column name in "${line.trim()}"`);
  return name;
}
