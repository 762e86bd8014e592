import { createHash } from 'node:crypto';
import { InputError, type RawRows } from '@stockout/contracts';
import { type FeaturesRequest, renderFeatures } from '@stockout/features';
import type { PipelineContext } from '../../context.ts';
import { madeOf } from '../../features-refresh.ts';
import { featuresRequest, rawRows } from '../../features-request.ts';
import { SparkError } from './connect/errors.ts';
import type { Spark } from './connect/session.ts';
import { type SparkRaw, describeRaw, selectRawOnSpark } from './raw.ts';
import { type SparkTable, historyOf, relationAt, sparkTable } from './tables.ts';

/** A version of a features table that Spark has made, or found made. */
export interface SparkFeatures extends SparkTable {
  version: number;
  rawTable: string;
  rawVersion: number;
  /** What the features are made of. */
  raw: RawRows;
  /** In model order. */
  features: string[];
  label: string;
  rows: number;
  /** ISO dates, over all rows. */
  firstDay: string;
  lastDay: string;
}

export interface SparkFeaturesSource {
  rawTable: string;
  /** Default: the newest. */
  rawVersion: number | undefined;
  featuresTable: string;
}

/**
 * Raw table -> features table on the cluster: the very SQL that DuckDB runs, Delta to Delta. What stands made of the
 * same rows by the same SQL is left as it is, and of two that make it at once one commits.
 */
export async function makeSparkFeatures(
  context: PipelineContext,
  spark: Spark,
  source: SparkFeaturesSource,
): Promise<SparkFeatures> {
  const { data } = context.model.spec;
  const raw = await describeRaw(spark, sparkTable(context, source.rawTable), data, source.rawVersion);
  const target = sparkTable(context, source.featuresTable);
  const request = featuresRequest(data, raw.columns);
  const version = await makeUnlessMade(context, spark, raw, target, request);
  const { features, label } = renderFeatures(request);
  const extent = await extentOf(spark, relationAt(target, version), target);
  return {
    ...target,
    version,
    rawTable: raw.name,
    rawVersion: raw.version,
    raw: rawRows(data, raw.columns),
    features,
    label,
    ...extent,
  };
}

/** @returns the version of the features table that is made of these rows */
async function makeUnlessMade(
  context: PipelineContext,
  spark: Spark,
  raw: SparkRaw,
  target: SparkTable,
  request: FeaturesRequest,
): Promise<number> {
  const { sql } = renderFeatures(request);
  // The same as the tag on the files that DuckDB writes.
  const source = JSON.stringify(madeOf({ table: raw.id, version: raw.version }, raw.columns, request));
  const before = await historyOf(spark, target);
  if (before?.writes[0]?.userMetadata === source) return before.version;
  const select = `WITH raw AS (${await selectRawOnSpark(context, spark, raw)}) ${sql}`;
  try {
    await spark.write(select, {
      path: target.path,
      mode: 'Overwrite',
      options: {
        overwriteSchema: 'true',
        userMetadata: source,
        ...onceAfter('stockout-features', source, before?.version ?? -1),
      },
    });
  } catch (error) {
    // Another one of the same may have been first.
    if (!isConflict(error)) throw error;
  }
  const after = await historyOf(spark, target);
  const made = after?.writes.find(({ userMetadata }) => userMetadata === source);
  if (made !== undefined) return made.version;
  throw new InputError(
    `table ${target.name} was written by somebody else meanwhile: try again, or give each model its own`,
  );
}

/**
 * Delta's mark of a write that is to be done once: a second one of the same on the same version is passed over, be it a
 * retry or the first one that was thought dead.
 */
function onceAfter(what: string, content: string, version: number): Record<string, string> {
  return { txnAppId: `${what}:${digest(`${content} ${version}`)}`, txnVersion: '0' };
}

function isConflict(error: unknown): boolean {
  return error instanceof SparkError && /CONCURRENT/.test(`${error.errorClass} ${error.message}`);
}

async function extentOf(
  spark: Spark,
  relation: string,
  { name }: SparkTable,
): Promise<Pick<SparkFeatures, 'rows' | 'firstDay' | 'lastDay'>> {
  const [extent] = await spark.rows<{ n: number; first: string | null; last: string | null }>(
    `SELECT count(*) AS n, CAST(min(date) AS STRING) AS first, CAST(max(date) AS STRING) AS last FROM ${relation}`,
  );
  if (extent?.first != null && extent.last != null)
    return { rows: extent.n, firstDay: extent.first, lastDay: extent.last };
  throw new InputError(`table ${name} has no rows: bring data in with \`stockout ingest\` first`);
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
