import {
  type Alias,
  ALIASES,
  InputError,
  judgeGates,
  type Manifest,
  type RegisterResult,
  StockoutError,
  type Tracked,
} from '@stockout/contracts';
import { type PipelineContext, storageOf } from '../context.ts';
import { requireManifest } from '../versions/manifest.ts';
import { logVersion, type MlflowSpec } from './log-version.ts';
import { MlflowError } from './mlflow-error.ts';
import { withMlflow } from './open-client.ts';
import { setAlias } from './registry.ts';
import type { MlflowClient } from './rest-client.ts';
import { mlflowOf } from './track-training.ts';
import { readVersionSource } from './version-source.ts';

export interface RegisterOptions {
  versions: readonly string[];
  /** The version behind an alias; null: none. One that is not given stays as it is. */
  aliases: Partial<Record<Alias, string | null>>;
}

/**
 * Shows versions of the storage in MLflow, and moves the aliases of the registered model. Kubernetes has decided; what
 * MLflow says is overwritten.
 * @throws InputError where the model asks for no MLflow; MlflowError when it cannot be told
 */
export async function register(context: PipelineContext, options: RegisterOptions): Promise<RegisterResult> {
  const { model, signal } = context;
  const mlflow = mlflowOf(model);
  if (mlflow === undefined) {
    throw new InputError('spec.tracking.mlflow is not given: name a trackingUri to register versions with');
  }
  return withMlflow(mlflow, { patient: true, signal }, async (client) => {
    const told = await tellVersions(context, client, mlflow, [...new Set(options.versions)]);
    const aliases = await moveAliases(context, client, mlflow, options.aliases);
    return { kind: 'register', ...told, aliases };
  });
}

/** A version whose files are gone holds up no other. */
async function tellVersions(
  context: PipelineContext,
  client: MlflowClient,
  mlflow: MlflowSpec,
  versions: readonly string[],
): Promise<Pick<RegisterResult, 'versions' | 'skipped'>> {
  const told: RegisterResult['versions'] = [];
  const skipped: RegisterResult['skipped'] = [];
  for (const [done, version] of versions.entries()) {
    context.report?.({ step: 'mlflow', done, total: versions.length });
    try {
      told.push({ version, ...(await tellVersion(context, client, mlflow, version)) });
    } catch (error) {
      if (error instanceof MlflowError || !(error instanceof StockoutError)) throw error;
      skipped.push({ version, message: error.message.slice(0, MAX_MESSAGE) });
    }
  }
  return { versions: told, skipped };
}

/** All of a result has to fit into a termination message. */
const MAX_MESSAGE = 160;

async function tellVersion(
  context: PipelineContext,
  client: MlflowClient,
  mlflow: MlflowSpec,
  version: string,
): Promise<Tracked> {
  const { metadata } = context.model;
  const storage = storageOf(context);
  const manifest = await requireManifest(storage, metadata.namespace, metadata.name, version);
  const source = await readVersionSource(storage, manifest);
  const verdicts = judgeGates(context.model.spec.gates, gateInputs(manifest), manifest.champion?.version);
  return logVersion(client, mlflow, source, { verdicts, endedAt: undefined, commit: undefined });
}

function gateInputs({ metrics, baseline, champion }: Manifest) {
  return { metrics, baseline, champion };
}

async function moveAliases(
  context: PipelineContext,
  client: MlflowClient,
  mlflow: MlflowSpec,
  wanted: RegisterOptions['aliases'],
): Promise<RegisterResult['aliases']> {
  const name = mlflow.registeredModel;
  if (name === undefined) return {};
  const moved: RegisterResult['aliases'] = {};
  for (const alias of ALIASES) {
    const version = wanted[alias];
    if (version === undefined) continue;
    const tracked = version && (await tellVersion(context, client, mlflow, version));
    await setAlias(client, name, alias, (tracked && tracked.modelVersion) || null);
    moved[alias] = version;
  }
  return moved;
}
