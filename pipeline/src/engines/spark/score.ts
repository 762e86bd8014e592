import { InputError, type Manifest } from '@stockout/contracts';
import { quoteIdentifier, quoteLiteral } from '@stockout/features';
import type { Storage } from '@stockout/storage';
import type { PipelineContext } from '../../context.ts';
import { type TreeModel, parseTreeModel } from '../../export/tree-model.ts';
import { type ScoringPlan, isScored, requireFeatures } from '../../score/plan.ts';
import { readModel } from '../../xgboost/scorer.ts';
import { XGBoost } from '../../xgboost/xgboost.ts';
import type { Spark } from './connect/session.ts';
import { type SparkFeatures, makeSparkFeatures } from './features.ts';
import { type Engine, openEngine } from './open.ts';
import { type SparkTable, historyOf, relationAt, sparkTable } from './tables.ts';
import { scoreSql } from './trees-sql.ts';

/** What a run has put into the predictions table. */
export interface SparkScored {
  rows: number;
  atRisk: number;
  tableVersion: number;
}

/**
 * Scores a plan's days on the cluster, where nothing but Spark runs: the version's trees are part of the query. The run
 * commits once, however often it is tried.
 * @param appId names the run across the table
 * @throws InputError when the version needs a feature that the data lacks
 */
export async function scoreOnSpark(
  context: PipelineContext,
  engine: Engine,
  storage: Storage,
  { plan, manifest, appId }: { plan: ScoringPlan; manifest: Manifest; appId: string },
): Promise<SparkScored> {
  await using spark = await openEngine(context, engine, 'score');
  const output = sparkTable(context, plan.output.table);
  const before = await historyOf(spark, output);
  const standing = before?.writes.find(({ userMetadata }) => userMetadata === appId)?.version;
  if (standing !== undefined) return await countScored(spark, output, standing, plan);

  const { table: rawTable, version: rawVersion, featuresTable } = plan.input;
  const features = await makeSparkFeatures(context, spark, { rawTable, rawVersion, featuresTable });
  requireFeatures(plan, namesOf(manifest), features.features);
  const select = selectScores(features, plan, manifest, await readTrees(storage, manifest));
  // A generated method for a row's whole way through the query would be too large for Java, which then gives it up.
  await spark.run('SET spark.sql.codegen.wholeStage = false');
  await spark.write(select, {
    path: output.path,
    mode: plan.output.mode === 'Append' ? 'Append' : 'Overwrite',
    options: {
      ...modeOptions(plan, before !== undefined),
      userMetadata: appId,
      txnAppId: appId,
      txnVersion: '0',
    },
  });
  const after = await historyOf(spark, output);
  const version = after?.writes.find(({ userMetadata }) => userMetadata === appId)?.version;
  if (version !== undefined) return await countScored(spark, output, version, plan);
  throw new InputError(`table ${output.name} was replaced while it was written: try again`);
}

function modeOptions(plan: ScoringPlan, exists: boolean): Record<string, string> {
  const { output } = plan;
  if (output.mode === 'Append') return {};
  if (output.mode === 'Overwrite' || !exists) return { overwriteSchema: 'true' };
  return { replaceWhere: isScored(plan) };
}

function namesOf({ features }: Manifest): string[] {
  return features.map(({ name }) => name);
}

async function readTrees(storage: Storage, manifest: Manifest): Promise<TreeModel> {
  const bytes = await readModel(storage, manifest);
  await using xgboost = await XGBoost.start();
  const model = await xgboost.load(bytes);
  return parseTreeModel(await model.save('json'));
}

function selectScores(
  features: SparkFeatures,
  plan: ScoringPlan,
  manifest: Manifest,
  trees: TreeModel,
): string {
  const keys = ['store_id', 'product_id', 'date'];
  const named = { ...trees, featureNames: namesOf(manifest) };
  const columns = [...keys, ...named.featureNames].map(quoteIdentifier).join(', ');
  const relation = `(SELECT ${columns} FROM ${relationAt(features, features.version)} WHERE ${isScored(plan)})`;
  const wrong = `raise_error('${plan.version} gave a score that is not between 0 and 1: train another version')`;
  return `SELECT ${keys.join(', ')},
      CASE WHEN score BETWEEN 0e0 AND 1e0 THEN score ELSE CAST(${wrong} AS DOUBLE) END AS stockout_risk_score,
      CAST(score >= ${manifest.threshold.value.toExponential()} AS INT) AS stockout_risk_label,
      ${quoteLiteral(plan.version)} AS model_version, ${instant(plan)} AS scored_at
    FROM (${scoreSql(relation, keys, named, manifest.calibration)})`;
}

/** The run's rows are those with its instant: nothing else was scored then, or it is the same. */
async function countScored(
  spark: Spark,
  output: SparkTable,
  tableVersion: number,
  plan: ScoringPlan,
): Promise<SparkScored> {
  const [counted] = await spark.rows<{ n: number; risky: number | null }>(
    `SELECT count(*) AS n, CAST(sum(stockout_risk_label) AS BIGINT) AS risky FROM ${relationAt(output, tableVersion)}
      WHERE scored_at = ${instant(plan)} AND model_version = ${quoteLiteral(plan.version)}`,
  );
  return { rows: counted?.n ?? 0, atRisk: counted?.risky ?? 0, tableVersion };
}

function instant({ createdAt }: ScoringPlan): string {
  return `TIMESTAMP ${quoteLiteral(createdAt)}`;
}
