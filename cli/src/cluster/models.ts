import { InputError } from '@stockout/contracts';
import type { StockoutModel } from '@stockout/crds';
import { STOCKOUT_MODEL } from '@stockout/operator/kube';
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
  const { namespace } = cluster;
  const models = await listModels(cluster, namespace);
  const names = models.map(({ metadata }) => metadata.name).join(', ');
  const found = name === undefined ? models[0] : models.find(({ metadata }) => metadata.name === name);
  if (name === undefined && models.length > 1)
    throw new InputError(`name the model: there are ${names} in ${namespace}`);
  if (found !== undefined) return found;
  const what = name === undefined ? 'no StockoutModel' : `no StockoutModel ${name}`;
  const others = names === '' ? 'and no other; -n names another namespace' : `there are ${names}`;
  throw new InputError(
    `there is ${what} in namespace ${namespace}${name === undefined ? '' : `; ${others}`}`,
  );
}

export function whereOf(namespace: string | undefined): string {
  return namespace === undefined ? 'all namespaces' : `namespace ${namespace}`;
}
