import { InputError } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import { KubeError, STOCKOUT_MODEL } from '@stockout/operator/kube';
import type { Cluster } from './cluster.ts';
import { inWords } from './refusals.ts';

/** @param namespace all of them when undefined. @throws StockoutError in words */
export async function listModels(
  { client }: Cluster,
  namespace: string | undefined,
): Promise<StockoutModel[]> {
  try {
    return (await client.list(STOCKOUT_MODEL, { namespace })).items;
  } catch (error) {
    throw inWords(error, whereOf(namespace));
  }
}

/** The model of that name, or the only one there is. @throws InputError that names those that there are */
export async function findModel(cluster: Cluster, name: string | undefined): Promise<StockoutModel> {
  return name === undefined ? onlyModel(cluster) : modelOfName(cluster, name);
}

async function onlyModel(cluster: Cluster): Promise<StockoutModel> {
  const { namespace } = cluster;
  const models = await listModels(cluster, namespace);
  const [only] = models;
  if (only === undefined) throw new InputError(`there is no StockoutModel in namespace ${namespace}`);
  if (models.length === 1) return only;
  throw new InputError(`name the model: there are ${namesOf(models)} in ${namespace}`);
}

/** By itself, for who may read this one alone; the others are listed only to be named. */
async function modelOfName(cluster: Cluster, name: string): Promise<StockoutModel> {
  const { client, namespace } = cluster;
  try {
    return await client.get(STOCKOUT_MODEL, namespace, name);
  } catch (error) {
    if (!(error instanceof KubeError) || error.code !== 404) throw inWords(error, whereOf(namespace));
  }
  const names = namesOf(await listModels(cluster, namespace));
  const others = names === '' ? 'and no other; -n names another namespace' : `there are ${names}`;
  throw new InputError(`there is no StockoutModel ${name} in namespace ${namespace}; ${others}`);
}

function namesOf(models: readonly StockoutModel[]): string {
  return models.map(({ metadata }) => metadata.name).join(', ');
}

export function whereOf(namespace: string | undefined): string {
  return namespace === undefined ? 'all namespaces' : `namespace ${namespace}`;
}
