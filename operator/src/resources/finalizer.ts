import type { StockoutModel } from '@stockout/crds';

/** Holds a deleted model whose versions are still to be removed from storage. */
const VERSIONS_FINALIZER = 'stockout.dev/remove-versions';

export function holdsVersions({ metadata }: StockoutModel): boolean {
  return metadata.finalizers?.includes(VERSIONS_FINALIZER) ?? false;
}

/** The model with our finalizer or without it; those of others stay. */
export function withFinalizer(model: StockoutModel, wanted: boolean): StockoutModel {
  const others = (model.metadata.finalizers ?? []).filter((name) => name !== VERSIONS_FINALIZER);
  const finalizers = wanted ? [...others, VERSIONS_FINALIZER] : others;
  return { ...model, metadata: { ...model.metadata, finalizers } };
}
