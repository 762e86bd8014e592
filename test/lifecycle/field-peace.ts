import type { StockoutModelSpec } from '@stockout/crds';
import type { KubeClient } from '@stockout/localcluster/client';
import { expect } from 'vitest';

const NAMESPACE = 'namespaces/default';
const APPLY = 'application/apply-patch+yaml';
const ROUNDS = 100;

interface Metadata {
  name: string;
  resourceVersion: string;
  generation?: number;
  managedFields?: { manager: string; subresource?: string }[];
}

interface Child {
  metadata: Metadata;
}

interface Model extends Child {
  spec: StockoutModelSpec;
}

/** What the operator owns of a model's children, by the path of each kind. */
const KINDS = [
  ['apps/v1', 'Deployment', `/apis/apps/v1/${NAMESPACE}/deployments`],
  ['v1', 'Service', `/api/v1/${NAMESPACE}/services`],
  ['policy/v1', 'PodDisruptionBudget', `/apis/policy/v1/${NAMESPACE}/poddisruptionbudgets`],
] as const;

/**
 * A GitOps controller applies the model's manifest and a label of its own on each child, without force. Then the operator
 * reconciles a hundred times: nothing that anybody owns has been written by then.
 * @param adminUrl of the operator, whose metrics count the reconciles
 */
export async function expectPeace(client: KubeClient, adminUrl: string, manifest: object): Promise<void> {
  const { metadata } = manifest as { metadata: { name: string } };
  const path = `/apis/stockout.dev/v1alpha1/${NAMESPACE}/stockoutmodels/${metadata.name}`;
  await apply(client, path, manifest);
  await labelChildren(client, metadata.name);
  const before = await seen(client, path, metadata.name);
  for (let round = 0; round < ROUNDS; round++) {
    const count = await reconciles(adminUrl);
    await client.patch(path, { metadata: { annotations: { 'example.com/round': String(round) } } });
    await expect.poll(() => reconciles(adminUrl), { interval: 5 }).toBeGreaterThan(count);
  }
  expect(await seen(client, path, metadata.name)).toEqual(before);
  const model = await client.get<Model>(path);
  const ours = model.metadata.managedFields?.filter(({ manager }) => manager === 'stockout-operator');
  expect(ours?.map(({ subresource }) => subresource)).toEqual(['status']);
}

/** As a GitOps controller does: server-side, and refused where another owns a field and says otherwise. */
function apply(client: KubeClient, path: string, object: object): Promise<unknown> {
  return client.json('PATCH', `${path}?fieldManager=gitops`, object, APPLY);
}

async function labelChildren(client: KubeClient, name: string): Promise<void> {
  for (const [apiVersion, kind, path] of KINDS) {
    for (const child of await childrenOf(client, path, name)) {
      const metadata = {
        name: child.metadata.name,
        namespace: 'default',
        labels: { 'example.com/team': 'shop' },
      };
      await apply(client, `${path}/${child.metadata.name}`, { apiVersion, kind, metadata });
    }
  }
}

async function childrenOf(client: KubeClient, path: string, name: string): Promise<Child[]> {
  const selector = encodeURIComponent(`stockout.dev/model=${name}`);
  return (await client.get<{ items: Child[] }>(`${path}?labelSelector=${selector}`)).items;
}

/** The model's spec, and the resourceVersion of each child: any write would show. */
async function seen(client: KubeClient, path: string, name: string): Promise<object> {
  const { spec, metadata } = await client.get<Model>(path);
  const children = await Promise.all(
    KINDS.map(async ([, kind, of]) =>
      (await childrenOf(client, of, name)).map((child) => [
        kind,
        child.metadata.name,
        child.metadata.resourceVersion,
      ]),
    ),
  );
  return { spec, generation: metadata.generation, children: children.flat() };
}

async function reconciles(adminUrl: string): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return [...text.matchAll(/^controller_runtime_reconcile_total\{.*controller="stockoutmodel".*\} (\d+)$/gm)]
    .map(([, count]) => Number(count))
    .reduce((sum, count) => sum + count, 0);
}
