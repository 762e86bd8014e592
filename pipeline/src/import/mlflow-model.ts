import { InputError } from '@stockout/contracts';
import { parse } from 'yaml';
import { z } from 'zod';
import { type ArtifactFolder, getArtifact } from '../tracking/artifact-store.ts';
import { MlflowError } from '../tracking/mlflow-error.ts';
import type { MlflowClient } from '../tracking/rest-client.ts';

/** A model of an MLflow server, as mlflow.xgboost saved it. */
export interface MlflowModel {
  bytes: Uint8Array;
  /** The names of its inputs by its signature. */
  names: string[] | undefined;
  /** Of the XGBoost that saved it. */
  version: string | undefined;
  /** Which file it was, for messages: the address with the version that an alias stood for. */
  uri: string;
}

const flavorSchema = z.looseObject({ data: z.string(), xgb_version: z.string().optional() });
const mlmodelSchema = z.looseObject({
  flavors: z.record(z.string(), z.looseObject({})),
  signature: z.looseObject({ inputs: z.string().nullish() }).nullish(),
});

/**
 * @param modelUri `models:/name@alias`, `models:/name/3`, `models:/m-<id>` or `runs:/<run>/<path>`
 * @throws InputError when there is no such model, or it is not XGBoost
 */
export async function readMlflowModel(client: MlflowClient, modelUri: string): Promise<MlflowModel> {
  const { folder, uri } = await locate(client, modelUri);
  const mlmodel = await readMlmodel(client, folder, uri);
  const flavor = flavorSchema.safeParse(mlmodel.flavors['xgboost']);
  if (!flavor.success) {
    const found = Object.keys(mlmodel.flavors).join(', ') || 'none';
    throw new InputError(
      `${uri} in MLflow at ${client.uri} is not XGBoost (its flavors: ${found}): log it with mlflow.xgboost.log_model`,
    );
  }
  const { data, xgb_version: version } = flavor.data;
  const bytes = await getArtifact(client, folder, data);
  return { bytes, names: inputNames(mlmodel.signature?.inputs), version, uri: `${uri}/${data}` };
}

async function readMlmodel(client: MlflowClient, folder: ArtifactFolder, uri: string) {
  let text: string;
  try {
    text = Buffer.from(await getArtifact(client, folder, 'MLmodel')).toString('utf8');
  } catch (cause) {
    if (!(cause instanceof MlflowError) || !/ answered 404 /.test(cause.message)) throw cause;
    throw new InputError(
      `${uri} in MLflow at ${client.uri} has no MLmodel in ${folder.uri}: it is no model`,
      { cause },
    );
  }
  const parsed = mlmodelSchema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  throw new InputError(
    `${uri} in MLflow at ${client.uri}: its MLmodel cannot be read: ${z.prettifyError(parsed.error)}`,
  );
}

/** A signature is JSON within YAML; one of tensors names no columns. */
function inputNames(inputs: string | null | undefined): string[] | undefined {
  const parsed = z.array(z.object({ name: z.string() })).safeParse(parse(inputs ?? ''));
  return parsed.success ? parsed.data.map(({ name }) => name) : undefined;
}

interface Located {
  folder: ArtifactFolder;
  /** With a number in place of an alias. */
  uri: string;
}

async function locate(client: MlflowClient, modelUri: string): Promise<Located> {
  const [, run, path] = /^runs:\/([0-9a-f]+)\/(.+?)\/?$/.exec(modelUri) ?? [];
  if (run !== undefined && path !== undefined) return locateInRun(client, run, path, modelUri);
  const [, logged] = /^models:\/(m-[0-9a-f]+)$/.exec(modelUri) ?? [];
  if (logged !== undefined) return { folder: await locateLogged(client, logged, modelUri), uri: modelUri };
  const [, name, alias] = /^models:\/([^/@]+)@([^/@]+)$/.exec(modelUri) ?? [];
  if (name !== undefined && alias !== undefined) {
    return locateVersion(client, name, await versionOfAlias(client, name, alias));
  }
  const [, registered, number] = /^models:\/([^/@]+)\/([0-9]+)$/.exec(modelUri) ?? [];
  if (registered !== undefined && number !== undefined) return locateVersion(client, registered, number);
  throw new InputError(
    `${modelUri} names no model: write models:/<name>@<alias>, models:/<name>/<version> or runs:/<run>/<path> ` +
      '(stages such as /Production are gone from MLflow: give the version an alias)',
  );
}

async function versionOfAlias(client: MlflowClient, name: string, alias: string): Promise<string> {
  const reply = z.object({ model_version: z.object({ version: z.coerce.string() }) });
  try {
    return (await client.call('GET', 'registered-models/alias', { name, alias }, reply)).model_version
      .version;
  } catch (error) {
    if (!isMissing(error)) throw error;
    const known = await aliasesOf(client, name);
    const instead =
      known === undefined
        ? 'there is no such registered model'
        : `its aliases: ${known.join(', ') || 'none'}`;
    throw new InputError(`models:/${name}@${alias} is not in MLflow at ${client.uri} (${instead})`, {
      cause: error,
    });
  }
}

async function aliasesOf(client: MlflowClient, name: string): Promise<string[] | undefined> {
  const reply = z.object({
    registered_model: z.object({ aliases: z.array(z.object({ alias: z.string() })).optional() }),
  });
  const found = await client.find('registered-models/get', { name }, reply);
  return found && (found.registered_model.aliases ?? []).map(({ alias }) => alias);
}

async function locateVersion(client: MlflowClient, name: string, version: string): Promise<Located> {
  const uri = `models:/${name}/${version}`;
  const asked = { name, version };
  const found = await client.find(
    'model-versions/get',
    asked,
    z.object({ model_version: z.object({ run_id: z.string().nullish() }) }),
  );
  if (found === undefined) throw new InputError(`${uri} is not in MLflow at ${client.uri}`);
  const reply = z.object({ artifact_uri: z.string() });
  const { artifact_uri } = await client.call('GET', 'model-versions/get-download-uri', asked, reply);
  const runId = found.model_version.run_id || undefined;
  return { folder: await resolve(client, artifact_uri, runId, uri), uri };
}

/** Where a version was registered from may be another address of MLflow's own. */
async function resolve(
  client: MlflowClient,
  address: string,
  runId: string | undefined,
  uri: string,
): Promise<ArtifactFolder> {
  const [, logged] = /^models:\/(m-[0-9a-f]+)$/.exec(address) ?? [];
  if (logged !== undefined) return locateLogged(client, logged, uri);
  const [, run, path] = /^runs:\/([0-9a-f]+)\/(.+?)\/?$/.exec(address) ?? [];
  if (run !== undefined && path !== undefined) return (await locateInRun(client, run, path, uri)).folder;
  return { uri: address, runId };
}

/** MLflow 3 keeps the model that a run has logged beside the run, and what was uploaded within it. */
async function locateInRun(client: MlflowClient, runId: string, path: string, uri: string): Promise<Located> {
  const reply = z.object({
    run: z.object({
      info: z.object({ artifact_uri: z.string() }),
      outputs: z.object({ model_outputs: z.array(z.object({ model_id: z.string() })).optional() }).optional(),
    }),
  });
  const found = await client.find('runs/get', { run_id: runId }, reply);
  if (found === undefined) throw new InputError(`${uri}: MLflow at ${client.uri} has no run ${runId}`);
  for (const { model_id } of found.run.outputs?.model_outputs ?? []) {
    const logged = await client.call('GET', `logged-models/${model_id}`, {}, loggedSchema);
    if (logged.model.info.name === path)
      return { folder: { uri: logged.model.info.artifact_uri, runId }, uri };
  }
  return { folder: { uri: `${found.run.info.artifact_uri.replace(/\/+$/, '')}/${path}`, runId }, uri };
}

const loggedSchema = z.object({
  model: z.object({
    info: z.object({
      artifact_uri: z.string(),
      name: z.string().optional(),
      source_run_id: z.string().optional(),
    }),
  }),
});

async function locateLogged(client: MlflowClient, id: string, uri: string): Promise<ArtifactFolder> {
  const found = await client.find(`logged-models/${id}`, {}, loggedSchema);
  if (found === undefined) throw new InputError(`${uri}: MLflow at ${client.uri} has no logged model ${id}`);
  const { artifact_uri, source_run_id } = found.model.info;
  return { uri: artifact_uri, runId: source_run_id };
}

/** Of an alias, MLflow says either. */
function isMissing(error: unknown): boolean {
  return (
    error instanceof MlflowError &&
    (error.code === 'RESOURCE_DOES_NOT_EXIST' || error.code === 'INVALID_PARAMETER_VALUE')
  );
}
