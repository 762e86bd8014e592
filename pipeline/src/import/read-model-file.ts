import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { InputError, StockoutError } from '@stockout/contracts';
import { NotFoundError, openStorage } from '@stockout/storage';
import type { PipelineContext } from '../context.ts';
import { withMlflow } from '../tracking/open-client.ts';
import { mlflowOf } from '../tracking/track-training.ts';
import { readMlflowModel } from './mlflow-model.ts';
import type { ModelFile } from './recognise.ts';

/** A model's file, and what its surroundings say of it. */
export interface FoundModel extends ModelFile {
  /** Of its features. */
  names?: string[] | undefined;
  /** Of the XGBoost that made it. */
  version?: string | undefined;
}

/**
 * @param model a path, file://, abfss://, s3:// or https:// address, or models:/ and runs:/ of MLflow
 * @throws InputError when there is no such file
 */
export async function readModelFile(context: PipelineContext, model: string): Promise<FoundModel> {
  if (/^(models|runs):\//.test(model)) return readFromMlflow(context, model);
  if (/^https?:\/\//.test(model)) return { uri: model, bytes: await download(model, context.signal) };
  if (/^[a-z0-9]+:\/\//i.test(model))
    return { uri: model, bytes: await readFromStorage(model, context.signal) };
  try {
    return { uri: model, bytes: await readFile(model) };
  } catch (cause) {
    throw new InputError(`${model} cannot be read: ${(cause as Error).message}`, { cause });
  }
}

function readFromMlflow({ model, signal }: PipelineContext, modelUri: string): Promise<FoundModel> {
  const trackingUri = mlflowOf(model)?.trackingUri ?? process.env['MLFLOW_TRACKING_URI'];
  if (!trackingUri) {
    throw new InputError(`${modelUri}: of which server? Give spec.tracking.mlflow.trackingUri`);
  }
  return withMlflow({ trackingUri }, { patient: true, signal }, (client) =>
    readMlflowModel(client, modelUri),
  );
}

async function download(url: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  let answer: Response;
  try {
    answer = await fetch(url, { signal: signal ?? null });
  } catch (cause) {
    signal?.throwIfAborted();
    const { message } =
      (cause as Error).cause instanceof Error ? ((cause as Error).cause as Error) : (cause as Error);
    throw new StockoutError(`${url} cannot be fetched: ${message}`, { cause });
  }
  if (answer.status === 200) return new Uint8Array(await answer.arrayBuffer());
  throw new InputError(
    `${url} answered ${answer.status}: give an address that everybody may read, or a file`,
  );
}

async function readFromStorage(uri: string, signal: AbortSignal | undefined): Promise<Uint8Array> {
  const slash = uri.lastIndexOf('/');
  const storage = openStorage(uri.slice(0, slash), { signal });
  try {
    return await storage.read(uri.slice(slash + 1));
  } catch (error) {
    if (!(error instanceof NotFoundError)) throw error;
    throw new InputError(`${uri} does not exist`, { cause: error });
  }
}
