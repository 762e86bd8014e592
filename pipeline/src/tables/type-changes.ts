import type { SchemaField } from './schema.ts';

/** A type that a column, or a part of one, has in older files, and the wider one that it has since. */
interface TypeChange {
  fromType: string;
  toType: string;
}

const WIDER: Partial<Record<string, readonly string[]>> = {
  byte: ['short', 'integer', 'long', 'double'],
  short: ['integer', 'long', 'double'],
  integer: ['long', 'double'],
  float: ['double'],
  date: ['timestamp_ntz'],
};

/** Digits before and after the point that a decimal must have for any such number, as the protocol counts them. */
const DIGITS: Partial<Record<string, Digits>> = {
  byte: { before: 10, after: 0 },
  short: { before: 10, after: 0 },
  integer: { before: 10, after: 0 },
  long: { before: 20, after: 0 },
};

interface Digits {
  before: number;
  after: number;
}

/** What a field's metadata notes of such changes. */
export function typeChanges(metadata: SchemaField['metadata']): TypeChange[] {
  return (metadata?.['delta.typeChanges'] as TypeChange[] | undefined) ?? [];
}

/** Whether a change is one of those that leave every value as it is: DuckDB's casts do so too. */
export function isWidening({ fromType, toType }: TypeChange): boolean {
  const to = digitsOf(toType);
  if (to === undefined) return WIDER[fromType]?.includes(toType) ?? false;
  const from = DIGITS[fromType] ?? digitsOf(fromType);
  return from !== undefined && to.before >= from.before && to.after >= from.after;
}

function digitsOf(type: string): Digits | undefined {
  const [, precision, scale] = /^decimal\((\d+), ?(\d+)\)$/.exec(type) ?? [];
  return scale === undefined
    ? undefined
    : { before: Number(precision) - Number(scale), after: Number(scale) };
}
