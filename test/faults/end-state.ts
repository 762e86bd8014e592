import type { KubeClient, List } from '@stockout/localcluster/client';
import type { KubeObject } from '../../localcluster/src/types.ts';

/** Jobs come and go: the witness counts them. */
const COLLECTIONS = [
  '/apis/stockout.dev/v1alpha1/namespaces/NAMESPACE/stockoutmodels',
  '/apis/stockout.dev/v1alpha1/namespaces/NAMESPACE/scoringjobs',
  '/apis/apps/v1/namespaces/NAMESPACE/deployments',
  '/api/v1/namespaces/NAMESPACE/services',
  '/api/v1/namespaces/NAMESPACE/configmaps?labelSelector=app.kubernetes.io/name%3Dstockout',
];

/** That versions were looked for, which who reads of old does in vain. */
const SEARCHED = 'Recovered';

/** What differs from one life to the next though all went the same way. */
const INCIDENTAL = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'observedGeneration',
  'creationTimestamp',
  'managedFields',
  'lastTransitionTime',
  'lastUpdateTime',
  'lastProbeTime',
  'lastSuccessfulTime',
  'startedAt',
  'finishedAt',
  'clusterIP',
  'clusterIPs',
  'stockout.dev/proven-from',
  'stockout.dev/switched-at',
  'stockout.dev/switched-from',
  'deployment.kubernetes.io/revision',
]);

/** All that there is of a model in the end, without what is incidental, and without searches for versions and comparisons. */
export async function endStateOf(client: KubeClient, namespace: string): Promise<object[]> {
  const lists = await Promise.all(
    COLLECTIONS.map((path) => client.get<List<KubeObject>>(path.replace('NAMESPACE', namespace))),
  );
  const objects = lists
    .flatMap(({ items }) => items)
    .filter(({ metadata }) => !/-recover|-against-/.test(metadata.name));
  const texts = objects.map((object) => textOf(object, namespace));
  return texts.toSorted().map((text) => JSON.parse(text) as object);
}

function textOf(object: KubeObject, namespace: string): string {
  // Lists of built-in kinds name no kind. What their controllers count goes on after the story's end.
  const { status, ...rest } = object as KubeObject & { status?: object };
  const text = JSON.stringify(
    object.kind === undefined ? rest : { ...rest, status },
    (key, value: unknown) => {
      if (INCIDENTAL.has(key)) return undefined;
      return key === 'conditions' ? inOrder(value) : value;
    },
  );
  return (
    text
      .replaceAll(namespace, '<namespace>')
      // Who was told of an old spec, and went to and fro, may end up in the other one.
      .replaceAll(/\b(blue|green)\b/g, '<color>')
      .replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uid>')
      .replaceAll(/(retail-train|nightly)-[0-9a-f]{10}/g, '$1-<run>')
      .replaceAll(/"(stockout\.dev\/(?:run-key|applied-hash|template-hash))":"[^"]*"/g, '"$1":"<hash>"')
  );
}

/** Of their types: that of their coming is incidental. */
function inOrder(conditions: unknown): unknown {
  const told = (conditions as { type: string }[]).filter(({ type }) => type !== SEARCHED);
  return told.toSorted((a, b) => (a.type < b.type ? -1 : 1));
}
