import { type DuckDB, quoteIdentifier, quoteLiteral } from '@stockout/features';
import type { FeaturesTable } from '../features.ts';
import type { ClassCount } from './class-counts.ts';
import { GROUP_COLUMN, type GroupCount } from './group-split.ts';

/** The labelled rows of one day. */
export interface DayCount extends ClassCount {
  /** ISO date. */
  day: string;
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
  return db.rows<DayCount>(countBy('CAST(CAST(date AS DATE) AS VARCHAR)', 'day', table));
}

/** Stores or products with labelled rows, by name. */
export function countLabelledGroups(
  db: DuckDB,
  table: FeaturesTable,
  strategy: keyof typeof GROUP_COLUMN,
): Promise<GroupCount[]> {
  return db.rows<GroupCount>(countBy(groupName(strategy), 'name', table));
}

/** SQL: a row's store or product, as text. */
export function groupName(strategy: keyof typeof GROUP_COLUMN): string {
  return `CAST(${GROUP_COLUMN[strategy]} AS VARCHAR)`;
}

function countBy(key: string, name: string, table: FeaturesTable): string {
  const label = quoteIdentifier(table.label);
  return `SELECT ${key} AS ${name}, count(*) AS rows, count_if(${label} = 1) AS positives
    FROM ${table.relation} WHERE ${labelledRows(table)} GROUP BY 1 ORDER BY 1`;
}
