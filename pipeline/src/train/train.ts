import { randomUUID } from 'node:crypto';
import type { Manifest } from '@stockout/contracts';
import { type PipelineContext, storageOf } from '../context.ts';
import { profileTable } from '../data-profile.ts';
import { ensureFeatures } from '../features.ts';
import { requireMlflow, trackTraining } from '../tracking/track-training.ts';
import { claimVersion, findClaim } from '../versions/claim.ts';
import { readManifest, requireManifest } from '../versions/manifest.ts';
import { choose } from './choose.ts';
import { makeVersion } from './make-version.ts';
import { planMaterial, readMaterial } from './material.ts';
import { outcomeOf, type TrainOutcome } from './outcome.ts';
import { boosterParams } from './params.ts';
import { searchSettings } from './search.ts';
import { requireSupported } from './supported.ts';
import { findUnchanged } from './unchanged.ts';

export interface TrainOptions {
  /** Names this training: tried again under the same name it goes on, and never makes a second version. */
  run?: string | undefined;
  /** The version that serves: both are scored on the same held-out rows. */
  against?: string | undefined;
  /** A version of the same spec: nothing is trained, and it is the outcome, while there is no other data than its own. */
  unlessDataOf?: string | undefined;
  /** The time of the schedule that asks for it: the version bears it. */
  scheduledFor?: string | undefined;
  /** How many settings of the training params are tried besides the spec's; default none. */
  search?: number | undefined;
}

/**
 * Features table -> a new model version, evaluated and gated.
 * @throws InputError when spec or data cannot be trained on; nothing is left behind then
 */
export async function train(context: PipelineContext, options: TrainOptions = {}): Promise<TrainOutcome> {
  const started = performance.now();
  const manifest =
    (await findFinished(context, options.run)) ??
    (await findUnchanged(context, options.unlessDataOf)) ??
    (await trainRun(context, options));
  const tracked = await trackTraining(context, manifest, new Date());
  return { ...outcomeOf(manifest, storageOf(context), (performance.now() - started) / 1000), ...tracked };
}

/** The version that an earlier try of this run has brought to its end. */
export async function findFinished(
  context: PipelineContext,
  run: string | undefined,
): Promise<Manifest | undefined> {
  if (run === undefined) return undefined;
  const { namespace, name } = context.model.metadata;
  const found = await findClaim(storageOf(context), namespace, name, run);
  return found && readManifest(storageOf(context), namespace, name, found.version);
}

async function trainRun(context: PipelineContext, options: TrainOptions): Promise<Manifest> {
  const { signal, report, model } = context;
  const { namespace, name } = model.metadata;
  const storage = storageOf(context);
  const asked = requireSupported(model.spec);
  const run = options.run ?? randomUUID();
  const { against, scheduledFor, search } = options;
  await requireMlflow(context);
  const champion =
    against === undefined ? undefined : await requireManifest(storage, namespace, name, against);
  const begun = await findClaim(storage, namespace, name, run);

  report?.({ step: 'features' });
  await using table = await ensureFeatures(context, { rawVersion: begun?.claim.dataVersion });
  signal?.throwIfAborted();

  report?.({ step: 'read' });
  // What cannot be trained on fails before anything is claimed or searched.
  boosterParams(asked.params, table.features);
  const planned = await planMaterial(context, table, asked);
  const claim = {
    run,
    trainedAt: new Date().toISOString(),
    dataVersion: table.rawVersion,
    ...(scheduledFor && { scheduledFor }),
  };
  const claimed = begun ?? (await claimVersion(storage, namespace, name, claim));
  // Another pod of this run was first, and took another data version: that is the one.
  if (claimed.claim.dataVersion !== table.rawVersion) return trainRun(context, { ...options, run });
  const searched = search ? await searchSettings(context, table, asked, search) : undefined;
  const training = searched?.training ?? asked;
  const choice = await choose(context, table, training);
  // What was found to be best may need no validation rows any more.
  const plan = searched ? await planMaterial(context, table, training) : planned;
  using material = await readMaterial(context, table, plan, champion);
  signal?.throwIfAborted();

  // Awaited here: at the end of this block the rows are gone.
  return await makeVersion(context, {
    storage,
    training,
    params: boosterParams(training.params, table.features),
    choice,
    search: searched?.search,
    table,
    material,
    profile: await profileTable(context, table),
    claimed,
    championManifest: champion,
  });
}
