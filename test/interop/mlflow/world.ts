import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { openStorage } from '@stockout/storage';
import type { PipelineContext } from '../../../pipeline/src/context.ts';
import { smallModel } from '../../../pipeline/src/train/model.test-support.ts';
import { writeRawTable } from '../../../pipeline/src/train/raw-table.test-support.ts';
import type { Listening } from './mlflow-server.ts';
import type { Python } from './python.ts';

/** What the tests of this folder share: one MLflow, one Python, and storages of their own. */
export interface World {
  readonly python: Python;
  readonly server: Listening;
}

type Spec = NonNullable<Parameters<typeof smallModel>[0]>;

/** A model with a raw table of its own, tracked under an experiment and a registered model of its name. */
export async function trackedModel(
  { server }: { server: { uri: string } },
  name: string,
  spec: Spec = {},
): Promise<PipelineContext & AsyncDisposable> {
  const folder = await mkdtemp(join(tmpdir(), 'stockout-interop-'));
  const mlflow = { trackingUri: server.uri, experiment: name, registeredModel: name, required: true };
  const model = smallModel({ tracking: { mlflow }, ...spec });
  const context = {
    model: { ...model, metadata: { ...model.metadata, name } },
    storage: openStorage(pathToFileURL(folder).href),
  };
  await writeRawTable(context);
  return { ...context, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

/** What MLflow's REST API answers. */
export async function ask<T>(uri: string, path: string, body?: object): Promise<T> {
  const answer = await fetch(`${uri}/api/2.0/mlflow/${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { 'content-type': 'application/json' },
    ...(body && { body: JSON.stringify(body) }),
  });
  return (await answer.json()) as T;
}
