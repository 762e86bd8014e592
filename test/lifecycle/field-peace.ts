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
  status?: unknown;
}

interface Model extends Child {
  spec: StockoutModelSpec;
}

/** What the operator owns of a model's children, by the path of each kind. */
const KINDS = [
  ['apps/v1', 'Deployment', `/apis/apps/v1/${NAMESPACE}/deployments`],
  ['v1', 'Service', `/api/v1/${NAMESPACE}/services`],
  ['policy/v1', 'PodDisruptionBudget', `/apis/policy/v1/${NAMESPACE}/poddisruptionbudgets`],
  ['autoscaling/v2', 'HorizontalPodAutoscaler', `/apis/autoscaling/v2/${NAMESPACE}/horizontalpodautoscalers`],
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
  const before = { ...(await seen(client, path, metadata.name)), writes: await writes(adminUrl) };
  for (let round = 0; round < ROUNDS; round++) {
    const count = await reconciles(adminUrl);
    await client.patch(path, { metadata: { annotations: { 'example.com/round': String(round) } } });
    await expect.poll(() => reconciles(adminUrl), { interval: 5 }).toBeGreaterThan(count);
  }
  expect({ ...(await seen(client, path, metadata.name)), writes: await writes(adminUrl) }).toEqual(before);
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
    const children = await childrenOf(client, path, name);
    // Else it would be held against nothing.
    expect(children, kind).not.toEqual([]);
    for (const child of children) {
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

/**
 * The model's spec, and each child but for its status, which is its controller's: pods that were let go of may take their time.
 * A write that changes anything would show, in the times of its fields' owners at the least.
 */
async function seen(client: KubeClient, path: string, name: string): Promise<object> {
  const { spec, metadata } = await client.get<Model>(path);
  const children = await Promise.all(
    KINDS.map(async ([, kind, of]) =>
      (await childrenOf(client, of, name)).map((child) => [kind, withoutStatus(child)]),
    ),
  );
  return { spec, generation: metadata.generation, children: children.flat() };
}

function withoutStatus({ status: _status, ...child }: Child): object {
  const { resourceVersion: _version, managedFields = [], ...metadata } = child.metadata;
  const fields = managedFields.filter(({ subresource }) => subresource !== 'status');
  return { ...child, metadata: { ...metadata, managedFields: fields } };
}

function reconciles(adminUrl: string): Promise<number> {
  return sum(
    adminUrl,
    /^controller_runtime_reconcile_total\{.*controller="stockoutmodel".*\} (?<count>\d+)$/gm,
  );
}

/** That were asked for, whether they changed anything or not; PUTs are of the Lease and of statuses. */
function writes(adminUrl: string): Promise<number> {
  return sum(
    adminUrl,
    /^rest_client_requests_total\{method="(?:POST|PATCH|DELETE)",code="[^"]+"\} (?<count>\d+)$/gm,
  );
}

async function sum(adminUrl: string, counter: RegExp): Promise<number> {
  const text = await (await fetch(`${adminUrl}/metrics`)).text();
  return text.matchAll(counter).reduce((total, { groups }) => total + Number(groups?.['count']), 0);
}
