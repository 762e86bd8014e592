import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';
import type { Manifest, Tracked } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import { type PipelineContext, storageOf } from '../context.ts';
import { ensureExperiment } from './experiment.ts';
import { logVersion, type MlflowSpec } from './log-version.ts';
import { withMlflow } from './open-client.ts';
import { readVersionSource } from './version-source.ts';

/** What a training has to say of MLflow: nothing where it is not asked for. */
export interface TrainingTracked {
  mlflow?: Tracked;
  /** Why MLflow does not show the version (yet). */
  untracked?: string;
}

export function mlflowOf({ spec }: StockoutModel): MlflowSpec | undefined {
  return spec.tracking?.mlflow;
}

/**
 * Whether MLflow is there, before a training that must not end without it.
 * @throws MlflowError
 */
export async function requireMlflow({ model, signal, report }: PipelineContext): Promise<void> {
  const mlflow = mlflowOf(model);
  if (!mlflow?.required) return;
  report?.({ step: 'mlflow' });
  await withMlflow(mlflow, { patient: true, signal }, (client) =>
    ensureExperiment(client, mlflow.experiment),
  );
}

/**
 * Shows a version that was just trained.
 * @throws MlflowError where `required`; else it is told, and a register Job makes up for it
 */
export async function trackTraining(
  context: PipelineContext,
  manifest: Manifest,
  endedAt: Date,
): Promise<TrainingTracked> {
  const { model, signal, report } = context;
  const mlflow = mlflowOf(model);
  if (mlflow === undefined) return {};
  report?.({ step: 'mlflow' });
  try {
    const source = await readVersionSource(storageOf(context), manifest);
    const options = { verdicts: manifest.gates, endedAt, commit: await gitCommit() };
    const patient = mlflow.required;
    return {
      mlflow: await withMlflow(mlflow, { patient, signal }, (client) =>
        logVersion(client, mlflow, source, options),
      ),
    };
  } catch (error) {
    signal?.throwIfAborted();
    if (mlflow.required) throw error;
    // Whatever it was: a version that stands is worth more than its picture.
    return { untracked: error instanceof Error ? error.message : String(error) };
  }
}

/** Of this code: an image is told its own, a checkout asks git. */
async function gitCommit(): Promise<string | undefined> {
  const told = process.env['STOCKOUT_GIT_COMMIT'];
  if (told) return told;
  try {
    const { stdout } = await promisify(execFile)('git', ['-C', import.meta.dirname, 'rev-parse', 'HEAD']);
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}
