import { InputError, judgeGates, type Manifest } from '@stockout/contracts';
import { openDuckDB } from '@stockout/features';
import { type PipelineContext, storageOf } from '../context.ts';
import { ensureFeatures } from '../features.ts';
import { readChampionRows } from '../train/material.ts';
import { outcomeOf, type TrainOutcome } from '../train/outcome.ts';
import { parseSplitPlan } from '../train/split-plan.ts';
import { readTestRows } from '../train/split-rows.ts';
import { buildWarnings } from '../train/warnings.ts';
import { requireManifest } from '../versions/manifest.ts';
import { XGBoost } from '../xgboost/xgboost.ts';
import { scoreVersion } from './champion.ts';
import { judgeScores } from './judge-scores.ts';

export interface EvaluateOptions {
  version: string;
  /** Another version, scored on the same rows; the relative gates are judged against it. */
  against?: string | undefined;
}

/**
 * Scores a version again on its own held-out rows, and judges the manifest's gates as they are now.
 * Nothing is written: a version never changes.
 * @throws InputError when there is no such version, or the data it was tested on is gone
 */
export async function evaluate(context: PipelineContext, options: EvaluateOptions): Promise<TrainOutcome> {
  const started = performance.now();
  const { namespace, name } = context.model.metadata;
  const storage = storageOf(context);
  const { version, against } = options;
  const manifest = await requireManifest(storage, namespace, name, version);
  const other = against === undefined ? undefined : await requireManifest(storage, namespace, name, against);

  context.report?.({ step: 'features' });
  const { test, otherTest } = await readRows(context, manifest, other);
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
  const { baseline, confidence, evaluation } = judgement;
  const { metrics, confusionMatrix } = evaluation;
  const champion = scored?.champion;
  const judged: Manifest = {
    ...withoutComparison(manifest),
    metrics,
    confusionMatrix,
    ...(baseline && { baseline }),
    ...(champion && { champion }),
    confidence,
    gates: judgeGates(context.model.spec.gates, { metrics, baseline, champion }, against),
    warnings: buildWarnings(parseSplitPlan(manifest.split), judgement, { manifest: other, champion }),
  };
  return outcomeOf(judged, storage, (performance.now() - started) / 1000);
}

/** The rows that the version was tested on, from the data version that it was trained on. */
async function readRows(context: PipelineContext, manifest: Manifest, other: Manifest | undefined) {
  const plan = parseSplitPlan(manifest.split);
  const source = { rawTable: manifest.data.table, rawVersion: manifest.data.version };
  await using table = await ensureFeatures(context, source);
  await using db = await openDuckDB({ signal: context.signal });
  const names = manifest.features.map((feature) => feature.name);
  const lacking = names.find((feature) => !table.features.includes(feature));
  if (lacking !== undefined) {
    throw new InputError(
      `${manifest.version} needs the feature ${lacking}, which spec.data no longer yields: evaluate it with the spec it was trained with`,
    );
  }
  const test = await readTestRows(db, table, names, plan);
  const otherTest = other && (await readChampionRows(db, table, plan, other, { names, rows: test }));
  return { test, otherTest };
}

function withoutComparison({ champion: _champion, baseline: _baseline, ...manifest }: Manifest): Manifest {
  return manifest;
}
