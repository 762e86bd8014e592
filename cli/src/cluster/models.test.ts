import { KubeError } from '@stockout/operator/kube';
import { expect, test } from 'vitest';
import type { Cluster } from './cluster.ts';
import { findModel } from './models.ts';

const FORBIDDEN = new KubeError(403, 'Forbidden', 'stockoutmodels is forbidden');
const RETAIL = { metadata: { name: 'retail', namespace: 'shop' } };

/** An API server that lets a person read one model, and not list. */
function ofOneModel(): Cluster {
  const client = {
    list: () => Promise.reject(FORBIDDEN),
    get: (_kind: unknown, _namespace: string, name: string) =>
      name === 'retail'
        ? Promise.resolve(RETAIL)
        : Promise.reject(new KubeError(404, 'NotFound', `stockoutmodels.stockout.dev "${name}" not found`)),
  };
  return { client, namespace: 'shop' } as unknown as Cluster;
}

test('whoever may read one model alone is shown it by its name', async () => {
  await expect(findModel(ofOneModel(), 'retail')).resolves.toBe(RETAIL);
});

test('without a name, or with that of another, they are told what they may not do', async () => {
  await expect(findModel(ofOneModel(), undefined)).rejects.toThrow(/^you may not do that in namespace shop/);
  await expect(findModel(ofOneModel(), 'other')).rejects.toThrow(/^you may not do that in namespace shop/);
});
