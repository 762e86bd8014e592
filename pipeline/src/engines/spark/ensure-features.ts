import type { PipelineContext } from '../../context.ts';
import type { FeaturesTable } from '../../features.ts';
import { type SparkFeaturesSource, makeSparkFeatures } from './features.ts';
import { type Engine, openEngine } from './open.ts';
import { stageFeatures } from './stage.ts';

/**
 * The features of a version of the raw table, made on the cluster.
 * @param reads whether their rows are fetched, for what is learned from them here; else the relation is empty
 */
export async function ensureSparkFeatures(
  context: PipelineContext,
  engine: Engine,
  source: SparkFeaturesSource,
  reads: boolean,
): Promise<FeaturesTable> {
  await using spark = await openEngine(context, engine, 'features');
  const { name, version, ...made } = await makeSparkFeatures(context, spark, source);
  const staged = reads ? await stageFeatures(context, spark, { name, version, ...made }) : undefined;
  return {
    ...made,
    table: name,
    tableVersion: version,
    horizonDays: context.model.spec.data.horizonDays,
    relation: staged?.relation ?? NOTHING,
    share: staged?.share ?? 1,
    [Symbol.asyncDispose]: async () => staged?.[Symbol.asyncDispose](),
  };
}

/** A query of it is a mistake of ours, which DuckDB then says. */
const NOTHING = '(SELECT * FROM rows_that_stay_on_the_cluster)';
