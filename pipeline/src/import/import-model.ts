import { randomUUID } from 'node:crypto';
import { InputError, type Manifest } from '@stockout/contracts';
import { API_VERSION, type StockoutModel } from '@stockout/crds';
import { readManifests } from '@stockout/crds/manifest';
import { openDuckDB } from '@stockout/features';
import { type PipelineContext, storageOf } from '../context.ts';
import { profileTable } from '../data-profile.ts';
import { ensureFeatures, type FeaturesTable } from '../features.ts';
import { requireMlflow, trackTraining } from '../tracking/track-training.ts';
import { choose } from '../train/choose.ts';
import { makeVersion } from '../train/make-version.ts';
import { readChampionRows } from '../train/champion-rows.ts';
import { type Material, planMaterial, readMaterial } from '../train/material.ts';
import { outcomeOf, type TrainOutcome } from '../train/outcome.ts';
import type { LabelledRows } from '../train/split-rows.ts';
import type { Training } from '../train/supported.ts';
import { findFinished } from '../train/train.ts';
import { claimVersion, findClaim } from '../versions/claim.ts';
import { requireManifest } from '../versions/manifest.ts';
import type { GivenModel } from './given-model.ts';
import { readGiven } from './read-given.ts';
import { type FoundModel, readModelFile } from './read-model-file.ts';

export interface ImportOptions {
  /** A file, an address, or models:/ and runs:/ of MLflow. */
  model: string;
  /** Names this import: tried again under the same name it goes on, and never makes a second version. */
  run?: string | undefined;
  /** The version that serves: both are scored on the same held-out rows. */
  against?: string | undefined;
}

/**
 * A model that was trained elsewhere -> a new model version, evaluated on this model's table and gated as any other.
 * @throws InputError when it is no model that can be served, or needs a feature that the table does not have; nothing
 *   is left behind then
 */
export async function importModel(context: PipelineContext, options: ImportOptions): Promise<TrainOutcome> {
  const started = performance.now();
  const manifest = (await findFinished(context, options.run)) ?? (await importRun(context, options));
  const tracked = await trackTraining(context, manifest, new Date());
  return { ...outcomeOf(manifest, storageOf(context), (performance.now() - started) / 1000), ...tracked };
}

async function importRun(context: PipelineContext, options: ImportOptions): Promise<Manifest> {
  const { signal, report, model } = context;
  const { namespace, name } = model.metadata;
  const storage = storageOf(context);
  const run = options.run ?? randomUUID();
  const { against } = options;
  await requireMlflow(context);
  const championManifest =
    against === undefined ? undefined : await requireManifest(storage, namespace, name, against);
  report?.({ step: 'model' });
  const found = await readModelFile(context, options.model);
  const given = await readGiven(found);
  const begun = await findClaim(storage, namespace, name, run);

  await using whole = await ensureFeatures(context, { rawVersion: begun?.claim.dataVersion });
  requireFeatures(given, whole.features, found);
  const table = { ...whole, features: given.features };
  const training = trainingOf(model, given.rounds);
  report?.({ step: 'read' });
  // What cannot be evaluated on fails before anything is claimed.
  const plan = await planMaterial(context, table, training);
  const claim = { run, trainedAt: new Date().toISOString(), dataVersion: table.rawVersion };
  const claimed = begun ?? (await claimVersion(storage, namespace, name, claim));
  // Another pod of this run was first, and took another data version: that is the one.
  if (claimed.claim.dataVersion !== table.rawVersion) return importRun(context, { ...options, run });
  const choice = await choose(context, table, training, given);
  using material = await readMaterial(context, table, plan, undefined);
  const championTest =
    championManifest && (await readTestOf(context, whole, material, championManifest, given));
  signal?.throwIfAborted();

  // Awaited here: at the end of this block the rows are gone.
  return await makeVersion(context, {
    storage,
    training,
    params: paramsOf(found, training),
    choice,
    search: undefined,
    table,
    material: { ...material, championTest },
    profile: await profileTable(context, table),
    claimed,
    championManifest,
    given: { trees: given, warnings: [warningOf(found)] },
  });
}

/** The champion may need features that the given model does not. */
async function readTestOf(
  context: PipelineContext,
  whole: FeaturesTable,
  { plan, test }: Material,
  champion: Manifest,
  { features }: GivenModel,
): Promise<LabelledRows | undefined> {
  await using db = await openDuckDB({ signal: context.signal });
  return await readChampionRows(db, context, whole, plan, champion, { names: features, rows: test });
}

function requireFeatures(given: GivenModel, known: readonly string[], { uri }: FoundModel): void {
  const lacking = given.features.filter((feature) => !known.includes(feature));
  if (lacking.length === 0) return;
  throw new InputError(
    `${uri} needs ${lacking.length === 1 ? 'the feature' : 'the features'} ${lacking.join(', ')}, which spec.data does ` +
      `not yield (it yields ${known.join(', ')}): map the columns that are missing, set spec.data.features to Extended ` +
      'or name covariates, or train the model on features that are there',
  );
}

/**
 * How the rows are split that it is evaluated on: as spec.training says where there is one, else by its defaults. Its
 * threshold, and its calibration where one is asked for, are chosen on validation rows as for any other.
 */
function trainingOf({ spec }: StockoutModel, rounds: number): Training {
  const training = spec.training ?? defaultTraining();
  const { earlyStoppingRounds: _stops, ...params } = training.params;
  return { ...training, params: { ...params, rounds } };
}

/** As an API server fills it in. */
function defaultTraining(): Training {
  const spec = { storage: { uri: 's3://any/where' }, training: {} };
  const object = { apiVersion: API_VERSION, kind: 'StockoutModel', metadata: { name: 'any' }, spec };
  const [model] = readManifests(JSON.stringify(object), 'spec.training').models;
  return model?.spec.training as Training;
}

/** What the trees were trained with is not known in whole; the seed draws the split and the resamples. */
function paramsOf({ uri, version }: FoundModel, { params }: Training): Record<string, string> {
  return {
    objective: 'binary:logistic',
    seed: String(params.seed),
    imported_from: uri,
    ...(version && { imported_xgboost: version }),
  };
}

function warningOf({ uri }: FoundModel): string {
  return (
    `trained elsewhere (${uri}): if it has seen the test rows, the metrics are too kind to it; ` +
    'only rows of days after its training are a fair test'
  );
}
