import type { Feature } from '@stockout/contracts';
import { type FieldError, MAX_ERRORS } from '../features.ts';
import { NotRowsError } from './parse-rows.ts';

/** Where the columns of a table go: the place in model order of each, -1 for one that is passed over. */
export type ColumnPlaces = readonly number[];

/**
 * @param names of the columns, in the order of the table
 * @param extra whether columns that are no features are passed over
 * @throws {NotRowsError} naming each column that is missing, doubled or unknown
 */
export function placeColumns(
  names: readonly string[],
  features: readonly Feature[],
  extra: boolean,
): ColumnPlaces {
  const places = new Map(features.map(({ name }, index) => [name, index]));
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name) && places.has(name)) errors.push({ field: name, message: 'is there in two columns' });
    seen.add(name);
    if (!extra && !places.has(name))
      errors.push({ field: name.slice(0, 100) || '(no name)', message: 'is not a feature of this model' });
  }
  for (const { name } of features)
    if (!seen.has(name)) errors.push({ field: name, message: 'has no column' });
  const [first, ...more] = errors.slice(0, MAX_ERRORS);
  if (first !== undefined) throw new NotRowsError(first, ...more);
  return names.map((name) => places.get(name) ?? -1);
}
