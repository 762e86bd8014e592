import type { ScoringJob, StockoutModel } from '@stockout/crds';
import { expect } from 'vitest';
import type { KubeObject } from '../../operator/src/api/kubernetes.ts';
import { collectionPath, kindOf, objectPath } from '../../operator/src/kube/kinds.ts';
import { until } from '../conformance/until.ts';
import type { FaultTier } from './lives.ts';
import { OperatorBehindProxy } from './operator-behind-proxy.ts';
import { PlayedStorage } from './played-storage.ts';
import { conditionOf, edit, isThere, pathOf, type Told } from './told.ts';

const SECONDS = 60;
const MODEL = 'retail';
const SCORING = 'nightly';
const PAUSED = 'stockout.dev/paused';

let count = 0;

/** In a namespace of its own, with an operator of its own. */
export async function live(tier: FaultTier, play: (told: Told) => Promise<void>): Promise<void> {
  const { client, access, node, folder } = tier;
  const namespace = `stranger-${++count}-${Date.now().toString(36)}`;
  await client.post('/api/v1/namespaces', { metadata: { name: namespace } });
  node.mount(namespace, new PlayedStorage());
  const operator = await OperatorBehindProxy.start({ access, namespace, folder, past: new Map() }, {});
  try {
    await play({ client, namespace });
  } finally {
    await operator.stop();
    await client.delete(`/api/v1/namespaces/${namespace}`);
  }
}

/** As they are once the API server has taken them, and nothing has been done for them. */
export async function applyPaused(told: Told, spec: object): Promise<[StockoutModel, ScoringJob]> {
  const { client } = told;
  const model = await client.post<StockoutModel>(pathOf(told, 'stockoutmodels'), modelObject(spec));
  const job = await client.post<ScoringJob>(pathOf(told, 'scoringjobs'), {
    apiVersion: 'stockout.dev/v1alpha1',
    kind: 'ScoringJob',
    metadata: { name: SCORING },
    spec: { modelRef: { name: MODEL }, input: { lastDays: 30 } },
  });
  return [model, job];
}

function modelObject({ serving, ...spec }: { serving?: object }): object {
  return {
    apiVersion: 'stockout.dev/v1alpha1',
    kind: 'StockoutModel',
    metadata: { name: MODEL, annotations: { [PAUSED]: 'true' } },
    spec: {
      storage: { uri: 'abfss://c@account.dfs.core.windows.net/p', secretRef: { name: 'stockout-storage' } },
      training: { params: { rounds: 100 } },
      gates: [{ metric: 'auc', min: '0.95' }],
      serving: { replicas: 2, service: { type: 'ClusterIP' }, ...serving },
      ...spec,
    },
  };
}

export async function make({ client }: Told, object: KubeObject): Promise<KubeObject> {
  const { ownerReferences: _ours, ...metadata } = object.metadata;
  const path = collectionPath(kindOf(object), metadata.namespace);
  return client.post<KubeObject>(path, { ...object, metadata });
}

function pathTo(object: KubeObject): string {
  return objectPath(kindOf(object), object.metadata.namespace, object.metadata.name);
}

export function sentenceOf({ kind, metadata: { name, namespace } }: KubeObject): string {
  return `the ${kind} ${name} in ${namespace} exists and is not this object's: delete or rename it`;
}

/** Its own controller counts in its status, and nobody else has written anything of it. */
export async function expectUntouched({ client }: Told, stranger: KubeObject): Promise<void> {
  const now = await client.get<KubeObject>(pathTo(stranger));
  expect(asMade(now)).toEqual(asMade(stranger));
  expect(now.metadata.managedFields?.map(({ manager }) => manager)).not.toContain('stockout-operator');
}

function asMade(object: KubeObject): object {
  const { spec, data, metadata } = object as KubeObject & { spec?: object; data?: object };
  const { uid, labels, ownerReferences } = metadata;
  return { uid, labels, ownerReferences, spec, data };
}

export function isServing(model: StockoutModel): boolean {
  return model.status?.servingVersion === 'v1' && conditionOf(model, 'Ready')?.status === 'True';
}

export function hasScored({ status }: ScoringJob): boolean {
  return status?.runs?.[0]?.state === 'Succeeded';
}

export async function untilSaid(told: Told, sentence: string): Promise<void> {
  await untilTrue(told, sentence, (...objects) =>
    objects
      .flatMap(({ status }) => status?.conditions ?? [])
      .some(({ reason, message }) => reason === 'NameTaken' && message === sentence),
  );
}

/** @throws Error with what stands in their status when it does not come true */
export async function untilTrue(
  told: Told,
  what: string,
  isTrue: (model: StockoutModel, job: ScoringJob) => boolean,
): Promise<void> {
  const look = async (): Promise<[StockoutModel, ScoringJob]> => [
    await told.client.get(pathOf(told, 'stockoutmodels', MODEL)),
    await told.client.get(pathOf(told, 'scoringjobs', SCORING)),
  ];
  const ask = async (): Promise<boolean> => isTrue(...(await look()));
  await until(what, ask, SECONDS, async () => JSON.stringify((await look()).map(({ status }) => status)));
}

export async function untilGone(told: Told): Promise<void> {
  await until(
    'the model goes',
    async () => !(await isThere(told, pathOf(told, 'stockoutmodels', MODEL))),
    SECONDS,
  );
}

export function unpause(told: Told): Promise<void> {
  return edit(told, 'stockoutmodels', MODEL, { metadata: { annotations: { [PAUSED]: null } } });
}

export async function remove({ client }: Told, object: KubeObject): Promise<void> {
  await client.delete(pathTo(object));
}

export async function removeModel(told: Told): Promise<void> {
  await told.client.delete(pathOf(told, 'stockoutmodels', MODEL));
}
