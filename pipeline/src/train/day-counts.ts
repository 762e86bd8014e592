import { type DuckDB, quoteIdentifier, quoteLiteral } from '@stockout/features';
import type { FeaturesTable } from '../features.ts';

/** The labelled rows of one day. */
export interface DayCount {
  /** ISO date. */
  day: string;
  rows: number;
  /** Those with label 1. */
  positives: number;
}

/**
 * Which rows train and test: those that have a label, on days whose whole horizon lies within the data. On the days
 * after that a stockout that has come makes a 1 already, and nothing yet makes a 0: they would be of one class.
 */
export function labelledRows({ label, lastDay, horizonDays }: FeaturesTable): string {
  const last = `DATE ${quoteLiteral(lastDay)} - ${horizonDays}`;
  return `${quoteIdentifier(label)} IS NOT NULL AND CAST(date AS DATE) <= ${last}`;
}

/** Days with labelled rows, oldest first. */
export function countLabelledDays(db: DuckDB, table: FeaturesTable): Promise<DayCount[]> {
  const label = quoteIdentifier(table.label);
  return db.rows<DayCount>(
    `SELECT CAST(CAST(date AS DATE) AS VARCHAR) AS day, count(*) AS rows, count_if(${label} = 1) AS positives
     FROM ${table.relation} WHERE ${labelledRows(table)} GROUP BY 1 ORDER BY 1`,
  );
}
