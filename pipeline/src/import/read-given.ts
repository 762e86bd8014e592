import { InputError } from '@stockout/contracts';
import { XGBoost } from '../xgboost/xgboost.ts';
import { type GivenModel, inspectModel } from './given-model.ts';
import type { FoundModel } from './read-model-file.ts';
import { requireXgboostFile } from './recognise.ts';

/**
 * The model as our own XGBoost writes it: the same trees, whichever release has made them.
 * @throws InputError when it is no model that can be served
 */
export async function readGiven(found: FoundModel): Promise<GivenModel & { ubj: Uint8Array }> {
  requireXgboostFile(found);
  const { uri, names } = found;
  await using xgboost = await XGBoost.start();
  await using read = await loadOrRefuse(xgboost, found);
  const given = inspectModel(await read.save('json'), { uri, names });
  const { features: featureNames, rounds } = given;
  await using model = await xgboost.load(found.bytes, { featureNames, rounds });
  return { ...given, ubj: await model.save('ubj') };
}

async function loadOrRefuse(xgboost: XGBoost, { bytes, uri }: FoundModel) {
  try {
    return await xgboost.load(bytes);
  } catch (cause) {
    const [first] = (cause as Error).message.split('\n');
    throw new InputError(`${uri} is no model that XGBoost ${xgboost.version} reads: ${first}`, { cause });
  }
}
