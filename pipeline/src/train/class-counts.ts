import { InputError } from '@stockout/contracts';

/** Labelled rows of some kind: of a day, a store, a product. */
export interface ClassCount {
  rows: number;
  /** Those with label 1. */
  positives: number;
}

export function sumOf(counts: readonly ClassCount[]): ClassCount {
  return {
    rows: counts.reduce((sum, each) => sum + each.rows, 0),
    positives: counts.reduce((sum, each) => sum + each.positives, 0),
  };
}

/**
 * @param where the rows in words, with which the message begins
 * @throws InputError when there is no row, or none of one class
 */
export function requireBothClasses(counts: readonly ClassCount[], where: string): void {
  const { rows, positives } = sumOf(counts);
  if (rows === 0) {
    throw new InputError(
      `${where}: none. A row has a label when the data goes on for spec.data.horizonDays after it, with a row on one ` +
        'of these days: ingest more days',
    );
  }
  if (positives > 0 && positives < rows) return;
  const only = positives === 0 ? 'no stockout follows any of them' : 'a stockout follows every one of them';
  throw new InputError(
    `${where} are of one class only (${rows} rows, ${only}): a model needs both. ` +
      'Check the stockout column of the raw table, or ingest more days.',
  );
}
