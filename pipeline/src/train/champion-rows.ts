import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { InputError, type Manifest, type RawRows } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import type { DuckDB } from '@stockout/features';
import type { PipelineContext } from '../context.ts';
import { ensureFeatures, type FeaturesTable } from '../features.ts';
import type { SplitPlan } from './split-plan.ts';
import { type LabelledRows, readTestRows } from './split-rows.ts';

/** The test rows as they are read already, and through which features. */
export interface ReadTest {
  names: readonly string[];
  rows: LabelledRows;
}

/**
 * The test rows through the champion's own list of features. Those that the features table does not have, since the spec
 * asks for another set by now, are made of the same raw rows, in a folder of this machine, and go with it.
 * @returns undefined when the raw table does not yield them any more, or they would have to be made on a cluster
 */
export async function readChampionRows(
  db: DuckDB,
  context: PipelineContext,
  table: FeaturesTable,
  plan: SplitPlan,
  champion: Manifest,
  read: ReadTest,
): Promise<LabelledRows | undefined> {
  const names = champion.features.map((feature) => feature.name);
  if (names.join() === read.names.join()) return read.rows;
  const has = ({ features }: FeaturesTable): boolean => names.every((name) => features.includes(name));
  if (has(table)) return readTestRows(db, table, names, plan);
  if (champion.raw === undefined || context.model.spec.training?.engine.type === 'Spark') return undefined;
  const folder = await mkdtemp(join(tmpdir(), 'stockout-champion-'));
  try {
    const own = { ...context, model: withFeaturesOf(context.model, champion.raw) };
    await using made = await madeIn(folder, own, table);
    return made && has(made) ? await readTestRows(db, made, names, plan) : undefined;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function madeIn(
  folder: string,
  context: PipelineContext,
  { rawTable, rawVersion }: FeaturesTable,
): Promise<FeaturesTable | undefined> {
  try {
    return await ensureFeatures(context, { rawTable, rawVersion, featuresTable: pathToFileURL(folder).href });
  } catch (error) {
    // A covariate that was there when it was trained.
    if (error instanceof InputError) return undefined;
    throw error;
  }
}

function withFeaturesOf(model: StockoutModel, { set, columns }: RawRows): StockoutModel {
  const covariates = columns.flatMap(({ name, history }) =>
    history === undefined ? [] : [{ column: name, history }],
  );
  return { ...model, spec: { ...model.spec, data: { ...model.spec.data, features: set, covariates } } };
}
