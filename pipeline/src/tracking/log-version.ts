import { allPassed, type GateVerdict, type Tracked } from '@stockout/contracts';
import type { StockoutModelSpec } from '@stockout/crds';
import { artifactsOf, uploadArtifacts } from './artifacts.ts';
import { ensureExperiment } from './experiment.ts';
import { gateTags } from './gate-tags.ts';
import { MODEL_FOLDER } from './model-directory.ts';
import { ensureModelVersion, tagModelVersion } from './registry.ts';
import type { MlflowClient } from './rest-client.ts';
import { noteOf, runFactsOf, versionTags } from './run-facts.ts';
import { ensureRun, finishRun, logDataset, logFacts, type MlflowRun } from './run.ts';
import type { VersionSource } from './version-source.ts';

export type MlflowSpec = NonNullable<NonNullable<StockoutModelSpec['tracking']>['mlflow']>;

export interface LogOptions {
  /** By today's gates, which may not be those of the day when it was trained. */
  verdicts: readonly GateVerdict[];
  /** Undefined where the training ended long ago. */
  endedAt: Date | undefined;
  /** Of the code that trained it. */
  commit: string | undefined;
}

/**
 * Shows a version in MLflow: one run, and one version of the registered model where one is asked for. Told again, it is
 * the same run and the same version, with the gates' verdicts of today.
 */
export async function logVersion(
  client: MlflowClient,
  { experiment, registeredModel }: MlflowSpec,
  source: VersionSource,
  options: LogOptions,
): Promise<Tracked> {
  const { manifest } = source;
  const experimentId = await ensureExperiment(client, experiment);
  const run = await ensureRun(client, {
    experimentId,
    run: manifest.run,
    name: `${manifest.model} ${manifest.version}`,
    startedAt: new Date(manifest.trainedAt),
  });
  if (run.finished)
    await logFacts(client, run.id, {
      params: {},
      metrics: [],
      tags: gateTags(options.verdicts),
      at: new Date(),
    });
  else await tellAll(client, run, source, options);
  const tracked = { runId: run.id, passed: allPassed(options.verdicts) };
  if (registeredModel === undefined) return tracked;
  return { ...tracked, modelVersion: await register(client, registeredModel, run, source, options) };
}

/** The run is finished last: one that is not is told all of it again. */
async function tellAll(
  client: MlflowClient,
  run: MlflowRun,
  source: VersionSource,
  { verdicts, endedAt, commit }: LogOptions,
): Promise<void> {
  const { data } = source.manifest;
  await logFacts(client, run.id, runFactsOf(source, verdicts, commit));
  await logDataset(client, run.id, {
    name: data.table,
    digest: `version ${data.version}`,
    source: { path: data.table, delta_table_version: data.version },
    profile: {
      first_day: data.firstDay,
      last_day: data.lastDay,
      train_rows: data.trainRows,
      test_rows: data.testRows,
    },
  });
  await uploadArtifacts(client, { uri: run.artifactUri, runId: run.id }, artifactsOf(source, run.id));
  await finishRun(client, run.id, endedAt);
}

async function register(
  client: MlflowClient,
  name: string,
  run: MlflowRun,
  source: VersionSource,
  { verdicts }: LogOptions,
): Promise<string> {
  const tags = { ...versionTags(source), ...gateTags(verdicts) };
  const version = await ensureModelVersion(client, {
    name,
    runId: run.id,
    // Not runs:/, which clients resolve by a look at the run that some may not have.
    source: `${run.artifactUri}/${MODEL_FOLDER}`,
    description: noteOf(source, verdicts),
    tags,
  });
  if (run.finished) await tagModelVersion(client, { name, version }, gateTags(verdicts));
  return version;
}
