import type { Manifest } from '@stockout/contracts';
import { type DuckDB, openDuckDB } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import type { FeaturesTable } from '../features.ts';
import type { TrainingData } from '../xgboost/protocol.ts';
import { countLabelledDays } from './day-counts.ts';
import { planSplit, type SplitPlan } from './split-plan.ts';
import { readSplit, readTestRows } from './split-rows.ts';
import type { Training } from './supported.ts';

/** What a training learns from and is judged on. */
export interface Material {
  plan: SplitPlan;
  train: TrainingData;
  test: TrainingData;
  /** The test rows with the champion's features; undefined when the features table lacks one of them. */
  championTest: TrainingData | undefined;
}

/** Plans the split before a row is read: what cannot be split fails at once. */
export async function planMaterial(
  { signal }: PipelineContext,
  table: FeaturesTable,
  training: Training,
): Promise<SplitPlan> {
  await using db = await openDuckDB({ signal });
  return planSplit(training, table.horizonDays, await countLabelledDays(db, table));
}

/** Reads all rows, and leaves DuckDB's memory before XGBoost takes its own. */
export async function readMaterial(
  { signal }: PipelineContext,
  table: FeaturesTable,
  plan: SplitPlan,
  champion: Manifest | undefined,
): Promise<Material> {
  await using db = await openDuckDB({ signal });
  const { train, test } = await readSplit(db, table, table.features, plan);
  const read = { names: table.features, rows: test };
  const championTest = champion && (await readChampionRows(db, table, plan, champion, read));
  return { plan, train, test, championTest };
}

/**
 * The test rows through the champion's own list of features.
 * @param read the rows as they are read already, and through which features
 * @returns undefined when the table lacks a feature
 */
export async function readChampionRows(
  db: DuckDB,
  table: FeaturesTable,
  plan: SplitPlan,
  champion: Manifest,
  read: { names: readonly string[]; rows: TrainingData },
): Promise<TrainingData | undefined> {
  const names = champion.features.map((feature) => feature.name);
  if (names.join() === read.names.join()) return read.rows;
  const known = new Set(table.features);
  if (!names.every((name) => known.has(name))) return undefined;
  return readTestRows(db, table, names, plan);
}
