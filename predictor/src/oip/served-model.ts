import type { Manifest } from '@stockout/contracts';
import type { ServedModel } from './infer.ts';

const known = new WeakMap<Manifest, ServedModel>();

/** The model as clients of the protocol name it: without its namespace, as the StockoutModel is called. */
export function servedModelOf(manifest: Manifest): ServedModel {
  const found = known.get(manifest);
  if (found !== undefined) return found;
  const { model, version, features, threshold } = manifest;
  const served = { model, version, features, threshold: threshold.value };
  known.set(manifest, served);
  return served;
}
