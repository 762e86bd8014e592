import { type Kube, readObjects } from './kube.ts';

const REPOSITORY = new URL('../../', import.meta.url);

/** Applies both CustomResourceDefinitions, and waits until objects of their kinds are served. */
export async function applyDefinitions(kube: Kube): Promise<void> {
  for (const file of ['crds/stockoutmodels.yaml', 'crds/scoringjobs.yaml']) {
    for (const object of await readObjects(new URL(file, REPOSITORY))) await kube.apply(object);
  }
  for (const kind of ['StockoutModel', 'ScoringJob']) await kube.untilServed('stockout.dev/v1alpha1', kind);
}
