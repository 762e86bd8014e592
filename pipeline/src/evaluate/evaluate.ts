import { type Champion, InputError, judgeGates, type Manifest } from '@stockout/contracts';
import { openDuckDB } from '@stockout/features';
import { type PipelineContext, storageOf } from '../context.ts';
import { readChampionRows } from '../train/champion-rows.ts';
import { outcomeOf, type TrainOutcome } from '../train/outcome.ts';
import { parseSplitPlan } from '../train/split-plan.ts';
import { readFirstDays } from '../train/newest-rows.ts';
import { readSplit, readTestRows } from '../train/split-rows.ts';
import { buildWarnings } from '../train/warnings.ts';
import { requireManifest } from '../versions/manifest.ts';
import { XGBoost } from '../xgboost/xgboost.ts';
import { scoreVersion } from './champion.ts';
import { type Slices, coldStartOf, gatherSlices, sliceByAge } from './insights.ts';
import { type Judgement, judgeScores } from './judge-scores.ts';
import { testedFeatures, withHorizonOf } from './tested-features.ts';

export interface EvaluateOptions {
  version: string;
  /** Another version, scored on the same rows; the relative gates are judged against it. */
  against?: string | undefined;
  /** Tells the quality by store, week and sales too, for which the training rows are read as well. */
  slices?: boolean | undefined;
}

export interface EvaluateOutcome extends TrainOutcome {
  /** As in the version's report. */
  slices?: Slices;
}

/**
 * Scores a version again on its own held-out rows, and judges the manifest's gates as they are now.
 * Nothing is written: a version never changes.
 * @throws InputError when there is no such version, or the data it was tested on is gone
 */
export async function evaluate(context: PipelineContext, options: EvaluateOptions): Promise<EvaluateOutcome> {
  const started = performance.now();
  const { namespace, name } = context.model.metadata;
  const storage = storageOf(context);
  const { version, against, slices = false } = options;
  const manifest = await requireManifest(storage, namespace, name, version);
  const other = against === undefined ? undefined : await requireManifest(storage, namespace, name, against);

  context.report?.({ step: 'features' });
  const { test, otherTest, train, firstDays } = await readRows(
    withHorizonOf(context, manifest),
    manifest,
    other,
    slices,
  );
  context.signal?.throwIfAborted();
  context.report?.({ step: 'evaluate' });
  await using xgboost = await XGBoost.start();
  const mine = await scoreVersion(xgboost, storage, manifest, test);
  const scored = other && otherTest && (await scoreVersion(xgboost, storage, other, otherTest));
  const names = manifest.features.map((feature) => feature.name);
  const judgement = await judgeScores(test, {
    names,
    ours: mine.scored,
    champion: scored?.scored,
    seed: Number(manifest.params.seed),
    signal: context.signal,
  });
  const judged = judgeAgain(context, manifest, {
    judgement,
    coldStart: coldStartOf(sliceByAge(test, firstDays, mine.scored)),
    other,
    champion: scored?.champion,
  });
  return {
    ...outcomeOf(judged, storage, (performance.now() - started) / 1000),
    ...(train && { slices: gatherSlices({ test, train, firstDays }, mine.scored, names) }),
  };
}

interface Measured {
  judgement: Judgement;
  coldStart: Manifest['coldStart'];
  other: Manifest | undefined;
  /** Undefined where the other could not be scored. */
  champion: Champion | undefined;
}

/** The manifest as it would be with what was measured now, by the gates as they are now. */
function judgeAgain(
  { model }: PipelineContext,
  manifest: Manifest,
  { judgement, coldStart, other, champion }: Measured,
): Manifest {
  const { baseline, confidence, evaluation } = judgement;
  const { metrics, confusionMatrix } = evaluation;
  return {
    ...withoutMeasures(manifest),
    metrics,
    confusionMatrix,
    ...(baseline && { baseline }),
    ...(champion && { champion }),
    confidence,
    ...(coldStart && { coldStart }),
    gates: judgeGates(model.spec.gates, { metrics, baseline, champion }, other?.version),
    warnings: buildWarnings(parseSplitPlan(manifest.split), judgement, { manifest: other, champion }),
  };
}

/** The rows that the version was tested on, from the data version that it was trained on. */
async function readRows(
  context: PipelineContext,
  manifest: Manifest,
  other: Manifest | undefined,
  readsTraining: boolean,
) {
  const plan = parseSplitPlan(manifest.split);
  await using table = await testedFeatures(context, manifest);
  await using db = await openDuckDB({ signal: context.signal });
  const names = manifest.features.map((feature) => feature.name);
  const lacking = names.find((feature) => !table.features.includes(feature));
  if (lacking !== undefined) {
    throw new InputError(
      `${manifest.version} needs the feature ${lacking}, which spec.data no longer yields: evaluate it with the spec it was trained with`,
    );
  }
  const { test, train } = readsTraining
    ? await readSplit(db, table, names, plan)
    : { test: await readTestRows(db, table, names, plan), train: undefined };
  const read = { names, rows: test };
  const otherTest = other && (await readChampionRows(db, context, table, plan, other, read));
  return { test, otherTest, train, firstDays: await readFirstDays(db, table) };
}

/** What is measured anew, and may not be there any more. */
function withoutMeasures({
  champion: _champion,
  baseline: _baseline,
  coldStart: _coldStart,
  ...manifest
}: Manifest): Manifest {
  return manifest;
}
