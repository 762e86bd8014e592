import extended from '../sql/extended.json' with { type: 'json' };
import standard from '../sql/standard.json' with { type: 'json' };

/** What a column of the features table is, as the JSON files beside the SQL say. */
export interface ColumnDocumentation {
  /** With `{{covariate}}` in it where there is one for each covariate. */
  name: string;
  /** Which covariates it is made for: `covariate` or `covariate with history`. */
  each?: string;
  description: string;
  formula: string;
}

/** Standard, or all of Extended, in the order of the features table's columns. */
export const STANDARD_COLUMNS: readonly ColumnDocumentation[] = standard.columns;
export const EXTENDED_COLUMNS: readonly ColumnDocumentation[] = [...standard.columns, ...extended.columns];

const COVARIATE = '{{covariate}}';

/**
 * What a feature means, in words. A name that fits no column of ours is a covariate itself.
 * @param name as the features table has it
 */
export function describeFeature(name: string): string {
  const plain = EXTENDED_COLUMNS.find((column) => column.name === name);
  if (plain !== undefined) return plain.description;
  // The longest pattern says most: store_x_mean is the store's mean of x before it is the mean of store_x.
  const fitting = EXTENDED_COLUMNS.filter((column) => covariateIn(column.name, name) !== undefined);
  const [column] = fitting.toSorted((a, b) => b.name.length - a.name.length);
  if (column === undefined) throw new TypeError(`${name} is not a feature`);
  return column.description.replaceAll(COVARIATE, covariateIn(column.name, name) ?? name);
}

function covariateIn(pattern: string, name: string): string | undefined {
  const [before, after] = pattern.split(COVARIATE);
  if (before === undefined || after === undefined) return undefined;
  const fits = name.startsWith(before) && name.endsWith(after) && name.length > before.length + after.length;
  return fits ? name.slice(before.length, name.length - after.length) : undefined;
}
