import type { PipelineContext } from './context.ts';

/** A version of the features table, readable by DuckDB as long as it is not disposed of. */
export interface FeaturesTable extends AsyncDisposable {
  /** What stands after FROM: its columns are the table's. */
  relation: string;
  table: string;
  tableVersion: number;
  rawTable: string;
  rawVersion: number;
  /** In model order, those that the raw table's columns allow. */
  features: string[];
  /** The label's column: 1, 0 or null. */
  label: string;
  horizonDays: number;
  rows: number;
  /** ISO dates, over all rows. */
  firstDay: string;
  lastDay: string;
}

export interface FeaturesSource {
  /** Default: spec.data.rawTable. */
  rawTable?: string | undefined;
  /** Default: spec.data.version, else the newest. */
  rawVersion?: number | undefined;
  /** Default: spec.data.featuresTable. */
  featuresTable?: string | undefined;
}

/**
 * The features of a version of the raw table: those in the features table where they were made from the same
 * data by the same SQL, else made now. Two at once are safe: the second finds what the first made.
 * @throws InputError when the raw table does not exist, has no rows or lacks a required column
 */
export declare function ensureFeatures(
  context: PipelineContext,
  source?: FeaturesSource,
): Promise<FeaturesTable>;
