import {
  type Manifest,
  type RawColumn,
  type RawRows,
  SNAPSHOT_FILE,
  STANDARD_FEATURES,
} from '@stockout/contracts';

const STANDARD: readonly [name: string, kind: RawColumn['kind']][] = [
  ['store_id', 'key'],
  ['product_id', 'key'],
  ['date', 'day'],
  ['price', 'price'],
  ['promo', 'flag'],
  ['daily_sales', 'amount'],
  ['inventory', 'amount'],
  ['stockout', 'flag'],
];

/**
 * The raw rows that a version's features are made of. A version that does not say so takes the standard columns, as
 * long as nothing else is among its features.
 * @returns undefined when its features cannot be made of raw rows here
 */
export function rawRowsOf({ raw, features, files }: Manifest): RawRows | undefined {
  if (raw?.set === 'Extended' && files[SNAPSHOT_FILE] === undefined) return undefined;
  if (raw !== undefined) return raw;
  const standard = new Set<string>(STANDARD_FEATURES);
  if (!features.every(({ name }) => standard.has(name))) return undefined;
  return { set: 'Standard', columns: STANDARD.map(([name, kind]) => ({ name, source: name, kind })) };
}
