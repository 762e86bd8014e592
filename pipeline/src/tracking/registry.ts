import type { Alias } from '@stockout/contracts';
import { z } from 'zod';
import { MlflowError } from './mlflow-error.ts';
import type { MlflowClient } from './rest-client.ts';

const versionSchema = z.object({ version: z.coerce.string() });
const versionsSchema = z.object({ model_versions: z.array(versionSchema).optional() });
const anything = z.object({});

export interface NewModelVersion {
  /** The registered model. */
  name: string;
  runId: string;
  /** Where the model directory lies. */
  source: string;
  description: string;
  tags: Record<string, string>;
}

/**
 * The version of the registered model that shows a run's model, made if there is none, as is the registered model.
 * @returns its number
 */
export async function ensureModelVersion(client: MlflowClient, wanted: NewModelVersion): Promise<string> {
  const [found] = await findModelVersions(client, wanted);
  if (found !== undefined) return found;
  await ensureRegisteredModel(client, wanted.name);
  const { name, source, runId: run_id, description } = wanted;
  const tags = Object.entries(wanted.tags).map(([key, value]) => ({ key, value }));
  const reply = z.object({ model_version: versionSchema });
  await client.call('POST', 'model-versions/create', { name, source, run_id, description, tags }, reply);
  // A try whose answer was lost, or another pod, may have made one too: all keep the first.
  const [first, ...others] = await findModelVersions(client, wanted);
  for (const version of others)
    await client.call('DELETE', 'model-versions/delete', { name, version }, anything);
  return first as string;
}

async function findModelVersions(client: MlflowClient, { name, runId }: NewModelVersion): Promise<string[]> {
  const filter = `name='${name.replaceAll("'", '')}' and run_id='${runId}'`;
  const { model_versions = [] } = await client.call(
    'GET',
    'model-versions/search',
    { filter },
    versionsSchema,
  );
  return model_versions.map(({ version }) => version).sort((a, b) => Number(a) - Number(b));
}

async function ensureRegisteredModel(client: MlflowClient, name: string): Promise<void> {
  try {
    const description = 'Versions of a StockoutModel: its aliases show what serves, and follow it.';
    await client.call('POST', 'registered-models/create', { name, description }, anything);
  } catch (error) {
    if (!(error instanceof MlflowError) || error.code !== 'RESOURCE_ALREADY_EXISTS') throw error;
  }
}

export async function tagModelVersion(
  client: MlflowClient,
  version: { name: string; version: string },
  tags: Record<string, string>,
): Promise<void> {
  for (const [key, value] of Object.entries(tags)) {
    await client.call('POST', 'model-versions/set-tag', { ...version, key, value }, anything);
  }
}

/** @param version null: nothing has the alias any more */
export async function setAlias(
  client: MlflowClient,
  name: string,
  alias: Alias,
  version: string | null,
): Promise<void> {
  if (version !== null) {
    await client.call('POST', 'registered-models/alias', { name, alias, version }, anything);
    return;
  }
  try {
    await client.call('DELETE', 'registered-models/alias', { name, alias }, anything);
  } catch (error) {
    // Neither the alias nor the registered model need be there.
    if (!(error instanceof MlflowError) || error.code !== 'RESOURCE_DOES_NOT_EXIST') throw error;
  }
}
