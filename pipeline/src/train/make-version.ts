import {
  type Champion,
  type DataProfile,
  type Feature,
  judgeGates,
  type Manifest,
  type Search,
} from '@stockout/contracts';
import type { Storage } from '@stockout/storage';
import type { PipelineContext } from '../context.ts';
import { type ScoredVersion, scoreVersion } from '../evaluate/champion.ts';
import { coldStartOf, gatherInsights, type Insights } from '../evaluate/insights.ts';
import { type Judgement, judgeScores } from '../evaluate/judge-scores.ts';
import { type Evaluation, evaluateScores } from '../evaluate/metrics.ts';
import type { FeaturesTable } from '../features.ts';
import { renderReport } from '../report/report.ts';
import { TRAINING_FILE, type TrainingLog } from '../tracking/version-source.ts';
import type { ClaimedVersion } from '../versions/claim.ts';
import type { BoosterParams } from '../xgboost/protocol.ts';
import { type GivenTrees, XGBoost } from '../xgboost/xgboost.ts';
import type { Choice } from './choose.ts';
import { buildFeatureSchema } from './feature-schema.ts';
import { type Fit, fit } from './fit.ts';
import { buildHistograms } from './histograms.ts';
import type { Material } from './material.ts';
import { snapshotFiles } from './snapshot.ts';
import type { Training } from './supported.ts';
import { pinFiles, sha256, type VersionFiles, writeVersion } from './version-files.ts';
import { buildWarnings, sampleWarning } from './warnings.ts';

export interface VersionInputs {
  storage: Storage;
  training: Training;
  params: BoosterParams;
  choice: Choice;
  search: Search | undefined;
  table: FeaturesTable;
  material: Material;
  profile: DataProfile;
  claimed: ClaimedVersion;
  championManifest: Manifest | undefined;
  /** Of a model that was trained elsewhere; what is said of it besides. */
  given?: { trees: GivenTrees; warnings: string[] } | undefined;
}

/** All that is known of a version once it is trained and judged. */
interface Made extends Judgement {
  histograms: Manifest['histograms'];
  insights: Insights;
  features: Feature[];
  fit: Fit;
  /** Before the calibration; undefined without one. */
  uncalibrated: Evaluation | undefined;
  champion: ScoredVersion | undefined;
  xgboostVersion: string;
}

/** Trains, evaluates, judges and writes a version; its manifest, written last, is what stands. */
export async function makeVersion(context: PipelineContext, inputs: VersionInputs): Promise<Manifest> {
  const made = await trainAndEvaluate(context, inputs);
  context.signal?.throwIfAborted();
  context.report?.({ step: 'write' });
  const draft = buildManifest(context, inputs, made);
  const files: VersionFiles = {
    'model.ubj': made.fit.ubj,
    'model.onnx': made.fit.onnx,
    [TRAINING_FILE]: trainingLog(made),
    ...(await snapshotFiles(context, inputs.table)),
    'report.html': Buffer.from(renderReport({ manifest: draft, ...made, chosenOn: inputs.choice.on })),
  };
  return writeVersion(inputs.storage, { ...draft, files: pinFiles(files) }, files);
}

/** How the training went, which no predictor needs. */
function trainingLog({ fit: { importance, curve } }: Made): Uint8Array {
  return Buffer.from(`${JSON.stringify({ importance, curve } satisfies TrainingLog)}\n`);
}

async function trainAndEvaluate(context: PipelineContext, inputs: VersionInputs): Promise<Made> {
  const { training, params, choice, table, material, storage, championManifest, given } = inputs;
  const { seed } = training.params;
  const features = buildFeatureSchema(table.features, material.train);
  await using xgboost = await XGBoost.start();
  const fitted = await fit(context, xgboost, material, features, {
    choice,
    params,
    seed,
    given: given?.trees,
  });
  context.report?.({ step: 'evaluate' });
  const { test, championTest } = material;
  const champion =
    championManifest && championTest
      ? await scoreVersion(xgboost, storage, championManifest, championTest)
      : undefined;
  const threshold = choice.threshold.value;
  const ours = { scores: fitted.scores, threshold };
  const histograms = buildHistograms(table.features, material.train, fitted.scores);
  const judgement = await judgeScores(test, {
    names: table.features,
    ours,
    champion: champion?.scored,
    seed,
    signal: context.signal,
  });
  return {
    ...judgement,
    histograms,
    insights: gatherInsights(material, ours, table.features, histograms),
    features,
    fit: fitted,
    uncalibrated: fitted.uncalibrated && evaluateScores(fitted.uncalibrated, test.labels, threshold),
    champion,
    xgboostVersion: xgboost.version,
  };
}

/** The manifest but for its files, of which the report draws on it. */
function buildManifest(context: PipelineContext, inputs: VersionInputs, made: Made): Manifest {
  const { training, params, choice, search, table, material, profile, claimed, championManifest, given } =
    inputs;
  const { fit: fitted, evaluation, uncalibrated, baseline, confidence, champion: scored } = made;
  const { namespace, name } = context.model.metadata;
  const { metrics, confusionMatrix } = evaluation;
  const champion: Champion | undefined = scored?.champion;
  const serving = championManifest?.version;
  const coldStart = coldStartOf(made.insights.ages);
  return {
    formatVersion: 1,
    namespace,
    model: name,
    version: claimed.version,
    run: claimed.claim.run,
    trainedAt: claimed.claim.trainedAt,
    ...(claimed.claim.scheduledFor && { scheduledFor: claimed.claim.scheduledFor }),
    digest: sha256(fitted.ubj),
    files: {},
    features: made.features,
    raw: table.raw,
    horizonDays: table.horizonDays,
    threshold: choice.threshold,
    ...(choice.calibration && { calibration: choice.calibration }),
    data: {
      table: table.rawTable,
      version: table.rawVersion,
      firstDay: table.firstDay,
      lastDay: table.lastDay,
      trainRows: material.train.rows,
      ...(choice.on && { validationRows: choice.on.rows }),
      testRows: material.test.rows,
      profile,
    },
    split: { ...material.plan },
    params: { ...roundsOf(training, choice), ...params },
    ...(search && { search }),
    metrics,
    ...(uncalibrated && { uncalibrated: uncalibrated.metrics }),
    confusionMatrix,
    ...(baseline && { baseline }),
    confidence,
    ...(coldStart && { coldStart }),
    ...(champion && { champion }),
    gates: judgeGates(context.model.spec.gates, { metrics, baseline, champion }, serving),
    warnings: [
      ...(given?.warnings ?? []),
      ...sampleWarning(table),
      ...buildWarnings(material.plan, made, { manifest: championManifest, champion }),
    ],
    libraries: { xgboost: made.xgboostVersion, node: process.versions.node },
    golden: fitted.golden,
    histograms: made.histograms,
  };
}

/** Those that the model has, and how they came about. */
function roundsOf({ params }: Training, { rounds }: Choice): Manifest['params'] {
  const { earlyStoppingRounds } = params;
  if (earlyStoppingRounds === undefined) return { rounds };
  return { rounds, maxRounds: params.rounds, earlyStoppingRounds };
}
